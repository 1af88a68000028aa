/** What happened, as it happens: a feed with how much of it there was over time. */
import { Switch, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type FedEvent, post } from "../api/client";
import { pacer } from "../api/fresh";
import { usePages } from "../api/lists";
import { listen } from "../api/live";
import { Bars } from "../parts/chart";
import { Empty, Shown } from "../parts/conditions";
import { Card, Dim, Go, Page } from "../parts/frame";
import { useHeld } from "../parts/held";
import { who } from "../parts/history";
import { useFilters } from "../parts/router";
import { More, Rows } from "../parts/rows";
import { Moment } from "../parts/time";
import { many } from "../parts/words";
import { since } from "./overview";

export function Events() {
	const [filters, change] = useFilters();
	const queries = useQueryClient();
	const name = filters.get("name") || undefined;
	const text = filters.get("text") || undefined;
	const changes = filters.get("changes") === "yes";
	const asked = { names: name ? [name.includes("*") ? name : `*${name}*`] : undefined, text, changes };
	const key = JSON.stringify(asked);
	useEffect(() => {
		const stale = pacer(queries);
		const hear = () => stale("events");
		return listen({ kinds: ["runs", "events"] }, { run: hear, event: hear, gap: hear });
	}, [queries]);
	const { found: events, items } = usePages(["events", "list", key], (after) =>
		post("/events/list", { ...asked, limit: 100, after }),
	);
	const history = useQuery({
		queryKey: ["events", "history", key],
		queryFn: () => post("/events/history", { ...asked, from: since("24h"), at_most: 100_000 }),
		placeholderData: keepPreviousData,
	});
	const held = useHeld(items);
	return (
		<Page
			title="Events"
			name="Events"
			beside={held.newer ? <Dim>{many(held.newer, "newer event")} until you look away from the list</Dim> : null}
		>
			<search className="filters">
				<TextInput
					size="xs"
					w={260}
					label="Event"
					placeholder="segue.flow-run.*"
					value={name ?? ""}
					onChange={(e) => change({ name: e.currentTarget.value })}
				/>
				<TextInput
					size="xs"
					w={220}
					label="Text"
					value={text ?? ""}
					onChange={(e) => change({ text: e.currentTarget.value })}
				/>
				<Switch
					size="xs"
					label="Changes that people made"
					checked={changes}
					onChange={(e) => change({ changes: e.currentTarget.checked ? "yes" : null })}
				/>
			</search>
			<div className="stack">
				<Card
					title="The last 24 hours"
					beside={
						history.data?.counted_from ? (
							<Dim>
								what came before <Moment at={history.data.counted_from} /> was not counted
							</Dim>
						) : null
					}
				>
					<Shown of={history} rows={1} height={100}>
						{(data) => (
							<Bars
								label="Events over time"
								kinds={["EVENTS"]}
								height={80}
								bars={data.items.map((part) => ({ start: part.start, parts: { EVENTS: part.total } }))}
							/>
						)}
					</Shown>
				</Card>
				<Card flush more={held.hold}>
					<Shown of={events}>
						{() =>
							items.length === 0 ? (
								<Empty
									title="No event is like that"
									step={"segue event emit acme.file.arrived --resource-id file.north"}
								/>
							) : (
								<Rows heads={["Event", "About", "By", "When"]}>
									{held.shown.map((event, place) => (
										// biome-ignore lint/suspicious/noArrayIndexKey: a row is a place: events move through them, and no row moves
										<tr key={place}>
											<td className="mono">{event.event}</td>
											<td className="wide">
												<span className="cut">
													<About event={event} /> <span className="dim">{event.reason}</span>
												</span>
											</td>
											<td>{who(event.actor)}</td>
											<td>
												<Moment at={event.occurred} />
											</td>
										</tr>
									))}
								</Rows>
							)
						}
					</Shown>
					<More of={events} />
				</Card>
			</div>
		</Page>
	);
}

const NOUNS: Record<string, string> = {
	"flow-run": "flow-runs",
	"task-run": "task-runs",
	flow: "flows",
	artifact: "artifacts",
	deployment: "deployments",
	"block-document": "blocks",
	automation: "automations",
};

/** What an event is about, linked to its page where it has one. */
export function About({ event }: { event: Pick<FedEvent, "resource" | "payload"> }) {
	const id = event.resource["segue.resource.id"] ?? "";
	const name = event.resource["segue.resource.name"] ?? id;
	const [, noun = "", thing] = id.match(/^segue\.([a-z-]+)\.(.+)$/) ?? [];
	const place = NOUNS[noun];
	// Pools are known by their names; a schedule is shown by its deployment.
	if (noun === "work-pool") return <Go to={`/work-pools/${encodeURIComponent(name)}`}>{name}</Go>;
	const of = (event.payload as { deployment?: unknown } | undefined)?.deployment;
	if (noun === "schedule" && typeof of === "string") return <Go to={`/deployments/${of}?tab=schedules`}>{name}</Go>;
	return place && thing ? <Go to={`/${place}/${thing}`}>{name}</Go> : <span>{name}</span>;
}

/** The labels of a resource of which the id alone is known, with what it is called where that is known. */
export function called(id: string, names: ReadonlyMap<string, string>): Record<string, string> {
	const name = names.get(id.replace(/^segue\.[a-z-]+\./, ""));
	return { "segue.resource.id": id, ...(name === undefined ? {} : { "segue.resource.name": name }) };
}
