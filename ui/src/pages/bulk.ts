/** The same done to many runs, and what came of it in one sentence. */
import { post, type Schemas } from "../api/client";
import { count, many } from "../parts/words";

type Bulk = "retry" | "cancel" | "delete";

const DONE: Record<Bulk, string> = { retry: "to run again", cancel: "asked to stop", delete: "deleted" };

/** Ids that are named in one request. */
const SLICE = 100;

export async function bulk(
	deed: Bulk,
	ids: string[],
	reason: string,
	/** From where a retry goes on. */
	from: { from_start?: boolean; from_task_run?: string } = {},
): Promise<string> {
	const outcomes: Schemas["Outcome"][] = [];
	const message = reason || undefined;
	for (let at = 0; at < ids.length; at += SLICE) {
		const where = { ids: ids.slice(at, at + SLICE) };
		const told =
			deed === "delete"
				? await post("/flow-runs/delete", { where }, {}, reason)
				: await post(`/flow-runs/${deed}`, { where, message, ...from }, {}, reason);
		outcomes.push(...told.items);
	}
	// Nobody but its own program knows the code of a run without a deployment.
	const apart = outcomes.filter((each) => each.code === "run.no-deployment").length;
	const refused = outcomes.filter((each) => !each.done && each.code !== "run.no-deployment");
	const done = `${many(outcomes.length - refused.length - apart, "run")} ${DONE[deed]}`;
	const own = apart
		? ` Left as before: ${many(apart, "run")} without a deployment. Type \`segue flow-run retry\` where the code is.`
		: "";
	if (refused.length === 0) return `${done}.${own}`;
	const [first] = refused;
	const why = `${first?.name ?? first?.id}: ${first?.detail ?? "refused"}`;
	if (refused.length === outcomes.length && outcomes.length === 1) throw new Error(why);
	return `${done}, ${count(refused.length)} refused. ${why}${own}`;
}
