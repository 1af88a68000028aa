/**
 * How a run stands: what keeps it, the form that lets it go on, what failed.
 *
 * Whoever looks at an open run must not lose the place that they look at. What keeps the run when its page is opened stands there
 * in full; what comes afterwards is one line of the same height with a button that unfolds it, and the place never shrinks by itself.
 */
import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { FlowRun, Schemas, TaskRun } from "../api/client";
import { useMay } from "../api/session";
import { Fault, who } from "../parts/history";
import type { Schema } from "../parts/schema-form";
import { isFinal, StateBadge, toldOf } from "../parts/states";
import { count, many } from "../parts/words";
import { Gates } from "./gates";
import { Resume, ResumeNow } from "./run-resume";

interface StandingProps {
	run: FlowRun;
	tasks: TaskRun[];
	waits: Schemas["Gate"][];
	refresh: () => void;
}

export function Standing({ run, tasks, waits, refresh }: StandingProps) {
	const over = isFinal(run.state);
	const [watched] = useState(!over);
	const answer = waits.find((gate) => gate.kind === "answer");
	const gates = over ? [] : waits.filter((gate) => gate !== answer);
	const asks = run.state.type === "PAUSED" && (answer !== undefined || !run.state.input_key);
	const shut = gates.length + (asks ? 1 : 0);
	/** How many gates may stand here in full: those that were seen, or asked for. */
	const [seen, see] = useState(shut);
	const [unfolded, unfold] = useState(false);
	const [answers, setAnswers] = useState(0);
	const may = useMay("run");
	useEffect(() => {
		if (shut === 0) see(0);
	}, [shut]);
	if (!watched || (over && unfolded)) return <Ended run={run} />;
	if (shut === 0 || shut > seen)
		return (
			<Steady key={answers}>
				<Line run={run} tasks={tasks} gates={gates} asks={asks}>
					{asks && !answer?.schema && gates.length === 0 ? (
						<ResumeNow run={run} refresh={refresh} />
					) : shut > 0 ? (
						<Button size="compact-xs" variant="default" onClick={() => see(shut)}>
							{asks ? (may ? "Answer" : "What it asks") : "What keeps it"}
						</Button>
					) : over && (("error" in run.state && run.state.error) || run.late_outcome) ? (
						<Button size="compact-xs" variant="default" onClick={() => unfold(true)}>
							What failed
						</Button>
					) : null}
				</Line>
			</Steady>
		);
	return (
		<Steady key={answers}>
			<Gates of={gates} run={run} />
			{asks ? (
				<Resume
					key={run.state.id}
					run={run}
					schema={(answer?.schema ?? null) as Schema | null}
					until={answer?.until}
					refresh={() => {
						// Whoever answered expects the form to go.
						see(0);
						setAnswers(answers + 1);
						refresh();
					}}
				/>
			) : null}
		</Steady>
	);
}

/** A place that stays as high as it was: what is in it may become less by itself, and what is below stays where it is. */
function Steady({ children }: { children: ReactNode }) {
	const box = useRef<HTMLDivElement>(null);
	const [least, keep] = useState(0);
	useLayoutEffect(() => {
		const height = box.current?.offsetHeight ?? 0;
		if (height > least) keep(height);
	});
	useEffect(() => {
		// Lines break elsewhere.
		const forget = () => keep(0);
		window.addEventListener("resize", forget);
		return () => window.removeEventListener("resize", forget);
	}, []);
	return (
		<div ref={box} className="stack" style={{ minHeight: least }}>
			{children}
		</div>
	);
}

/** All of it in one line. */
function Line({
	run,
	tasks,
	gates,
	asks,
	children,
}: {
	run: FlowRun;
	tasks: TaskRun[];
	gates: Schemas["Gate"][];
	asks: boolean;
	children: ReactNode;
}) {
	const { state } = run;
	const done = tasks.filter((task) => isFinal(task.state)).length;
	const [first] = gates;
	return (
		<div className={`note standing state-${state.type.toLowerCase()}`} role="status">
			<span className="cut">
				{isFinal(state) ? (
					<>
						{toldOf(state) ?? `It ended as ${state.name}.`}
						<By actor={state.actor} />
					</>
				) : asks ? (
					<>{state.name}: it goes on when somebody lets it.</>
				) : first ? (
					`${gates.length === 1 ? `Waiting for ${first.what}` : `Waiting; ${count(gates.length)} gates are shut`}.`
				) : (
					<>
						{state.name}
						{tasks.length ? `: ${count(done)} of ${many(tasks.length, "task run")} done` : ""}{" "}
						<span className="dim">{state.message}</span>
					</>
				)}
			</span>
			{children}
		</div>
	);
}

/** Who it was, apart from what they said. */
function By({ actor }: { actor: FlowRun["state"]["actor"] }) {
	return actor ? <span className="dim"> – {who(actor)}</span> : null;
}

function Ended({ run }: { run: FlowRun }) {
	const state = run.state;
	if (state.type === "COMPLETED" && !run.late_outcome) return null;
	return (
		<>
			{"error" in state && state.error ? (
				<Fault state={state} />
			) : state.message ? (
				<div className={`note state-${state.type.toLowerCase()}`}>
					{state.message}
					<By actor={state.actor} />
				</div>
			) : null}
			{run.late_outcome ? (
				<div className="note">
					The run was closed before its process reported: the process ended as <StateBadge state={run.late_outcome} />.
				</div>
			) : null}
		</>
	);
}
