/** Why an automation has, or has not, fired: what it made of the last events, and what it waits for. */
import { useQuery } from "@tanstack/react-query";
import { post, type Schemas } from "../api/client";
import { useCalled } from "../parts/automation-names";
import { placeOf } from "../parts/automation-words";
import { Empty, Shown } from "../parts/conditions";
import { Card, Go } from "../parts/frame";
import { Rows } from "../parts/rows";
import { StatusBadge } from "../parts/states";
import { Moment } from "../parts/time";
import { About, called } from "./events";

type Judgement = Schemas["Judgement"];
type Waited = Schemas["WaitedFor"];

const OUTCOMES: Record<
	Judgement["outcome"],
	{ label: string; kind: "COMPLETED" | "RUNNING" | "CANCELLED" | "SCHEDULED" }
> = {
	fired: { label: "Fired", kind: "RUNNING" },
	counted: { label: "Counted", kind: "RUNNING" },
	waiting: { label: "Counts", kind: "SCHEDULED" },
	coming: { label: "Coming", kind: "SCHEDULED" },
	passed: { label: "Did not suffice", kind: "CANCELLED" },
	before: { label: "Too early", kind: "CANCELLED" },
	"not-meant": { label: "Not meant", kind: "CANCELLED" },
};

export function Explained({ id }: { id: string }) {
	const told = useQuery({
		queryKey: ["automations", "explained", id],
		queryFn: () => post("/automations/{id}/explain", { limit: 50 }, { id }),
		// What does not fire it makes no event of its own.
		refetchInterval: 5000,
	});
	const names = useCalled(told.data?.events.map((each) => each.event.resource_id));
	return (
		<Shown of={told} rows={4}>
			{(data) => (
				<div className="stack">
					<div className="note">{data.sentence}</div>
					{data.waiting.length ? (
						<Card title="What it waits for" flush>
							<Waits of={data.waiting} />
						</Card>
					) : null}
					<Card title="What it made of the last events of the names that it expects" flush>
						{data.events.length === 0 ? (
							<Empty title="No such event has come lately" />
						) : (
							<Rows heads={["When", "Event", "About", "Outcome", "Why"]}>
								{data.events.map((each) => (
									<tr key={each.event.id} data-judged={each.outcome}>
										<td>
											<Moment at={each.event.occurred} />
										</td>
										<td className="mono">{each.event.event}</td>
										<td>
											<span className="cut short">
												<About event={{ resource: called(each.event.resource_id, names) }} />
											</span>
										</td>
										<td>
											<StatusBadge status={OUTCOMES[each.outcome].label} kind={OUTCOMES[each.outcome].kind} />
										</td>
										<td className="wide">
											<span className="wraps">
												{each.firing_id ? (
													<Go to={`/automation-firings/${each.firing_id}`}>{each.sentence}</Go>
												) : (
													each.sentence
												)}
											</span>
										</td>
									</tr>
								))}
							</Rows>
						)}
					</Card>
				</div>
			)}
		</Shown>
	);
}

/** What is still waited for, each with the values that it counts apart by. */
export function Waits({ of }: { of: Waited[] }) {
	return (
		<Rows heads={["For", "How it stands", "Until"]}>
			{of.map((each) => (
				<tr key={each.trigger + JSON.stringify(each.labels)}>
					<td>
						{each.trigger ? <span className="dim">trigger {placeOf(each.trigger)} </span> : null}
						{Object.values(each.labels).join(", ") || (each.trigger ? "" : "all events together")}
					</td>
					<td className="wide">
						<span className="wraps">{each.sentence}</span>
					</td>
					<td>
						<Moment at={each.until} />
					</td>
				</tr>
			))}
		</Rows>
	);
}
