/** Work pools: where runs wait for workers, who is there, and what waits. */
import { Button, Group } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { patch, post, type Schemas, type WorkPool } from "../api/client";
import { usePages } from "../api/lists";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Toggle } from "../parts/deeds";
import { Card, Dim, Go, Page } from "../parts/frame";
import { More, Named, Rows, useNamed } from "../parts/rows";
import { Slots } from "../parts/slots";
import { StatusBadge } from "../parts/states";
import { count, duration } from "../parts/words";
import { NewPool } from "./pool-forms";
import { useWorkers } from "./workers";

type QueueActivity = Schemas["QueueActivity"];

/** What waits in the queues of work pools, by their names. */
export function useWaiting(names: string[]): QueueActivity[] {
	const told = useQuery({
		queryKey: ["flow-runs", "waiting", names],
		queryFn: () => post("/work-pools/activity", { names: names.slice(0, 200) }),
		enabled: names.length > 0,
		refetchInterval: 5000,
		placeholderData: keepPreviousData,
	});
	return told.data?.items ?? [];
}

export function PoolStatus({ of }: { of: { status?: string } }) {
	if (of.status === "PAUSED") return <StatusBadge status="Paused" kind="PAUSED" title="Its runs wait." />;
	if (of.status === "READY") return <StatusBadge status="Ready" kind="COMPLETED" title="A worker takes its runs." />;
	return <StatusBadge status="No worker" kind="CRASHED" title="No worker takes its runs." />;
}

/** How many runs wait, and since when the first. */
export function Waiting({ of }: { of: QueueActivity[] }) {
	const waiting = of.reduce((sum, each) => sum + (each.waiting ?? 0), 0);
	const late = of.reduce((sum, each) => sum + (each.late ?? 0), 0);
	if (waiting === 0) return <Dim>nothing</Dim>;
	return (
		<span className="number">
			{late < waiting ? count(waiting) : null}
			{late > 0 && late < waiting ? ", " : null}
			{late > 0 ? <span className="bad">{count(late)} late</span> : null}
			<Dim>, the first for {duration(Math.max(...of.map((each) => each.waiting_for ?? 0)))}</Dim>
		</span>
	);
}

export function WorkPools() {
	const name_like = useNamed();
	const may = useMay("edit");
	const [making, setMaking] = useState(false);
	const { found, items } = usePages(
		["work-pools", "list", name_like],
		(after) => post("/work-pools/list", { name_like, sort: "name", limit: 100, after }),
		10_000,
	);
	return (
		<Page
			title="Work pools"
			name="Work pools"
			beside={
				may ? (
					<Button size="xs" onClick={() => setMaking(true)}>
						New work pool
					</Button>
				) : null
			}
		>
			<Named hint="local" />
			<Card flush>
				<Shown of={found} rows={5}>
					{() =>
						items.length === 0 ? (
							<Empty
								title={name_like ? "No work pool is called so" : "No work pool yet"}
								step={
									name_like ? undefined : "segue work-pool create local --type process\nsegue worker start --pool local"
								}
							>
								{name_like
									? null
									: "Runs of a pool's deployments wait in it for a worker, on this machine or any other."}
							</Empty>
						) : (
							<PoolRows of={items} />
						)
					}
				</Shown>
				<More of={found} />
			</Card>
			<NewPool opened={making} close={() => setMaking(false)} />
		</Page>
	);
}

function PoolRows({ of }: { of: WorkPool[] }) {
	const may = useMay("edit");
	const queries = useQueryClient();
	const names = useMemo(() => of.map((pool) => pool.name), [of]);
	const waiting = useWaiting(names);
	const workers = useWorkers("online", { work_pool_names: names, online: true, limit: 1000 });
	const pause = (pool: WorkPool, is_paused: boolean) =>
		attempt(async () => {
			await patch("/work-pools/{name}", { is_paused }, { name: pool.name });
			await queries.invalidateQueries({ queryKey: ["work-pools"] });
			return is_paused ? `${pool.name} is paused: its runs wait.` : `${pool.name} goes on.`;
		});
	return (
		<Rows heads={["Work pool", "Type", "Status", "Workers", "Running", "Waiting", "Active"]}>
			{of.map((pool) => {
				const there = workers.data?.items.filter((worker) => worker.work_pool_name === pool.name) ?? [];
				return (
					<tr key={pool.id} data-pool={pool.name}>
						<td className="wide two-lines">
							<span className="cut">
								<Go to={`/work-pools/${encodeURIComponent(pool.name)}`}>{pool.name}</Go>
							</span>
							{pool.description ? <span className="cut dim">{pool.description}</span> : null}
						</td>
						<td>{pool.type}</td>
						<td>
							<PoolStatus of={pool} />
						</td>
						<td className="number">
							{there.length === 0 ? (
								<Dim>none</Dim>
							) : (
								<span title={there.map((each) => each.name).join(", ")}>{count(there.length)}</span>
							)}
						</td>
						<td style={{ minWidth: 150 }}>
							<Slots taken={pool.active_slots ?? 0} most={pool.concurrency_limit} />
						</td>
						<td>
							<Waiting of={waiting.filter((each) => each.work_pool_name === pool.name)} />
						</td>
						<td>
							<Group justify="flex-end">
								<Toggle
									label={`Work pool ${pool.name}`}
									title={pool.is_paused ? "Resume" : "Pause"}
									may={may}
									on={!pool.is_paused}
									turn={(on) => void pause(pool, !on)}
								/>
							</Group>
						</td>
					</tr>
				);
			})}
		</Rows>
	);
}
