/** Runs a run again that has ended, from what failed or from elsewhere, and says before what of it will be reused. */
import { Alert, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type FlowRun, read, type Schemas, type TaskRun } from "../api/client";
import { Copyable } from "../parts/conditions";
import { Deed } from "../parts/deeds";
import { count, many } from "../parts/words";
import { bulk } from "./bulk";

const FROM = { failed: "what failed", start: "the start", task: "a task run" } as const;
type From = keyof typeof FROM;
/** Steps that are named; of the others it is said how many there are. */
const NAMED = 12;

export function Retry({
	run,
	tasks,
	may,
	refresh,
}: {
	run: FlowRun;
	tasks: TaskRun[];
	may: boolean;
	refresh: () => void;
}) {
	const [from, setFrom] = useState<From>("failed");
	const [task, setTask] = useState<string | null>(null);
	// Of several attempts the last one's: whatever was called before it is known by the same name.
	const latest = [...new Map(tasks.map((each) => [each.name, each])).values()];
	const chosen = {
		...(from === "start" ? { from_start: true } : {}),
		...(from === "task" && task ? { from_task_run: task } : {}),
	};
	const act = async (reason: string) => {
		if (from === "task" && !task) throw new Error("Choose the task run to go on from.");
		if (run.deployment_id == null) return undefined;
		const told = await bulk("retry", [run.id], reason, chosen);
		refresh();
		return told;
	};
	const option = from === "start" ? " --from-start" : from === "task" && task ? ` --from ${task}` : "";
	return (
		<Deed
			label="Retry"
			title={`Retry ${run.name}?`}
			why={run.deployment_id != null}
			may={may}
			confirm={run.deployment_id ? "Retry the run" : "Understood"}
			act={act}
		>
			<p>It runs again under the same id, with the same parameters.</p>
			<Select
				mb="sm"
				label="Go on from"
				allowDeselect={false}
				data={Object.entries(FROM).map(([value, label]) => ({ value, label }))}
				value={from}
				onChange={(value) => value && setFrom(value as From)}
			/>
			{from === "task" ? (
				<Select
					mb="sm"
					label="Task run"
					description="It and everything that began with or after it is done again"
					searchable
					allowDeselect={false}
					nothingFoundMessage="No task run is called that."
					data={latest.map((each) => ({ value: each.id, label: each.name }))}
					value={task}
					onChange={setTask}
				/>
			) : null}
			{from === "task" && !task ? null : <Foreseen run={run} chosen={chosen} />}
			{run.deployment_id ? null : (
				<>
					<p>No deployment says where its code is, so it is started where the code lies:</p>
					<Copyable text={`segue flow-run retry ${run.id}${option}`} />
				</>
			)}
		</Deed>
	);
}

/** What will be reused and what will run again, as far as code and inputs are the same. */
function Foreseen({ run, chosen }: { run: FlowRun; chosen: { from_start?: boolean; from_task_run?: string } }) {
	const found = useQuery({
		queryKey: ["flow-runs", "retry-preview", run.id, chosen],
		queryFn: () =>
			read(
				"/flow-runs/{id}/retry-preview",
				{ id: run.id },
				Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, String(value)])),
			),
	});
	if (found.error) return <Alert color="red">{found.error.message}</Alert>;
	if (!found.data) return <p aria-busy="true">Looking up what will be reused…</p>;
	const told = found.data;
	if (!told.reused_count && !told.again_count) return <p>It had no tasks whose results could be reused.</p>;
	return (
		<div className="foreseen">
			{told.looked_at == null ? null : <p>It has many task runs. Of the newest {count(told.looked_at)}:</p>}
			<p>
				{told.reused_count
					? `Reused from before: ${many(told.reused_count, "step")}, as far as code and inputs are the same.`
					: "Nothing of before is reused."}
			</p>
			<Names of={told.reused} count={told.reused_count} />
			{told.again_count ? <p>Runs again: {many(told.again_count, "step")}.</p> : null}
			<Names of={told.again} count={told.again_count} />
		</div>
	);
}

function Names({ of, count: all }: { of: Schemas["RetryStep"][]; count: number }) {
	if (all === 0) return null;
	const named = of.slice(0, NAMED);
	const more = all - named.length;
	return (
		<p className="dim">
			{named.map((each) => each.name).join(", ")}
			{more > 0 ? ` and ${count(more)} more` : ""}
		</p>
	);
}
