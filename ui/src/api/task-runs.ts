/** All task runs of a flow run, kept as they are: read once, then only those that something happened to. */
import { useEffect, useState } from "react";
import { post, type TaskRun } from "./client";
import { listen } from "./live";

/** Task runs read at once, the most that a page holds, and milliseconds between two looks. */
const PAGE = 1000;
const MOST = 20_000;
const PACE = 300;
/** Milliseconds until what could not be read is asked for again. */
const AGAIN = 5000;

export interface TaskRuns {
	items: TaskRun[];
	/** There are more than a page can hold. */
	more: boolean;
	ready: boolean;
	problem: unknown;
}

export function useTaskRuns(flowRun: string): TaskRuns {
	const [told, setTold] = useState<TaskRuns>({ items: [], more: false, ready: false, problem: null });
	useEffect(() => {
		const known = new Map<string, TaskRun>();
		const changed = new Set<string>();
		let timer = 0;
		let over = false;
		const show = (more: boolean) => {
			if (!over) setTold({ items: [...known.values()], more, ready: true, problem: null });
		};
		const failed = (problem: unknown) => {
			if (over) return;
			setTold((before) => ({ ...before, ready: true, problem }));
			timer ||= window.setTimeout(() => {
				timer = 0;
				void all().catch(failed);
			}, AGAIN);
		};
		const all = async () => {
			let after: string | undefined;
			do {
				const page = await post("/task-runs/list", {
					where: { flow_run_ids: [flowRun] },
					sort: "created",
					limit: PAGE,
					after,
				});
				for (const run of page.items) known.set(run.id, run);
				after = page.next ?? undefined;
				show(after !== undefined);
			} while (after !== undefined && known.size < MOST && !over);
		};
		const some = async () => {
			timer = 0;
			const ids = [...changed].slice(0, 500);
			for (const id of ids) changed.delete(id);
			const page = await post("/task-runs/list", { where: { ids }, limit: PAGE });
			for (const run of page.items) if (known.size < MOST || known.has(run.id)) known.set(run.id, run);
			show(known.size >= MOST);
			if (changed.size > 0) timer ||= window.setTimeout(() => void some().catch(failed), PACE);
		};
		const stop = listen(
			{ kinds: ["runs"], flow_run_ids: [flowRun], names: ["segue.task-run.*"] },
			{
				run: (event) => {
					const id = event.resource["segue.resource.id"]?.replace("segue.task-run.", "");
					if (!id) return;
					changed.add(id);
					timer ||= window.setTimeout(() => void some().catch(failed), PACE);
				},
				open: () => void all().catch(failed),
				gap: () => void all().catch(failed),
			},
		);
		void all().catch(failed);
		return () => {
			over = true;
			window.clearTimeout(timer);
			stop();
		};
	}, [flowRun]);
	return told;
}
