/** One work pool: its queues, its workers, who holds its slots and what waits. */
import { Button, Group, Tabs, Text } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type WorkPool as One, patch, post, read, remove, type WorkQueue } from "../api/client";
import { useMay } from "../api/session";
import { Copyable, Empty, Shown } from "../parts/conditions";
import { attempt, Deed, Deletion, Toggle, Turn } from "../parts/deeds";
import { Card, Dim, Facts, Go, Page } from "../parts/frame";
import { useFilters } from "../parts/router";
import { Rows } from "../parts/rows";
import { RunRows } from "../parts/run-rows";
import { Slots } from "../parts/slots";
import { Moment } from "../parts/time";
import { DeploymentRows } from "./deployments";
import { EditPool, QueueForm, TemplateForm } from "./pool-forms";
import { PoolStatus, useWaiting, Waiting } from "./work-pools";
import { useWorkers, WorkerRows } from "./workers";

export function WorkPool({ id: name }: { id: string }) {
	const pool = useQuery({
		queryKey: ["work-pools", "one", name],
		queryFn: () => read("/work-pools/{name}", { name }),
		refetchInterval: 5000,
	});
	return <Shown of={pool}>{(data) => <Whole pool={data} />}</Shown>;
}

function Whole({ pool }: { pool: One }) {
	const { name } = pool;
	const [filters, change] = useFilters();
	const waiting = useWaiting([name]);
	const workers = useWorkers("of-pool", { work_pool_names: [name], limit: 1000 });
	const there = workers.data?.items ?? [];
	const online = there.filter((worker) => worker.status === "ONLINE").length;
	return (
		<Page
			name={name}
			above={<Go to="/work-pools">Work pools</Go>}
			title={
				<>
					{name} <PoolStatus of={pool} />
				</>
			}
			beside={<Deeds pool={pool} />}
		>
			<div className="stack">
				{pool.description ? <Text size="sm">{pool.description}</Text> : null}
				{pool.status === "NOT_READY" && workers.data ? (
					<div className="note state-crashed" role="status">
						<strong>No worker takes its runs.</strong> Start one where they are to run:
						<div style={{ marginTop: 8 }}>
							<Copyable text={`segue worker start --pool '${name}'`} />
						</div>
					</div>
				) : null}
				<Card>
					<Facts
						of={[
							["Type", pool.type],
							["Running", <Slots key="s" taken={pool.active_slots ?? 0} most={pool.concurrency_limit} />],
							["Waiting", <Waiting key="w" of={waiting} />],
							["Workers", `${online} online`],
							["Changed", <Moment key="u" at={pool.updated} />],
						]}
					/>
				</Card>
				<Card>
					<Tabs
						value={filters.get("tab") ?? "queues"}
						onChange={(tab) => change({ tab: tab === "queues" ? null : tab })}
						keepMounted={false}
					>
						<Tabs.List mb="md">
							<Tabs.Tab value="queues">Queues</Tabs.Tab>
							<Tabs.Tab value="workers">Workers{there.length ? ` (${there.length})` : ""}</Tabs.Tab>
							<Tabs.Tab value="runs">Runs</Tabs.Tab>
							<Tabs.Tab value="deployments">Deployments</Tabs.Tab>
							<Tabs.Tab value="template">Job template</Tabs.Tab>
						</Tabs.List>
						<Tabs.Panel value="queues">
							<Queues pool={pool} waiting={waiting} />
						</Tabs.Panel>
						<Tabs.Panel value="workers">
							<Shown of={workers} rows={2}>
								{(data) =>
									data.items.length ? (
										<WorkerRows of={data.items} />
									) : (
										<Empty title="No worker was ever here" step={`segue worker start --pool '${name}'`}>
											A worker takes the runs of this pool and starts them where it is. It only calls out: it needs to
											reach this server, and nobody needs to reach it.
										</Empty>
									)
								}
							</Shown>
						</Tabs.Panel>
						<Tabs.Panel value="runs">
							<Runs pool={name} />
						</Tabs.Panel>
						<Tabs.Panel value="deployments">
							<Deployments pool={name} />
						</Tabs.Panel>
						<Tabs.Panel value="template">
							<TemplateForm key={pool.updated} pool={pool} />
						</Tabs.Panel>
					</Tabs>
				</Card>
			</div>
		</Page>
	);
}

function Deeds({ pool }: { pool: One }) {
	const { name } = pool;
	const may = useMay("edit");
	const [editing, setEditing] = useState(false);
	const it = { noun: "work pool", name, list: "work-pools", may };
	const stop = !pool.is_paused;
	return (
		<>
			<Turn
				{...it}
				verb={stop ? "Pause" : "Resume"}
				said={stop ? "is paused: its runs wait." : "goes on."}
				turn={(reason) => patch("/work-pools/{name}", { is_paused: stop }, { name }, reason)}
			>
				{stop
					? "Its workers take no more runs from it until it is resumed. What runs goes on."
					: "Its workers take its runs again, those that wait first."}
			</Turn>
			{may ? (
				<Button size="xs" variant="default" onClick={() => setEditing(true)}>
					Change
				</Button>
			) : null}
			<Deletion {...it} take={(reason) => remove("/work-pools/{name}", { name }, reason)}>
				Its queues go with it. It is refused while a deployment or a run that is not over needs it.
			</Deletion>
			{editing ? <EditPool pool={pool} opened close={() => setEditing(false)} /> : null}
		</>
	);
}

function Queues({ pool, waiting }: { pool: One; waiting: ReturnType<typeof useWaiting> }) {
	const may = useMay("edit");
	const queries = useQueryClient();
	const [edited, setEdited] = useState<WorkQueue | "new" | null>(null);
	const queues = useQuery({
		queryKey: ["work-pools", "queues", pool.name],
		queryFn: () => post("/work-queues/list", { work_pool_names: [pool.name], limit: 200 }),
		refetchInterval: 5000,
	});
	const names = (queue: WorkQueue) => ({ work_pool_name: pool.name, name: queue.name });
	const again = () => queries.invalidateQueries({ queryKey: ["work-pools"] });
	const pause = (queue: WorkQueue, is_paused: boolean) =>
		attempt(async () => {
			await patch("/work-pools/{work_pool_name}/queues/{name}", { is_paused }, names(queue));
			await again();
			return is_paused ? `${queue.name} is paused: its runs wait.` : `${queue.name} goes on.`;
		});
	return (
		<>
			<Shown of={queues} rows={2}>
				{(data) => (
					<Rows heads={["Priority", "Queue", "Status", "Running", "Waiting", "Asked by a worker", "Active", "Actions"]}>
						{data.items.map((queue) => (
							<tr key={queue.id} data-queue={queue.name}>
								<td className="number">{queue.priority}</td>
								<td className="wide two-lines">
									<span className="cut">
										<strong>{queue.name}</strong>
									</span>
									{queue.description ? <span className="cut dim">{queue.description}</span> : null}
								</td>
								<td>
									<PoolStatus of={queue} />
								</td>
								<td style={{ minWidth: 110 }}>
									<Slots taken={queue.active_slots ?? 0} most={queue.concurrency_limit} />
								</td>
								<td>
									<Waiting of={waiting.filter((each) => each.work_queue_id === queue.id)} />
								</td>
								<td>{queue.last_polled ? <Moment at={queue.last_polled} /> : <Dim>never</Dim>}</td>
								<td>
									<Toggle
										label={`Queue ${queue.name}`}
										may={may}
										on={!queue.is_paused}
										turn={(on) => void pause(queue, !on)}
									/>
								</td>
								<td>
									<Group gap={6} wrap="nowrap" justify="flex-end">
										{may ? (
											<Button
												size="xs"
												variant="default"
												aria-label={`Change ${queue.name}`}
												onClick={() => setEdited(queue)}
											>
												Change
											</Button>
										) : null}
										{queue.id === pool.default_queue_id ? null : (
											<Deed
												label="Delete"
												title={`Delete the queue ${queue.name}?`}
												danger
												may={may}
												confirm="Delete the queue"
												act={async (reason) => {
													await remove("/work-pools/{work_pool_name}/queues/{name}", names(queue), reason);
													await again();
													return `${queue.name} was deleted.`;
												}}
											>
												It is refused while a deployment or a run that is not over needs it.
											</Deed>
										)}
									</Group>
								</td>
							</tr>
						))}
					</Rows>
				)}
			</Shown>
			<Group mt="md">
				{may ? (
					<Button size="xs" variant="default" onClick={() => setEdited("new")}>
						New queue
					</Button>
				) : null}
				<Dim>Runs of a lower priority number are taken first.</Dim>
			</Group>
			<QueueForm pool={pool.name} queue={edited} close={() => setEdited(null)} />
		</>
	);
}

function Runs({ pool }: { pool: string }) {
	const holders = useQuery({
		queryKey: ["flow-runs", "holders", pool],
		queryFn: () =>
			post("/flow-runs/list", {
				where: { work_pool_names: [pool], state_types: ["PENDING", "RUNNING", "CANCELLING"] },
				sort: "start_time",
				limit: 50,
			}),
	});
	const waiting = useQuery({
		queryKey: ["flow-runs", "waiting-in", pool],
		queryFn: () =>
			post("/flow-runs/list", {
				where: { work_pool_names: [pool], state_types: ["SCHEDULED"] },
				sort: "expected_start_time",
				limit: 50,
			}),
	});
	return (
		<div className="stack">
			<Card title="Running" flush>
				<Shown of={holders} rows={2}>
					{(data) => (data.items.length ? <RunRows runs={data.items} /> : <Empty title="Nothing runs" />)}
				</Shown>
			</Card>
			<Card
				title="Waiting, the first due first"
				beside={<Go to={`/flow-runs?pool=${encodeURIComponent(pool)}`}>All its runs</Go>}
				flush
			>
				<Shown of={waiting} rows={2}>
					{(data) => (data.items.length ? <RunRows runs={data.items} /> : <Empty title="Nothing waits" />)}
				</Shown>
			</Card>
		</div>
	);
}

function Deployments({ pool }: { pool: string }) {
	const found = useQuery({
		queryKey: ["deployments", "of-pool", pool],
		queryFn: () => post("/deployments/list", { work_pool_names: [pool], limit: 100 }),
		placeholderData: keepPreviousData,
	});
	return (
		<Shown of={found} rows={3}>
			{(data) =>
				data.items.length ? (
					<DeploymentRows of={data.items} />
				) : (
					<Empty
						title="No deployment sends its runs here"
						step={`flow.deploy(name="first", work_pool_name="${pool}")`}
					/>
				)
			}
		</Shown>
	);
}
