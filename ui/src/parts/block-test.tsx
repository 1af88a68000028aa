/** The button that sends a message through a saved block, now, and says what the other side answered. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { post, read } from "../api/client";
import { useMay } from "../api/session";
import { Deed } from "./deeds";

/** The types of blocks that a server can tell people by: it sends by those that come with Segue, and loads no class of others. */
export const notifying = async (): Promise<string[]> =>
	(await read("/standard-block-types")).items
		.filter((each) => each.schema.capabilities?.includes("notify"))
		.map((each) => each.type.slug);

/** Whether something can be sent through a block of this type. */
export function useSending(type: string): boolean {
	const types = useQuery({
		queryKey: ["blocks", "notifying"],
		queryFn: notifying,
		staleTime: Number.POSITIVE_INFINITY,
	});
	return type === "webhook" || (types.data ?? []).includes(type);
}

export function BlockTest({ id, name }: { id: string; name: string }) {
	const queries = useQueryClient();
	return (
		<Deed
			label="Send a test"
			title={`Send a test through ${name}?`}
			confirm="Send it"
			may={useMay("run")}
			act={async () => {
				const told = await post("/block-documents/{id}/test", {}, { id });
				void queries.invalidateQueries({ queryKey: ["events"] });
				if (!told.sent) throw new Error(`Nothing was sent through ${name}: ${told.detail}`);
				return `Sent through ${name}. ${told.detail}`;
			}}
		>
			A message that says who tries what is sent now, from the server, as automations send theirs: quiet hours do not
			hold it back.
		</Deed>
	);
}
