/** Why a run does not run: every gate between it and its beginning, who keeps it shut, and what opens it. */
import { Text } from "@mantine/core";
import { Fragment } from "react";
import type { FlowRun, Schemas } from "../api/client";
import { Copyable } from "../parts/conditions";
import { Go } from "../parts/frame";
import { Moment } from "../parts/time";

type Gate = Schemas["Gate"];

const poolAt = (run: FlowRun, tab = "") =>
	`/work-pools/${encodeURIComponent(run.work_pool_name ?? "")}${tab ? `?tab=${tab}` : ""}`;

export function Gates({ of, run }: { of: Gate[]; run: FlowRun }) {
	if (of.length === 0) return null;
	const [only] = of;
	return (
		<div className={`note state-${run.state.type.toLowerCase()}`} role="status">
			{of.length === 1 && only ? (
				<>
					<strong>Waiting for {only.what}.</strong> <Of gate={only} run={run} />
				</>
			) : (
				<>
					<strong>Waiting; {of.length} gates are shut, each of which must open:</strong>
					<ol className="gates">
						{of.map((gate) => (
							<li key={gate.kind + gate.what}>
								<strong>{gate.what}.</strong> <Of gate={gate} run={run} />
							</li>
						))}
					</ol>
				</>
			)}
		</div>
	);
}

function Of({ gate, run }: { gate: Gate; run: FlowRun }) {
	// A process that is waited for is named already.
	const kept = gate.kind !== "stop" && Boolean(gate.keepers?.length);
	const [since, until] = kept ? ["since", "until"] : ["Since", "Until"];
	return (
		<>
			{kept ? <Keepers gate={gate} run={run} /> : null}
			{gate.since ? (
				<span className="dim">
					{kept ? " " : ""}
					{since} <Moment at={gate.since} />
				</span>
			) : null}
			{gate.until ? (
				<span className="dim">
					{gate.since ? ", " : kept ? " " : ""}
					{gate.since ? "until" : until} <Moment at={gate.until} />
				</span>
			) : null}
			{kept || gate.since || gate.until ? "." : ""}
			<Opens gate={gate} run={run} />
		</>
	);
}

const SAID: Record<string, string> = {
	paused: "Paused by",
	worker: "Gone:",
	claim: "There:",
	order: "The first:",
	schedule: "Made by",
};

function Keepers({ gate, run }: { gate: Gate; run: FlowRun }) {
	return (
		<>
			{SAID[gate.kind] ?? "Held by"}{" "}
			{gate.keepers?.map((keeper, at) => (
				<Fragment key={keeper.type + (keeper.id ?? keeper.name)}>
					{at > 0 ? ", " : ""}
					<Keeper of={keeper} run={run} />
				</Fragment>
			))}
		</>
	);
}

function Keeper({ of, run }: { of: Schemas["Keeper"]; run: FlowRun }) {
	if (of.type === "process") return `process ${of.name}${of.id ? ` (${of.id})` : ""}`;
	if (of.type === "worker" && run.work_pool_name) return <Go to={poolAt(run, "workers")}>worker {of.name}</Go>;
	if (of.type === "schedule" && run.deployment_id)
		return <Go to={`/deployments/${run.deployment_id}?tab=schedules`}>schedule {of.name}</Go>;
	const name = of.flow_run ? `${of.name} of ${of.flow_run}` : of.name;
	return of.id && /^(flow|task)-run$/.test(of.type) ? (
		<Go to={`/${of.type}s/${of.id}`}>{name}</Go>
	) : (
		`${of.type} ${name}`
	);
}

/** What a person can do about it. */
function Opens({ gate, run }: { gate: Gate; run: FlowRun }) {
	const pool = run.work_pool_name;
	if (gate.kind === "stop")
		return (
			<>
				<Text size="sm" mt={4}>
					It was asked to stop and has not stopped yet. Code that does not come back to Python cannot hear; to end its
					process:
				</Text>
				<Copyable text={`segue flow-run cancel ${run.id} --force`} />
			</>
		);
	if (gate.kind === "worker" && pool)
		return (
			<div style={{ marginTop: 6 }}>
				<Copyable text={`segue worker start --pool '${pool}'`} />
			</div>
		);
	if ((gate.kind === "paused" || gate.kind === "slot" || gate.kind === "order") && pool)
		return (
			<>
				{" "}
				<Go to={poolAt(run, gate.kind === "paused" ? "" : "runs")}>
					{gate.kind === "paused" ? "To the pool" : "What its pool runs"}
				</Go>
			</>
		);
	return null;
}
