/** Workers: whether each is there, when it was last heard, and what it runs. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { post, remove, type Schemas, type Worker } from "../api/client";
import { useMay } from "../api/session";
import { Deed } from "../parts/deeds";
import { Dim, Go } from "../parts/frame";
import { Rows } from "../parts/rows";
import { StatusBadge } from "../parts/states";
import { Moment } from "../parts/time";

/** Milliseconds between two looks at who is there: that somebody is silent is told by nobody. */
const LOOK = 5000;

export function useWorkers(name: string, query: Schemas["WorkerQuery"]) {
	return useQuery({
		queryKey: ["workers", name, query.work_pool_names],
		queryFn: () => post("/workers/list", query),
		refetchInterval: LOOK,
		placeholderData: keepPreviousData,
	});
}

export function WorkerStatus({ of }: { of: Worker }) {
	if (of.status === "ONLINE") return <StatusBadge status="Online" kind="COMPLETED" />;
	if (of.left) return <StatusBadge status="Stopped" kind="CANCELLED" title="It said that it takes no more runs." />;
	return (
		<StatusBadge
			status="Dead"
			kind="CRASHED"
			title="It stopped telling that it is there: its process is gone, or cut off from the server."
		/>
	);
}

export function WorkerRows({ of, pools = false }: { of: Worker[]; pools?: boolean }) {
	const ids = [...new Set(of.flatMap((worker) => worker.flow_run_ids ?? []))].slice(0, 200);
	const runs = useQuery({
		queryKey: ["flow-runs", "of-workers", ids],
		queryFn: () => post("/flow-runs/list", { where: { ids }, limit: 200 }),
		enabled: ids.length > 0,
		placeholderData: keepPreviousData,
	});
	const names = new Map(runs.data?.items.map((run) => [run.id, run.name]));
	return (
		<Rows
			heads={[
				"Worker",
				"Status",
				"Last heard",
				...(pools ? ["Work pool"] : []),
				"Runs",
				"At most",
				"Queues",
				"Actions",
			]}
		>
			{of.map((worker) => {
				const facts = (worker.facts ?? {}) as Record<string, unknown>;
				const held = worker.flow_run_ids ?? [];
				return (
					<tr key={worker.id} data-worker={worker.name}>
						<td className="two-lines">
							<span className="cut">
								<strong>{worker.name}</strong>
							</span>
							<span className="cut dim">
								{[
									facts.host && `on ${facts.host}`,
									facts.pid && `process ${facts.pid}`,
									facts.version && `version ${facts.version}`,
								]
									.filter(Boolean)
									.join(", ")}
							</span>
						</td>
						<td>
							<WorkerStatus of={worker} />
						</td>
						<td>{worker.left ? <Dim>–</Dim> : <Moment at={worker.last_heartbeat} />}</td>
						{pools ? (
							<td>
								<Go to={`/work-pools/${encodeURIComponent(worker.work_pool_name)}`}>{worker.work_pool_name}</Go>
							</td>
						) : null}
						<td className="wide">
							<span className="cut">
								{held.length === 0 ? <Dim>nothing</Dim> : null}
								{held.slice(0, 4).map((id, place) => (
									<span key={id}>
										{place ? ", " : ""}
										<Go to={`/flow-runs/${id}`}>{names.get(id) ?? id.slice(0, 8)}</Go>
									</span>
								))}
								{held.length > 4 ? <Dim> and {held.length - 4} more</Dim> : null}
							</span>
						</td>
						<td className="number">{worker.limit ?? <Dim>no limit</Dim>}</td>
						<td>{worker.work_queue_names?.length ? worker.work_queue_names.join(", ") : <Dim>all</Dim>}</td>
						<td>{worker.status !== "ONLINE" && !worker.left ? <Forget worker={worker} /> : null}</td>
					</tr>
				);
			})}
		</Rows>
	);
}

/** Take a dead worker for one that stopped, so that nobody is warned of it any more. */
function Forget({ worker }: { worker: Worker }) {
	const may = useMay("run");
	const queries = useQueryClient();
	return (
		<Deed
			label="Dismiss"
			title={`Is ${worker.name} not to come back?`}
			why
			may={may}
			confirm="Dismiss the worker"
			act={async (reason) => {
				const { work_pool_name, name } = worker;
				await remove("/work-pools/{work_pool_name}/workers/{name}", { work_pool_name, name }, reason);
				await queries.invalidateQueries({ queryKey: ["workers"] });
				return `${name} is no longer waited for.`;
			}}
		>
			It is then shown as stopped. If it comes back after all, it is online again. What it ran is seen to by its lease,
			not by this.
		</Deed>
	);
}
