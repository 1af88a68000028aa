/** The automations that a deployment or a flow has to do with: its own, those that wait for it, and those that act upon it. */
import { useQuery } from "@tanstack/react-query";
import { post } from "../api/client";
import { Empty, Shown } from "../parts/conditions";
import { AutomationRows } from "./automations";

/** `step`: how one is made, where there is none. */
export function Touching({ resource, step }: { resource: string; step: string }) {
	const found = useTouching(resource);
	return (
		<Shown of={found} rows={2}>
			{(data) =>
				data.items.length ? (
					<AutomationRows of={data.items} />
				) : (
					<Empty title="No automation has to do with it" step={step}>
						One that names it, waits for what happens to it or acts upon it is shown here.
					</Empty>
				)
			}
		</Shown>
	);
}

export function useTouching(resource: string) {
	return useQuery({
		queryKey: ["automations", "touching", resource],
		queryFn: () => post("/automations/list", { related_to: resource, sort: "name", limit: 100 }),
	});
}
