/** One flow run: what it does and did, why, and what can be done about it. */
import { Code, Skeleton, Tabs, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type FlowRun, post, read, type Schemas, type TaskRun } from "../api/client";
import { pacer } from "../api/fresh";
import { listen } from "../api/live";
import { useTaskRuns } from "../api/task-runs";
import { ArtifactBody } from "../parts/artifact";
import { Empty, Shown, Waiting, Wrong } from "../parts/conditions";
import { Card, Facts, Go, Page, Tags } from "../parts/frame";
import { Graph } from "../parts/graph";
import { States, who } from "../parts/history";
import { Logs } from "../parts/logs";
import { RunLink } from "../parts/named";
import { useFilters } from "../parts/router";
import { RunRows } from "../parts/run-rows";
import { isFinal, StateBadge } from "../parts/states";
import { TaskRows } from "../parts/task-rows";
import { Moment, Took } from "../parts/time";
import { TIMELINE_HEIGHT, Timeline } from "../parts/timeline";
import { count, precise } from "../parts/words";
import { Deeds } from "./run-deeds";
import { useOrigin } from "./run-origin";
import { asOf, Past, until } from "./run-past";
import { Standing } from "./run-standing";

export function Run({ id }: { id: string }) {
	const queries = useQueryClient();
	const run = useQuery({ queryKey: ["flow-runs", "one", id], queryFn: () => read("/flow-runs/{id}", { id }) });
	const over = run.data !== undefined && isFinal(run.data.state);
	const waits = useQuery({
		queryKey: ["flow-runs", "waits", id],
		queryFn: () => read("/flow-runs/{id}/waits", { id }),
		enabled: !over,
		// What a gate hangs on changes elsewhere: a pool is resumed, a worker comes.
		refetchInterval: 3000,
	});
	useEffect(() => {
		const stale = pacer(queries);
		return listen(
			{ kinds: ["runs", "events"], flow_run_ids: [id], names: ["segue.flow-run.*", "segue.artifact.*"] },
			{ run: () => stale("flow-runs"), open: () => stale("flow-runs"), event: () => stale("artifacts") },
		);
	}, [id, queries]);
	return (
		<Shown of={run}>
			{(data) =>
				over || !waits.isPending ? (
					<Whole
						run={data}
						waits={waits.data?.items ?? []}
						refresh={() => void queries.invalidateQueries({ queryKey: ["flow-runs"] })}
					/>
				) : (
					<Waiting />
				)
			}
		</Shown>
	);
}

/** The dashboard of the Dask or Ray cluster on which the tasks ran. */
function clusterOf(run: FlowRun): [string, React.ReactNode][] {
	const url = run.labels?.["segue.cluster.dashboard"];
	// A label is anybody's text: only an address of the web becomes a link.
	if (typeof url !== "string" || !/^https?:\/\//.test(url)) return [];
	return [
		[
			"Cluster",
			<a key="c" href={url} target="_blank" rel="noreferrer">
				dashboard
			</a>,
		],
	];
}

function Whole({ run, waits, refresh }: { run: FlowRun; waits: Schemas["Gate"][]; refresh: () => void }) {
	const { id } = run;
	const over = isFinal(run.state);
	const tasks = useTaskRuns(id);
	const history = useQuery({
		queryKey: ["flow-runs", "states", id],
		queryFn: () => read("/flow-runs/{id}/states", { id }),
	});
	const origin = useOrigin(run, history.data?.items ?? []);
	const [moment, setMoment] = useState<number | null>(null);
	const from = Date.parse(run.start_time ?? run.created);
	return (
		<Page
			name={run.name}
			above={<Go to={`/flows/${run.flow_id}`}>{run.flow_name}</Go>}
			title={
				<>
					{run.name} <StateBadge state={run.state} />
				</>
			}
			beside={<Deeds run={run} tasks={tasks.items} refresh={refresh} />}
		>
			<div className="stack">
				<Standing run={run} tasks={tasks.items} waits={waits} refresh={refresh} />
				<Card>
					<Facts
						of={[
							["Started", <Moment key="s" at={run.start_time} />],
							["Duration", <Took key="d" run={run} over={over} />],
							["Attempt", run.run_count ?? 0],
							run.parent_flow_run_id
								? ["Called by", <RunLink key="p" id={run.parent_flow_run_id} otherwise="its parent run" />]
								: ["Made by", who(run.created_by) || "–"],
							...origin,
							...clusterOf(run),
							["Task runs", tasks.ready ? count(tasks.items.length) : "…"],
							...(run.tags?.length ? ([["Tags", <Tags key="t" of={run.tags} />]] as [string, React.ReactNode][]) : []),
							[
								"Id",
								<span key="i" className="mono id">
									{id}
								</span>,
							],
						]}
					/>
				</Card>
				<Card
					title="Timeline"
					beside={
						moment === null ? null : <Text size="sm">As it was at {precise(new Date(moment).toISOString())}</Text>
					}
				>
					{tasks.problem ? <Wrong error={tasks.problem} /> : null}
					{!tasks.ready ? (
						<Skeleton height={TIMELINE_HEIGHT} />
					) : tasks.items.length === 0 ? (
						<div style={{ height: TIMELINE_HEIGHT }}>
							<Empty title={over ? "It had no task runs" : "No task has begun"}>
								Functions with @task appear here as bars when the flow calls them.
							</Empty>
						</div>
					) : (
						<Timeline
							runs={tasks.items}
							from={from}
							to={run.end_time && over ? Date.parse(run.end_time) : undefined}
							moment={moment ?? undefined}
						/>
					)}
					<Past
						run={run}
						from={from}
						tasks={tasks.items}
						states={history.data?.items ?? []}
						moment={moment}
						setMoment={setMoment}
					/>
				</Card>
				<Parts run={run} tasks={tasks.items} history={history.data?.items ?? []} moment={moment} />
			</div>
		</Page>
	);
}

interface PartsProps {
	run: FlowRun;
	tasks: TaskRun[];
	history: Schemas["StateRow"][];
	/** When the record is looked at; null for now. */
	moment: number | null;
}

function Parts({ run, moment, ...now }: PartsProps) {
	const [filters, change] = useFilters();
	const { id } = run;
	const [settled] = useDebouncedValue(moment, 150);
	const tasks = asOf(now.tasks, moment);
	const history = until(now.history, moment, (row) => row.state.timestamp);
	const artifacts = useQuery({
		queryKey: ["artifacts", "of", id],
		queryFn: () => post("/artifacts/list", { flow_run_ids: [id], limit: 50 }),
	});
	const subflows = useQuery({
		queryKey: ["flow-runs", "children", id],
		queryFn: () => post("/flow-runs/list", { where: { flow_run_ids: [id] }, sort: "created", limit: 100 }),
	});
	const left = until(artifacts.data?.items ?? [], moment, (each) => each.created);
	const called = asOf(subflows.data?.items ?? [], moment);
	const much = (number: number | undefined) => (number ? ` (${number})` : "");
	return (
		<Card>
			<Tabs
				value={filters.get("tab") ?? "logs"}
				onChange={(tab) => change({ tab: tab === "logs" ? null : tab })}
				keepMounted={false}
			>
				<Tabs.List mb="md">
					<Tabs.Tab value="logs">Logs</Tabs.Tab>
					<Tabs.Tab value="states">States{much(history.length)}</Tabs.Tab>
					<Tabs.Tab value="tasks">Task runs{much(tasks.length)}</Tabs.Tab>
					<Tabs.Tab value="graph">Graph</Tabs.Tab>
					<Tabs.Tab value="parameters">Parameters</Tabs.Tab>
					<Tabs.Tab value="artifacts">Artifacts{much(left.length)}</Tabs.Tab>
					<Tabs.Tab value="subflows">Subflows{much(called.length)}</Tabs.Tab>
				</Tabs.List>
				<Tabs.Panel value="logs">
					<Logs flowRun={id} moment={settled ?? undefined} />
				</Tabs.Panel>
				<Tabs.Panel value="states">
					<States of={history} />
				</Tabs.Panel>
				<Tabs.Panel value="tasks">
					{tasks.length ? <TaskRows runs={tasks} /> : <Empty title="No task runs" />}
				</Tabs.Panel>
				<Tabs.Panel value="graph">
					<Graph runs={tasks} />
				</Tabs.Panel>
				<Tabs.Panel value="parameters">
					<Code block>{JSON.stringify(run.parameters ?? {}, null, 2)}</Code>
					<Result state={run.state} />
					{run.entrypoint ? (
						<Text size="sm" mt="sm">
							Code: <span className="mono">{run.entrypoint}</span>
						</Text>
					) : null}
				</Tabs.Panel>
				<Tabs.Panel value="artifacts">
					{left.length ? (
						<div className="stack">
							{left.map((each) => (
								<Card key={each.id} title={<Go to={`/artifacts/${each.id}`}>{each.key ?? each.type}</Go>}>
									<ArtifactBody of={each} />
								</Card>
							))}
						</div>
					) : (
						<Empty
							title="It left no artifact"
							step={
								'from segue.artifacts import create_markdown_artifact\n\ncreate_markdown_artifact("# What was found", key="report")'
							}
						/>
					)}
				</Tabs.Panel>
				<Tabs.Panel value="subflows">
					{called.length ? <RunRows runs={called} /> : <Empty title="It called no other flow" />}
				</Tabs.Panel>
			</Tabs>
		</Card>
	);
}

/** Where a result is; these pages see the reference, never the value. */
export function Result({ state }: { state: FlowRun["state"] }) {
	const result = "result" in state ? state.result : null;
	if (!result) return null;
	return (
		<Text size="sm" mt="sm">
			Result: <span className="mono">{result.key}</span> in <span className="mono">{result.storage}</span>
		</Text>
	);
}
