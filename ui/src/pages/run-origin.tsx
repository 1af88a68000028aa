/** Where a run comes from and where it runs: its deployment and version, its pool and queue, and the worker that took it. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type FlowRun, Refused, read, type Schemas } from "../api/client";
import { useMay } from "../api/session";
import { Dim, Go } from "../parts/frame";
import { navigate } from "../parts/router";

/** Facts of a run's origin, those that it has. */
export function useOrigin(run: FlowRun, history: Schemas["StateRow"][]): [string, ReactNode][] {
	const id = run.deployment_id;
	const deployment = useQuery({
		queryKey: ["deployments", "one", id],
		queryFn: () => read("/deployments/{id}", { id: id ?? "" }),
		enabled: id != null,
	});
	const gone = deployment.error instanceof Refused && deployment.error.status === 404;
	const facts: [string, ReactNode][] = [];
	if (id != null)
		facts.push([
			"Deployment",
			<span key="d">
				{gone ? <Dim>deleted</Dim> : <Go to={`/deployments/${id}`}>{deployment.data?.name ?? "its deployment"}</Go>}
				{run.deployment_version == null ? null : gone ? (
					`, version ${run.deployment_version}`
				) : (
					<>
						{", "}
						<Go to={`/deployments/${id}?tab=versions`}>version {run.deployment_version}</Go>
					</>
				)}
			</span>,
		]);
	const pool = run.work_pool_name;
	if (pool) {
		const at = `/work-pools/${encodeURIComponent(pool)}`;
		facts.push([
			"Work pool",
			<Go key="p" to={at}>
				{pool} / {run.work_queue_name}
			</Go>,
		]);
	}
	const worker = history.findLast((row) => row.state.actor?.kind === "worker")?.state.actor;
	if (worker)
		facts.push([
			"Worker",
			pool ? (
				<Go key="w" to={`/work-pools/${encodeURIComponent(pool)}?tab=workers`}>
					{worker.name}
				</Go>
			) : (
				worker.name
			),
		]);
	return facts;
}

/** Leads to the form of the run's deployment, filled with the run's parameters. */
export function RunLike({ run }: { run: FlowRun }) {
	const may = useMay("run");
	if (run.deployment_id == null || !may) return null;
	return (
		<Button
			size="xs"
			variant="default"
			title="Its deployment's form with the parameters of this run"
			onClick={() => navigate(`/deployments/${run.deployment_id}?run=yes&like=${run.id}`)}
		>
			Run another
		</Button>
	);
}
