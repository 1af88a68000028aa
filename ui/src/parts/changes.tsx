/** Who changed something, when, in what, and in which words: from the record that is never pruned. */
import { type FedEvent, post } from "../api/client";
import { usePages } from "../api/lists";
import { Empty, Shown } from "./conditions";
import { who } from "./history";
import { More, Rows } from "./rows";
import { Moment } from "./time";

/** What was done, in a few words: `schedule paused`, `deployment updated: parameters, tags`. */
export function done(event: Pick<FedEvent, "event" | "payload">): string {
	const [, noun = "", verb = ""] = event.event.split(".");
	const changed = (event.payload as { changed?: unknown } | undefined)?.changed;
	const what = `${noun.replaceAll("-", " ")} ${verb.replaceAll("-", " ")}`;
	return verb === "updated" && Array.isArray(changed) && changed.length ? `${what}: ${changed.join(", ")}` : what;
}

/** `noun`: what kind of thing it is whose changes these are, by which they are kept up to date. */
export function Changes({ resources, noun = "deployments" }: { resources: string[]; noun?: string }) {
	const { found, items } = usePages([noun, "changes", resources], (after) =>
		post("/events/list", { resource_ids: resources, changes: true, limit: 50, after }),
	);
	return (
		<>
			<Shown of={found} rows={3}>
				{() =>
					items.length === 0 ? (
						<Empty title="Nobody has changed anything" />
					) : (
						<Rows heads={["When", "What", "Which", "By", "Why"]}>
							{items.map((event) => (
								<tr key={event.id}>
									<td>
										<Moment at={event.occurred} />
									</td>
									<td>{done(event)}</td>
									<td>{event.resource["segue.resource.name"]}</td>
									<td>{who(event.actor)}</td>
									<td className="wide">
										<span className="cut" title={event.reason ?? ""}>
											{event.reason}
										</span>
									</td>
								</tr>
							))}
						</Rows>
					)
				}
			</Shown>
			<More of={found} />
		</>
	);
}
