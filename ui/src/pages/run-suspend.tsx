/** Lets a run end at its next step, and begin again there when somebody resumes it. */
import { type FlowRun, post } from "../api/client";
import { newId } from "../api/ids";
import { Deed } from "../parts/deeds";

export function Suspend({ run, may, refresh }: { run: FlowRun; may: boolean; refresh: () => void }) {
	// A subflow without a deployment runs in its parent's process and ends with it.
	if (run.state.type !== "RUNNING" || (run.parent_flow_run_id != null && run.deployment_id == null)) return null;
	const suspend = async (reason: string) => {
		const timestamp = new Date().toISOString();
		const state = {
			type: "PAUSED" as const,
			name: "Suspended",
			id: newId(),
			key: newId(),
			reschedule: true,
			timestamp,
			message: reason || undefined,
		};
		const verdict = await post("/flow-runs/{id}/propose", { state } as never, { id: run.id }, reason);
		if (verdict.status !== "accept") throw new Error(verdict.reason ?? "The run cannot be suspended.");
		refresh();
		return `${run.name} is suspended.`;
	};
	return (
		<Deed
			label="Suspend"
			title={`Suspend ${run.name}?`}
			why
			may={may}
			confirm="Suspend the run"
			unfit={
				run.deployment_id == null
					? "It has no deployment, so nothing would start it again. Its code can pause itself with pause_flow_run."
					: undefined
			}
			act={suspend}
		>
			It ends at its next task, subflow or pause. When somebody resumes it, a worker starts it again; what is finished
			is not done again as far as its result is kept.
		</Deed>
	);
}
