/** Deployments: all of them, with what each did last and does next. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type Deployment, patch, post, type Schedule, type Schemas } from "../api/client";
import { usePages, useTold } from "../api/lists";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Toggle } from "../parts/deeds";
import { Card, Dim, Go, Page, Tags } from "../parts/frame";
import { useFilters } from "../parts/router";
import { More, Rows, Unlike } from "../parts/rows";
import { called, spelled, zoneOf } from "../parts/rules";
import { RunStrip } from "../parts/run-strip";
import { StatusBadge } from "../parts/states";
import { Moment, useNow } from "../parts/time";
import { RunForm } from "./deployment-run";

export const FIRST_DEPLOYMENT = `from segue import flow

@flow(log_prints=True)
def hello(name: str = "world"):
    print(f"Hello {name}")

if __name__ == "__main__":
    hello.serve(name="every-morning", cron="0 9 * * *")`;

type Activity = Schemas["DeploymentActivity"];

/** What deployments did last and do next, by their ids. */
export function useActivity(ids: string[]): Map<string, Activity> {
	return useTold(
		["flow-runs", "activity"],
		ids,
		(some) => post("/deployments/activity", { ids: some }),
		(each) => each.deployment_id,
	);
}

/** How work pools are, by their names. */
export function usePools(): Map<string, Schemas["WorkPool"]> {
	const told = useQuery({
		queryKey: ["work-pools", "all"],
		queryFn: () => post("/work-pools/list", { limit: 1000 }),
		refetchInterval: 10_000,
	});
	return useMemo(() => new Map(told.data?.items.map((pool) => [pool.name, pool])), [told.data]);
}

/** Whether a deployment runs what is asked of it, and if not why. */
export function DeploymentStatus({ of, pool }: { of: Deployment; pool: Schemas["WorkPool"] | undefined }) {
	if (of.paused)
		return <StatusBadge status="Paused" kind="PAUSED" title="Its schedules rest; it can be run by hand." />;
	if (pool?.is_paused)
		return <StatusBadge status="Pool paused" kind="PAUSED" title="Its runs wait until the pool is resumed." />;
	if (pool?.status === "NOT_READY")
		return <StatusBadge status="No worker" kind="CRASHED" title={`No worker takes runs from ${pool.name}.`} />;
	return <StatusBadge status="Active" kind="COMPLETED" />;
}

export function Deployments() {
	const [filters, change] = useFilters();
	const key = filters.toString();
	const asked = {
		name_like: filters.get("name")?.trim() || undefined,
		work_pool_names: filters.get("pool") ? [filters.get("pool") ?? ""] : undefined,
		tags_all: filters.get("tag") ? [filters.get("tag") ?? ""] : undefined,
		paused: filters.get("paused") ? filters.get("paused") === "yes" : undefined,
	};
	const { found, items } = usePages(["deployments", "list", key], (after) =>
		post("/deployments/list", { ...asked, sort: "name", limit: 100, after }),
	);
	const filtered = Object.values(asked).some((each) => each !== undefined);
	const pools = usePools();
	return (
		<Page title="Deployments" name="Deployments">
			<search className="filters">
				<TextInput
					size="xs"
					w={280}
					label="Name"
					placeholder="nightly"
					name="name"
					value={filters.get("name") ?? ""}
					onChange={(e) => change({ name: e.currentTarget.value })}
				/>
				<Select
					size="xs"
					w={170}
					label="Work pool"
					placeholder="Any"
					clearable
					clearButtonProps={{ "aria-label": "Any work pool" }}
					data={[...new Set([...pools.keys(), ...(filters.get("pool") ? [filters.get("pool") ?? ""] : [])])]}
					value={filters.get("pool")}
					onChange={(value) => change({ pool: value })}
				/>
				<Select
					size="xs"
					w={130}
					label="Schedules"
					placeholder="Any"
					clearable
					clearButtonProps={{ "aria-label": "Paused or not" }}
					data={[
						{ value: "no", label: "Active" },
						{ value: "yes", label: "Paused" },
					]}
					value={filters.get("paused")}
					onChange={(value) => change({ paused: value })}
				/>
				<TextInput
					size="xs"
					w={130}
					label="Tag"
					placeholder="nightly"
					value={filters.get("tag") ?? ""}
					onChange={(e) => change({ tag: e.currentTarget.value })}
				/>
			</search>
			<Card flush>
				<Shown of={found} rows={8}>
					{() =>
						items.length > 0 ? (
							<DeploymentRows of={items} />
						) : filtered ? (
							<Unlike noun="deployment" clear={() => change({ name: null, pool: null, paused: null, tag: null })} />
						) : (
							<Empty title="No deployment yet" step={FIRST_DEPLOYMENT}>
								A deployment lets a flow be run by a schedule, from here, or from another program. Save this as hello.py
								and keep <code>python hello.py</code> running.
							</Empty>
						)
					}
				</Shown>
				<More of={found} />
			</Card>
		</Page>
	);
}

/** Deployments as rows of a table. */
export function DeploymentRows({ of }: { of: Deployment[] }) {
	const queries = useQueryClient();
	const may = useMay("edit");
	const mayRun = useMay("run");
	const pools = usePools();
	const activity = useActivity(useMemo(() => of.map((each) => each.id), [of]));
	const [asked, setAsked] = useState<Deployment | null>(null);
	const pause = (each: Deployment, paused: boolean) =>
		attempt(async () => {
			await patch("/deployments/{id}", { paused }, { id: each.id });
			await queries.invalidateQueries({ queryKey: ["deployments"] });
			return paused ? `${each.name} is paused: its schedules rest.` : `${each.name} goes on.`;
		});
	return (
		<>
			<Rows heads={["Deployment", "Status", "Last runs", "Next run", "Schedules", "Work pool", "Actions"]}>
				{of.map((each) => {
					const told = activity.get(each.id);
					const last = told?.runs?.[0];
					return (
						<tr key={each.id} data-deployment={each.name}>
							<td className="wide two-lines">
								<span className="cut">
									<Go to={`/deployments/${each.id}`}>{each.name}</Go> <Tags of={each.tags} />
								</span>
								<span className="cut dim">{each.flow_name}</span>
							</td>
							<td>
								<DeploymentStatus of={each} pool={pools.get(each.work_pool_name ?? "")} />
							</td>
							<td>
								<Group gap={8} wrap="nowrap">
									<RunStrip of={told?.runs ?? []} />
									<Dim>{last ? <Moment at={last.start_time ?? last.end_time} /> : "never"}</Dim>
								</Group>
							</td>
							<td>
								<NextRun of={told?.next_run} />
							</td>
							<td>
								<ScheduleNames of={told?.schedules ?? []} />
							</td>
							<td>
								{each.work_pool_name ? (
									<Go to={`/work-pools/${encodeURIComponent(each.work_pool_name)}`}>{each.work_pool_name}</Go>
								) : (
									<Dim>served</Dim>
								)}
							</td>
							<td>
								<Group gap={10} wrap="nowrap" justify="flex-end">
									<Toggle
										label={`Schedules of ${each.name}`}
										title={each.paused ? "Resume" : "Pause"}
										may={may}
										on={!each.paused}
										turn={(on) => void pause(each, !on)}
									/>
									{mayRun ? (
										<Button size="xs" variant="default" aria-label={`Run ${each.name}`} onClick={() => setAsked(each)}>
											Run
										</Button>
									) : null}
								</Group>
							</td>
						</tr>
					);
				})}
			</Rows>
			<RunForm deployment={asked} close={() => setAsked(null)} />
		</>
	);
}

/** When the next run comes; one whose time has passed says so. */
export function NextRun({ of: run }: { of: Schemas["RunInBrief"] | null | undefined }) {
	const now = useNow(5000);
	if (!run) return <Dim>none</Dim>;
	const overdue = run.expected_start_time != null && Date.parse(run.expected_start_time) < now - 2000;
	return (
		<Go to={`/flow-runs/${run.id}`} title={run.name}>
			{overdue ? "due " : ""}
			<Moment at={run.expected_start_time} />
		</Go>
	);
}

function ScheduleNames({ of }: { of: Schedule[] }) {
	const [first] = of;
	if (first === undefined) return <Dim>none</Dim>;
	const all = of.map(
		(each) => `${spelled(each.rule)} (${zoneOf(each.rule)})${each.active === false ? ", paused" : ""}`,
	);
	return (
		<span className={first.active === false ? "cut short dim" : "cut short"} title={all.join("\n")}>
			{called(first)}
			{first.active === false ? " (paused)" : ""}
			{of.length > 1 ? <Dim> and {of.length - 1} more</Dim> : null}
		</span>
	);
}
