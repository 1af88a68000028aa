/** The same done to many runs, and what came of it in one sentence. */
import { post, type Schemas } from "../api/client";
import { count, many } from "../parts/words";

type Bulk = "retry" | "cancel" | "delete";

const DONE: Record<Bulk, string> = { retry: "to run again", cancel: "asked to stop", delete: "deleted" };

/** Ids that are named in one request. */
const SLICE = 100;

export async function bulk(deed: Bulk, ids: string[], reason: string): Promise<string> {
	const outcomes: Schemas["Outcome"][] = [];
	for (let at = 0; at < ids.length; at += SLICE) {
		const where = { ids: ids.slice(at, at + SLICE) };
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
	if (refused.length === 0) return `${done}.`;
	const [first] = refused;
	const why = `${first?.name ?? first?.id}: ${first?.detail ?? "refused"}`;
	if (refused.length === outcomes.length && outcomes.length === 1) throw new Error(why);
	return `${done}, ${count(refused.length)} refused. ${why}`;
}
