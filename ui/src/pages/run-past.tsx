/** The record of a run as it was at a moment that is chosen by dragging. */
import { Slider, Text } from "@mantine/core";
import { useMemo } from "react";
import type { FlowRun, Schemas, State, TaskRun } from "../api/client";
import { isFinal, StateBadge } from "../parts/states";
import { marginOf } from "../parts/timeline";
import { many } from "../parts/words";

type Begun = Pick<TaskRun, "start_time" | "end_time" | "state">;

/** Runs as they were at a moment: those that had begun, and running where they had not ended yet. */
export function asOf<R extends Begun>(runs: R[], moment: number | null): R[] {
	if (moment === null) return runs;
	return runs
		.filter((run) => run.start_time && Date.parse(run.start_time) <= moment)
		.map((run) => {
			if (isFinal(run.state) && run.end_time && Date.parse(run.end_time) <= moment) return run;
			const timestamp = run.start_time ?? "";
			const state: State = { type: "RUNNING", name: "Running", id: run.state.id, timestamp, attempt: 1 };
			return { ...run, state, end_time: new Date(moment).toISOString() };
		});
}

/** Those of a moment or before it. */
export function until<T>(things: T[], moment: number | null, at: (thing: T) => string): T[] {
	return moment === null ? things : things.filter((thing) => Date.parse(at(thing)) <= moment);
}

interface PastProps {
	run: FlowRun;
	from: number;
	tasks: TaskRun[];
	states: Schemas["StateRow"][];
	moment: number | null;
	setMoment: (moment: number | null) => void;
}

export function Past({ run, from, tasks, states, moment, setMoment }: PastProps) {
	const to = isFinal(run.state) && run.end_time ? Date.parse(run.end_time) : Date.now();
	const seen = useMemo(() => {
		if (moment === null) return null;
		const begun = asOf(tasks, moment);
		const done = begun.filter((task) => isFinal(task.state));
		return {
			state: until(states, moment, (row) => row.state.timestamp).at(-1)?.state,
			begun: begun.length,
			done: done.length,
			failed: done.filter((task) => task.state.type === "FAILED").length,
		};
	}, [moment, states, tasks]);
	return (
		<div style={{ marginTop: 14, height: 48 }}>
			<Slider
				mx={`${marginOf(to - from)}%`}
				size="sm"
				min={0}
				max={1000}
				value={moment === null ? 1000 : Math.round(((moment - from) / Math.max(1, to - from)) * 1000)}
				onChange={(share) => setMoment(share >= 1000 ? null : from + ((to - from) * share) / 1000)}
				label={null}
				thumbLabel="Moment of the record that is shown"
			/>
			<Text size="sm" mt={8} c="dimmed" component="div">
				{seen === null ? (
					"Drag to see the record as it was at any moment: timeline, logs, states and all that is below."
				) : (
					<>
						{seen.state ? <StateBadge state={seen.state} /> : "Not made yet"} {many(seen.done, "task run")} done
						{seen.failed ? `, ${seen.failed} of them failed` : ""}, {seen.begun - seen.done} running,{" "}
						{tasks.length - seen.begun} not begun.
					</>
				)}
			</Text>
		</div>
	);
}
