/** What can be done about a run, as far as it is in a state for that and the person may. */
import { type FlowRun, remove, type TaskRun } from "../api/client";
import { useMay } from "../api/session";
import { Deed } from "../parts/deeds";
import { navigate } from "../parts/router";
import { isFinal } from "../parts/states";
import { bulk } from "./bulk";
import { RunLike } from "./run-origin";
import { Retry } from "./run-retry";
import { Suspend } from "./run-suspend";

export function Deeds({ run, tasks, refresh }: { run: FlowRun; tasks: TaskRun[]; refresh: () => void }) {
	const may = useMay("edit");
	const mayRun = useMay("run");
	const over = isFinal(run.state);
	const cancel = async (reason: string) => {
		const told = await bulk("cancel", [run.id], reason);
		refresh();
		return told;
	};
	const waits = run.state.type === "SCHEDULED" && run.state.name === "AwaitingRetry";
	return (
		<>
			<RunLike run={run} />
			<Suspend run={run} may={mayRun} refresh={refresh} />
			{over && run.parent_flow_run_id == null ? (
				<Retry run={run} tasks={tasks} may={may && mayRun} refresh={refresh} />
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
					act={cancel}
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
					why
					may={may}
					act={async (reason) => {
						await remove("/flow-runs/{id}", { id: run.id }, reason);
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
