/** What the things are called that automations name by their ids. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { post } from "../api/client";
import { idsIn, type Names } from "./automation-words";

const NONE: Names = new Map();

/** Each noun of ids, and how its names are asked for. */
const ASKED: Record<string, (ids: string[]) => Promise<[string, string][]>> = {
	deployment: async (ids) =>
		(await post("/deployments/list", { ids, limit: 1000 })).items.map((each) => [
			each.id,
			`${each.flow_name}/${each.name}`,
		]),
	flow: async (ids) => (await post("/flows/list", { ids, limit: 1000 })).items.map((each) => [each.id, each.name]),
	"flow-run": async (ids) =>
		(await post("/flow-runs/list", { where: { ids }, limit: 200 })).items.map((each) => [each.id, each.name]),
	"task-run": async (ids) =>
		(await post("/task-runs/list", { where: { ids }, limit: 200 })).items.map((each) => [each.id, each.name]),
	"work-pool": async (ids) =>
		(await post("/work-pools/list", { ids, limit: 1000 })).items.map((each) => [each.id, each.name]),
	"work-queue": async (ids) =>
		(await post("/work-queues/list", { ids, limit: 1000 })).items.map((each) => [
			each.id,
			`${each.work_pool_name}/${each.name}`,
		]),
	schedule: async (ids) =>
		(await post("/schedules/list", { ids, limit: 1000 })).items.map((each) => [each.id, each.slug ?? each.id]),
	automation: async (ids) =>
		(await post("/automations/list", { ids, limit: 1000 })).items.map((each) => [each.id, each.name]),
	"block-document": async (ids) =>
		(await post("/block-documents/list", { ids, limit: 1000 })).items.map((each) => [
			each.id,
			`${each.block_type_slug}/${each.name}`,
		]),
};

/** A name for each id within automations or their actions, as far as the thing is still there. */
export function useCalled(of: unknown): Names {
	const ids = useMemo(() => idsIn(of), [of]);
	const found = useQuery({
		queryKey: ["automations", "called", ids],
		queryFn: async () => {
			const known = Object.entries(ids).filter(([noun]) => noun in ASKED);
			return new Map((await Promise.all(known.map(([noun, each]) => ASKED[noun]?.(each) ?? []))).flat());
		},
		enabled: Object.keys(ids).length > 0,
		placeholderData: keepPreviousData,
		staleTime: 60_000,
	});
	return found.data ?? NONE;
}
