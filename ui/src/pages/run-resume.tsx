/** The form that lets a paused run go on, made from what it asks for. */
import { Button, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type FlowRun, post, remove } from "../api/client";
import { newId } from "../api/ids";
import { useMay } from "../api/session";
import { Markdown } from "../parts/artifact";
import { attempt } from "../parts/deeds";
import { Card } from "../parts/frame";
import { defaults, Fields, faults, type Schema, type Values } from "../parts/schema-form";
import { Moment } from "../parts/time";

export function Resume({
	run,
	schema,
	until,
	refresh,
}: {
	run: FlowRun;
	schema: Schema | null;
	/** When the wait ends by itself. */
	until?: string | null;
	refresh: () => void;
}) {
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
				{until ? (
					<Text size="sm" mt="sm" c="dimmed">
						It fails <Moment at={until} /> unless somebody answers.
					</Text>
				) : null}
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

/** Lets a run go on that asks for nothing, in one press. */
export function ResumeNow({ run, refresh }: { run: FlowRun; refresh: () => void }) {
	const [busy, setBusy] = useState(false);
	const go = async () => {
		setBusy(true);
		await attempt(async () => {
			await resume(run, null);
			refresh();
			return `${run.name} goes on.`;
		});
		setBusy(false);
	};
	return useMay("run") ? (
		<Button size="compact-xs" loading={busy} className="resume" onClick={() => void go()}>
			Resume
		</Button>
	) : null;
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
