/** The same done to many runs, and what came of it in one sentence. */
import { post, type Schemas } from "../api/client";
import { count, many } from "../parts/words";

type Bulk = "retry" | "cancel" | "delete";

const DONE: Record<Bulk, string> = { retry: "to run again", cancel: "asked to stop", delete: "deleted" };

/** Ids that are named in one request. */
const SLICE = 100;

export async function bulk(deed: Bulk, ids: string[], reason: string): Promise<string> {
	const outcomes: Schemas["Outcome"][] = [];
	let apart = 0;
	for (let at = 0; at < ids.length; at += SLICE) {
		let where = { ids: ids.slice(at, at + SLICE) };
		if (deed === "retry") {
			// A run without a deployment would wait for ever: nobody but its own program knows its code.
			const found = (await post("/flow-runs/list", { where, limit: SLICE })).items;
			const served = found.filter((run) => run.deployment_id != null);
			apart += found.length - served.length;
			if (served.length === 0) continue;
			where = { ids: served.map((run) => run.id) };
		}
		const message = reason || undefined;
		const told =
			deed === "delete"
				? await post("/flow-runs/delete", { where }, {}, reason)
				: deed === "cancel"
					? await post("/flow-runs/cancel", { where, message }, {}, reason)
					: await post(
							"/flow-runs/set-state",
							{ where, type: "SCHEDULED", name: "AwaitingRetry", message },
							{},
							reason,
						);
		outcomes.push(...told.items);
	}
	const refused = outcomes.filter((each) => !each.done);
	const done = `${many(outcomes.length - refused.length, "run")} ${DONE[deed]}`;
	const own = apart
		? ` Left as before: ${many(apart, "run")} without a deployment. Type \`segue flow-run retry\` where the code is.`
		: "";
	if (refused.length === 0) return `${done}.${own}`;
	const [first] = refused;
	const why = `${first?.name ?? first?.id}: ${first?.detail ?? "refused"}`;
	if (refused.length === outcomes.length && outcomes.length === 1) throw new Error(why);
	return `${done}, ${count(refused.length)} refused. ${why}${own}`;
}
