/** What can be done about a run, as far as it is in a state for that and the person may. */
import { Button, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type FlowRun, post, remove, type Schemas, type TaskRun } from "../api/client";
import { newId } from "../api/ids";
import { useMay } from "../api/session";
import { Markdown } from "../parts/artifact";
import { Copyable } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Card } from "../parts/frame";
import { navigate } from "../parts/router";
import { defaults, Fields, faults, type Schema, type Values } from "../parts/schema-form";
import { isFinal } from "../parts/states";
import { many } from "../parts/words";
import { bulk } from "./bulk";
import { Gates } from "./gates";
import { RunLike } from "./run-origin";
import { Suspend } from "./run-suspend";

export function Deeds({ run, tasks, refresh }: { run: FlowRun; tasks: TaskRun[]; refresh: () => void }) {
	const may = useMay("edit");
	const mayRun = useMay("run");
	const over = isFinal(run.state);
	const act = (deed: Parameters<typeof bulk>[0]) => async (reason: string) => {
		const told = await bulk(deed, [run.id], reason);
		refresh();
		return told;
	};
	const waits = run.state.type === "SCHEDULED" && run.state.name === "AwaitingRetry";
	return (
		<>
			<RunLike run={run} />
			<Suspend run={run} may={mayRun} refresh={refresh} />
			{over && run.parent_flow_run_id == null ? (
				<Retry run={run} tasks={tasks} may={may && mayRun} act={act("retry")} />
			) : null}
			{over ? null : (
				<Deed
					label={run.state.type === "CANCELLING" ? "Cancelling…" : "Cancel"}
					title={`Cancel ${run.name}?`}
					danger
					why
					confirm="Cancel the run"
					may={may}
					unfit={run.state.type === "CANCELLING" ? "It was asked to stop, and says so when it has" : undefined}
					act={act("cancel")}
				>
					{waits
						? "Nobody has begun it, so it is cancelled at once."
						: "Its process is asked to stop and says so when it has. What its tasks have done is done."}
				</Deed>
			)}
			{over ? (
				<Deed
					label="Delete"
					title={`Delete ${run.name}?`}
					danger
					may={may}
					act={async () => {
						await remove("/flow-runs/{id}", { id: run.id });
						navigate("/flow-runs");
						return `${run.name} was deleted.`;
					}}
				>
					Its states, logs and task runs are deleted with it. Artifacts stay.
				</Deed>
			) : null}
		</>
	);
}

function Retry({
	run,
	tasks,
	may,
	act,
}: {
	run: FlowRun;
	tasks: TaskRun[];
	may: boolean;
	act: (reason: string) => Promise<string>;
}) {
	const done = tasks.filter((task) => task.state.type === "COMPLETED");
	const reused = done.filter((task) => task.step || task.cache?.key);
	return (
		<Deed
			label="Retry"
			title={`Retry ${run.name}?`}
			why={run.deployment_id != null}
			may={may}
			confirm={run.deployment_id ? "Retry the run" : "Understood"}
			act={run.deployment_id ? act : async () => undefined}
		>
			<p>
				It runs again under the same id, with the same parameters.{" "}
				{run.durable
					? `It is durable: ${many(reused.length || done.length, "finished step")} will be reused, the others run.`
					: reused.length
						? `${many(reused.length, "task")} of ${tasks.length} kept a result for reuse by their cache policy; the others run again.`
						: tasks.length > 0
							? `All ${many(tasks.length, "task")} run again: none kept a result for reuse.`
							: "It had no tasks whose results could be reused."}
			</p>
			{reused.length > 0 && reused.length <= 12 ? (
				<p className="dim">Reused: {reused.map((task) => task.name).join(", ")}</p>
			) : null}
			{run.deployment_id ? null : (
				<>
					<p>No deployment says where its code is, so it is started where the code lies:</p>
					<Copyable text={`segue flow-run retry ${run.id}`} />
				</>
			)}
		</Deed>
	);
}

/** What keeps a run from going on; for a pause the form that lets it. */
export function Waits({ run, waits, refresh }: { run: FlowRun; waits: Schemas["Gate"][]; refresh: () => void }) {
	if (isFinal(run.state)) return null;
	const answer = waits.find((gate) => gate.kind === "answer");
	return (
		<>
			<Gates of={waits.filter((gate) => gate !== answer)} run={run} />
			{run.state.type === "PAUSED" && (answer || !run.state.input_key) ? (
				<Resume run={run} schema={(answer?.schema ?? null) as Schema | null} refresh={refresh} />
			) : null}
		</>
	);
}

function Resume({ run, schema, refresh }: { run: FlowRun; schema: Schema | null; refresh: () => void }) {
	const may = useMay("run");
	const queries = useQueryClient();
	const [values, setValues] = useState<Values>(() => (schema ? defaults(schema) : {}));
	const [problems, setProblems] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const words = useWords(run);
	const go = async () => {
		const found = schema ? faults(schema, values) : {};
		setProblems(found);
		if (Object.keys(found).length > 0) return;
		setBusy(true);
		await attempt(async () => {
			await resume(run, schema === null ? null : values);
			refresh();
			void queries.invalidateQueries({ queryKey: ["flow-runs"] });
			return `${run.name} goes on.`;
		});
		setBusy(false);
	};
	return (
		<Card title={schema ? (schema.title ?? "The run asks for input") : "The run is paused"}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					void go();
				}}
			>
				{words || schema?.description ? (
					<div style={{ marginBottom: 12 }}>
						<Markdown text={words ?? schema?.description ?? ""} />
					</div>
				) : null}
				{schema && may ? (
					<Fields schema={schema} values={values} change={setValues} problems={problems} />
				) : schema ? null : (
					<Text size="sm">It goes on when somebody lets it.</Text>
				)}
				{may ? (
					<Button type="submit" mt="md" loading={busy} className="resume">
						Resume
					</Button>
				) : (
					<Text size="sm" mt="md" c="dimmed">
						Your role lets you look, not resume.
					</Text>
				)}
			</form>
		</Card>
	);
}

/** What the run says to whoever answers. */
function useWords(run: FlowRun): string | undefined {
	const prefix = `${(run.state.type === "PAUSED" && run.state.input_key) || ""}-description`;
	const found = useQuery({
		queryKey: ["flow-runs", "words", run.id, prefix],
		queryFn: () => post("/flow-runs/{flow_run_id}/inputs/list", { prefix } as never, { flow_run_id: run.id }),
		enabled: prefix !== "-description",
		staleTime: Number.POSITIVE_INFINITY,
	});
	const told = found.data?.items[0];
	return told === undefined ? undefined : String(JSON.parse(told.value));
}

async function resume(run: FlowRun, given: Values | null): Promise<void> {
	const state = run.state;
	if (state.type !== "PAUSED") throw new Error(`The run is ${state.name} now.`);
	const names = { flow_run_id: run.id };
	const key = state.input_key ? `${state.input_key}-response` : null;
	if (key && given) {
		const answer = { key, value: JSON.stringify(given) };
		// Left by somebody who answered and never let it go on: it is still paused, so this answer counts.
		const before = await post("/flow-runs/{flow_run_id}/inputs/list", { prefix: key } as never, names);
		if (before.items.length > 0) await remove("/flow-runs/{flow_run_id}/inputs/{key}", { ...names, key });
		await post("/flow-runs/{flow_run_id}/inputs", answer as never, names);
	}
	const now = new Date().toISOString();
	const following = state.reschedule
		? { type: "SCHEDULED" as const, id: newId(), name: "Resuming", timestamp: now, at: now }
		: {
				type: "RUNNING" as const,
				id: newId(),
				name: "Running",
				timestamp: now,
				attempt: Math.max(run.run_count ?? 1, 1),
			};
	const verdict = await post("/flow-runs/{id}/propose", { state: following } as never, { id: run.id });
	if (verdict.status !== "accept") {
		if (key) await remove("/flow-runs/{flow_run_id}/inputs/{key}", { ...names, key });
		throw new Error(verdict.reason ?? "The run did not go on.");
	}
}
