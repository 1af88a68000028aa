/** Flows: all of them, and one with its history. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type FlowRun, post, read } from "../api/client";
import { Bars } from "../parts/chart";
import { Empty, Shown } from "../parts/conditions";
import { Card, Dim, Facts, Go, Page, Tags } from "../parts/frame";
import { Named, Rows, useNamed } from "../parts/rows";
import { RunRows } from "../parts/run-rows";
import { KINDS, StateBadge } from "../parts/states";
import { Moment } from "../parts/time";
import { count, duration, percent } from "../parts/words";
import { AutomationRows } from "./automations";
import { DeploymentRows } from "./deployments";
import { FIRST_FLOW, since } from "./overview";
import { useTouching } from "./touching";

export function Flows() {
	const name_like = useNamed();
	const flows = useQuery({
		queryKey: ["flows", "list", name_like],
		queryFn: () => post("/flows/list", { name_like, sort: "name", limit: 200 }),
		placeholderData: keepPreviousData,
	});
	const last = useLastRuns(flows.data?.items.map((flow) => flow.id) ?? []);
	return (
		<Page title="Flows" name="Flows">
			<Named hint="load" />
			<Card flush>
				<Shown of={flows}>
					{(data) =>
						data.items.length === 0 ? (
							<Empty
								title={name_like ? "No flow is called so" : "No flow has run yet"}
								step={name_like ? undefined : FIRST_FLOW}
							/>
						) : (
							<Rows heads={["Flow", "State", "Last run", "Tags", "First seen"]}>
								{data.items.map((flow) => (
									<tr key={flow.id}>
										<td>
											<Go to={`/flows/${flow.id}`}>{flow.name}</Go>
										</td>
										<LastRun run={last[flow.id]} />
										<td>
											<Tags of={flow.tags} />
										</td>
										<td>
											<Moment at={flow.created} />
										</td>
									</tr>
								))}
							</Rows>
						)
					}
				</Shown>
			</Card>
		</Page>
	);
}

/** The newest run of each flow that is shown, all asked for at once. */
function useLastRuns(flows: string[]): Record<string, FlowRun> {
	const runs = useQuery({
		queryKey: ["flow-runs", "last-of", ...flows],
		queryFn: () => post("/flows/last-runs", { ids: flows }),
		enabled: flows.length > 0,
		placeholderData: keepPreviousData,
	});
	return useMemo(() => Object.fromEntries(runs.data?.items.map((run) => [run.flow_id, run]) ?? []), [runs.data]);
}

function LastRun({ run }: { run: FlowRun | undefined }) {
	return (
		<>
			<td>{run ? <StateBadge state={run.state} /> : null}</td>
			<td className="wide">
				{run ? (
					<span className="cut">
						<Go to={`/flow-runs/${run.id}`}>{run.name}</Go>{" "}
						<Dim>
							<Moment at={run.created} />
						</Dim>
					</span>
				) : null}
			</td>
		</>
	);
}

export function Flow({ id }: { id: string }) {
	const flow = useQuery({ queryKey: ["flows", "one", id], queryFn: () => read("/flows/{id}", { id }) });
	const history = useQuery({
		queryKey: ["flow-runs", "flow-history", id],
		queryFn: () => post("/flow-runs/history", { where: { flow_ids: [id] }, from: since("7d") }),
	});
	const failed = useQuery({
		queryKey: ["flow-runs", "flow-failed", id],
		queryFn: () => post("/flow-runs/list", { where: { flow_ids: [id], state_types: ["FAILED", "CRASHED"] }, limit: 5 }),
	});
	const runs = useQuery({
		queryKey: ["flow-runs", "flow-runs", id],
		queryFn: () => post("/flow-runs/list", { where: { flow_ids: [id] }, limit: 20 }),
	});
	return (
		<Shown of={flow}>
			{(data) => (
				<Page
					title={data.name}
					name={data.name}
					above={<Go to="/flows">Flows</Go>}
					beside={<Go to={`/flow-runs?flow=${encodeURIComponent(data.name)}`}>All its runs</Go>}
				>
					<div className="stack">
						<Card title="Runs of the last seven days">
							<Shown of={history} rows={1} height={200}>
								{(told) => {
									const sums: Record<string, number> = {};
									for (const part of told.items)
										for (const [kind, number] of Object.entries(part.states ?? {}))
											sums[kind] = (sums[kind] ?? 0) + number;
									const bad = (sums.FAILED ?? 0) + (sums.CRASHED ?? 0);
									return (
										<>
											<Facts
												of={[
													["Runs", count(told.total)],
													["Success rate", percent(sums.COMPLETED ?? 0, (sums.COMPLETED ?? 0) + bad)],
													["Typical duration", duration(told.durations?.p50)],
													["95 of 100 within", duration(told.durations?.p95)],
													["Longest", duration(told.durations?.longest)],
												]}
											/>
											<Bars
												label={`Runs of ${data.name} over time`}
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
						<Deployments flow={id} />
						<Automations flow={id} />
						<Card title="Last failures" flush>
							<Shown of={failed} rows={2}>
								{(told) =>
									told.items.length ? <RunRows runs={told.items} brief /> : <Empty title="It never failed" />
								}
							</Shown>
						</Card>
						<Card title="Last runs" flush>
							<Shown of={runs}>{(told) => <RunRows runs={told.items} brief />}</Shown>
						</Card>
					</div>
				</Page>
			)}
		</Shown>
	);
}

function Deployments({ flow }: { flow: string }) {
	const found = useQuery({
		queryKey: ["deployments", "of-flow", flow],
		queryFn: () => post("/deployments/list", { flow_ids: [flow], limit: 100 }),
	});
	if (!found.data?.items.length) return null;
	return (
		<Card title="Deployments" flush>
			<DeploymentRows of={found.data.items} />
		</Card>
	);
}

function Automations({ flow }: { flow: string }) {
	const found = useTouching(`segue.flow.${flow}`);
	if (!found.data?.items.length) return null;
	return (
		<Card title="Automations" flush>
			<AutomationRows of={found.data.items} />
		</Card>
	);
}
