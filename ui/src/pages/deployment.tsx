/** One deployment: how it is, its runs, its schedules, what it was under earlier versions, and who changed it. */
import { Button, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Deployment as One, patch, post, read, remove } from "../api/client";
import { useMay } from "../api/session";
import { Changes } from "../parts/changes";
import { Bars } from "../parts/chart";
import { Copyable, Empty, Shown } from "../parts/conditions";
import { Deletion, Turn } from "../parts/deeds";
import { Card, Facts, Go, Page, Tags } from "../parts/frame";
import { Json } from "../parts/json";
import { useFilters } from "../parts/router";
import { RunRows } from "../parts/run-rows";
import { KINDS } from "../parts/states";
import { Moment } from "../parts/time";
import { count, duration, percent } from "../parts/words";
import { EditDeployment } from "./deployment-form";
import { RunForm } from "./deployment-run";
import { DeploymentStatus, NextRun, useActivity, usePools } from "./deployments";
import { Ledger } from "./firings";
import { since } from "./overview";
import { Schedules } from "./schedules";
import { Touching, useTouching } from "./touching";
import { Versions } from "./versions";

export function Deployment({ id }: { id: string }) {
	const deployment = useQuery({
		queryKey: ["deployments", "one", id],
		queryFn: () => read("/deployments/{id}", { id }),
	});
	return <Shown of={deployment}>{(data) => <Whole deployment={data} />}</Shown>;
}

function Whole({ deployment }: { deployment: One }) {
	const { id } = deployment;
	const [filters, change] = useFilters();
	const pools = usePools();
	const activity = useActivity([id]).get(id);
	const touching = useTouching(`segue.deployment.${id}`);
	const number = (many: number | undefined) => (many ? ` (${many})` : "");
	return (
		<Page
			name={deployment.name}
			above={<Go to={`/flows/${deployment.flow_id}`}>{deployment.flow_name}</Go>}
			title={
				<>
					{deployment.name} <DeploymentStatus of={deployment} pool={pools.get(deployment.work_pool_name ?? "")} />
				</>
			}
			beside={<Deeds deployment={deployment} />}
		>
			<div className="stack">
				{deployment.description ? <Text size="sm">{deployment.description}</Text> : null}
				<Card>
					<Facts
						of={[
							["Next run", <NextRun key="n" of={activity?.next_run} />],
							[
								"Work pool",
								deployment.work_pool_name ? (
									<Go key="p" to={`/work-pools/${encodeURIComponent(deployment.work_pool_name)}`}>
										{deployment.work_pool_name} / {deployment.work_queue_name}
									</Go>
								) : (
									"none: whoever serves it runs it"
								),
							],
							["Version", `${deployment.version_number}${deployment.version ? ` (${deployment.version})` : ""}`],
							[
								"Runs at once",
								deployment.keep_running
									? deployment.paused
										? "one, begun again when it ends: kept running, but paused"
										: "one, begun again when it ends: kept running"
									: deployment.concurrency_limit == null
										? "as many as there are"
										: `${deployment.concurrency_limit}; ${
												deployment.concurrency_options?.collision_strategy === "CANCEL_NEW"
													? "one more is cancelled"
													: "others wait"
											}`,
							],
							["Changed", <Moment key="u" at={deployment.updated} />],
							["Tags", deployment.tags?.length ? <Tags key="t" of={deployment.tags} /> : "none"],
							[
								"Id",
								<span key="i" className="mono id">
									{id}
								</span>,
							],
						]}
					/>
				</Card>
				<History deployment={deployment} />
				<Card>
					<Tabs
						value={filters.get("tab") ?? "runs"}
						onChange={(tab) => change({ tab: tab === "runs" ? null : tab })}
						keepMounted={false}
					>
						<Tabs.List mb="md">
							<Tabs.Tab value="runs">Runs</Tabs.Tab>
							<Tabs.Tab value="schedules">Schedules{number(activity?.schedules?.length)}</Tabs.Tab>
							<Tabs.Tab value="instants">Instants</Tabs.Tab>
							<Tabs.Tab value="automations">Automations{number(touching.data?.items.length)}</Tabs.Tab>
							<Tabs.Tab value="what">What it runs</Tabs.Tab>
							<Tabs.Tab value="versions">Versions ({deployment.version_number})</Tabs.Tab>
							<Tabs.Tab value="changes">Changes</Tabs.Tab>
						</Tabs.List>
						<Tabs.Panel value="runs">
							<Runs id={id} />
						</Tabs.Panel>
						<Tabs.Panel value="schedules">
							<Schedules deployment={deployment} />
						</Tabs.Panel>
						<Tabs.Panel value="instants">
							<Ledger deployment={deployment} />
						</Tabs.Panel>
						<Tabs.Panel value="automations">
							<Touching resource={`segue.deployment.${id}`} step={trigger(deployment)} />
						</Tabs.Panel>
						<Tabs.Panel value="versions">
							<Versions deployment={deployment} />
						</Tabs.Panel>
						<Tabs.Panel value="changes">
							<Changes
								resources={[
									`segue.deployment.${id}`,
									...(activity?.schedules ?? []).map((each) => `segue.schedule.${each.id}`),
								]}
							/>
						</Tabs.Panel>
						<Tabs.Panel value="what">
							<What deployment={deployment} />
						</Tabs.Panel>
					</Tabs>
				</Card>
			</div>
		</Page>
	);
}

/** How an event comes to start it. */
const trigger = (of: One): string => `cat > on-arrival.yaml << 'END'
name: ${of.name} on arrival
trigger:
  type: event
  expect: [file.arrived]
actions:
  - type: run-deployment
    deployment_id: ${of.id}
END
segue automation create --from-file on-arrival.yaml`;

function Deeds({ deployment }: { deployment: One }) {
	const { id, name } = deployment;
	const may = useMay("edit");
	const mayRun = useMay("run");
	const [filters, change] = useFilters();
	const [running, setRunning] = useState(filters.has("run"));
	const like = filters.get("like");
	const model = useQuery({
		queryKey: ["flow-runs", "one", like],
		queryFn: () => read("/flow-runs/{id}", { id: like ?? "" }),
		enabled: like !== null,
	});
	const it = { noun: "deployment", name, list: "deployments", may };
	const stop = !deployment.paused;
	return (
		<>
			{mayRun ? (
				<Button size="xs" onClick={() => setRunning(true)}>
					Run
				</Button>
			) : null}
			{may ? <EditDeployment id={id} name={name} /> : null}
			<Turn
				{...it}
				verb={stop ? "Pause" : "Resume"}
				said={stop ? "is paused: its schedules rest." : "goes on."}
				turn={(reason) => patch("/deployments/{id}", { paused: stop }, { id }, reason)}
			>
				{stop
					? deployment.keep_running
						? "Its run is asked to end, and no other follows until it is resumed. Its schedules rest as well."
						: "Its schedules rest until it is resumed; what they would have fired meanwhile is told as not fired. It can still be run by hand."
					: "Its schedules fire again from now on. What they did not fire meanwhile stays so."}
			</Turn>
			<Deletion {...it} take={(reason) => remove("/deployments/{id}", { id }, reason)}>
				Its schedules and versions are deleted with it, and its runs that nobody has begun are cancelled. Runs that
				began stay.
			</Deletion>
			<RunForm
				deployment={running && mayRun && (like === null || !model.isPending) ? deployment : null}
				like={like === null ? undefined : model.data?.parameters}
				close={() => {
					setRunning(false);
					if (filters.has("run")) change({ run: null, like: null });
				}}
			/>
		</>
	);
}

function History({ deployment }: { deployment: One }) {
	const history = useQuery({
		queryKey: ["flow-runs", "deployment-history", deployment.id],
		queryFn: () =>
			post("/flow-runs/history", {
				where: { deployment_ids: [deployment.id], not_state_types: ["SCHEDULED"] },
				from: since("7d"),
			}),
	});
	return (
		<Card title="Runs of the last seven days">
			<Shown of={history} rows={1} height={200}>
				{(told) => {
					const sums: Record<string, number> = {};
					for (const part of told.items)
						for (const [kind, many] of Object.entries(part.states ?? {})) sums[kind] = (sums[kind] ?? 0) + many;
					const bad = (sums.FAILED ?? 0) + (sums.CRASHED ?? 0);
					return (
						<>
							<Facts
								of={[
									["Runs", count(told.total)],
									["Success rate", percent(sums.COMPLETED ?? 0, (sums.COMPLETED ?? 0) + bad)],
									["Typical duration", duration(told.durations?.p50)],
									["95 of 100 within", duration(told.durations?.p95)],
									["Typically begins", told.lateness ? `${duration(told.lateness.p50)} after its time` : "–"],
								]}
							/>
							<Bars
								label={`Runs of ${deployment.name} over time`}
								kinds={KINDS}
								bars={told.items.map((part) => ({
									start: part.start,
									parts: part.states ?? {},
									note: part.average ? `${duration(part.average)} on average` : undefined,
								}))}
							/>
						</>
					);
				}}
			</Shown>
		</Card>
	);
}

function Runs({ id }: { id: string }) {
	const coming = useQuery({
		queryKey: ["flow-runs", "coming", id],
		queryFn: () =>
			post("/flow-runs/list", {
				where: { deployment_ids: [id], state_types: ["SCHEDULED"] },
				sort: "expected_start_time",
				limit: 5,
			}),
	});
	const runs = useQuery({
		queryKey: ["flow-runs", "of-deployment", id],
		queryFn: () =>
			post("/flow-runs/list", { where: { deployment_ids: [id], not_state_types: ["SCHEDULED"] }, limit: 20 }),
	});
	return (
		<div className="stack">
			<Card title="Coming" flush>
				<Shown of={coming} rows={2}>
					{(told) =>
						told.items.length ? (
							<RunRows runs={told.items} brief />
						) : (
							<Empty title="Nothing is to come">A schedule, or the button Run, makes runs of it.</Empty>
						)
					}
				</Shown>
			</Card>
			<Card title="Begun" beside={<Go to={`/flow-runs?deployment=${id}`}>All its runs</Go>} flush>
				<Shown of={runs} rows={4}>
					{(told) => (told.items.length ? <RunRows runs={told.items} brief /> : <Empty title="It has not run yet" />)}
				</Shown>
			</Card>
		</div>
	);
}

function What({ deployment }: { deployment: One }) {
	return (
		<div className="stack">
			<Facts
				of={[
					[
						"Code",
						<span key="e" className="mono">
							{deployment.entrypoint ?? "–"}
						</span>,
					],
					[
						"In the folder",
						<span key="p" className="mono">
							{deployment.path ?? "that its steps leave it in"}
						</span>,
					],
				]}
			/>
			<Part title="Parameters" of={deployment.parameters} none="None of its own: those of the flow's signature hold." />
			<Part title="How the code is fetched" of={deployment.pull_steps} none="No step: it lies in its folder." />
			<Part title="Job variables" of={deployment.job_variables} none="None of its own: those of its work pool hold." />
			<Part title="Schema of its parameters" of={deployment.parameter_openapi_schema} none="None." />
			<div>
				<Text size="sm" fw={600} mb={6}>
					Run it from a terminal or a program
				</Text>
				<Copyable text={`segue deployment run '${deployment.flow_name}/${deployment.name}'`} />
				<div style={{ height: 8 }} />
				<Copyable
					text={`from segue.deployments import run_deployment\n\nrun_deployment("${deployment.flow_name}/${deployment.name}")`}
				/>
			</div>
		</div>
	);
}

function Part({ title, of, none }: { title: string; of: unknown; none: string }) {
	const empty = of == null || Object.keys(of).length === 0;
	return (
		<div>
			<Text size="sm" fw={600} mb={6}>
				{title}
			</Text>
			{empty ? (
				<Text size="sm" c="dimmed">
					{none}
				</Text>
			) : (
				<Json of={of} />
			)}
		</div>
	);
}
