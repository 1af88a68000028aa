/** Runs and flows called by their names where a page knows their ids alone. */
import { useQuery } from "@tanstack/react-query";
import { post } from "../api/client";
import { Go } from "./frame";

const ASKED = {
	"flow-runs": async (ids: string[]) => (await post("/flow-runs/list", { where: { ids }, limit: ids.length })).items,
	"task-runs": async (ids: string[]) => (await post("/task-runs/list", { where: { ids }, limit: ids.length })).items,
};

/** A name for each id that is still there, asked for all at once. */
export function useNames(noun: keyof typeof ASKED, ids: string[]): Record<string, string> {
	const found = useQuery({
		queryKey: [noun, "names", ...ids],
		queryFn: async () => Object.fromEntries((await ASKED[noun](ids)).map((each) => [each.id, each.name])),
		enabled: ids.length > 0,
		staleTime: 60_000,
	});
	return found.data ?? {};
}

/** A link to a flow run under its name. */
export function RunLink({ id, otherwise }: { id: string; otherwise: string }) {
	const names = useNames("flow-runs", [id]);
	return <Go to={`/flow-runs/${id}`}>{names[id] ?? otherwise}</Go>;
}
