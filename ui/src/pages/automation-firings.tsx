/** Firings of automations: each with the sentence that says why. */
import { post, type Schemas } from "../api/client";
import { usePages } from "../api/lists";
import { Empty, Shown } from "../parts/conditions";
import { Go } from "../parts/frame";
import { More, Rows } from "../parts/rows";
import { StatusBadge } from "../parts/states";
import { exact, many, when } from "../parts/words";
import { About } from "./events";

export type Firing = Schemas["AutomationFiring"];

export function FiringState({ of }: { of: Firing }) {
	if (of.stopped) return <StatusBadge status="Stopped" kind="CRASHED" title={of.stopped} />;
	if (of.state === "Resolved") return <StatusBadge status="Over" kind="COMPLETED" />;
	return <StatusBadge status="Fired" kind="RUNNING" />;
}

/** The firings of one automation, or of all; the latest first. */
export function Firings({ automation }: { automation?: string }) {
	const { found, items } = usePages(["automations", "firings", automation], (after) =>
		post("/automation-firings/list", {
			automation_ids: automation ? [automation] : undefined,
			limit: 50,
			after,
		}),
	);
	return (
		<>
			<Shown of={found} rows={4}>
				{() =>
					items.length ? (
						<FiringRows of={items} named={automation === undefined} />
					) : (
						<Empty title={automation ? "It has not fired" : "No automation has fired"}>
							Every firing gets a row here, with the events that counted and what was done.
						</Empty>
					)
				}
			</Shown>
			<More of={found} />
		</>
	);
}

/** `named`: with the automation. */
export function FiringRows({ of, named = false }: { of: Firing[]; named?: boolean }) {
	return (
		<Rows heads={["When", ...(named ? ["Automation"] : []), "State", "Why", "About", "Events"]}>
			{of.map((each) => (
				<tr key={each.id} data-firing={each.id}>
					<td>
						<time dateTime={each.fired} title={exact(each.fired)}>
							<Go to={`/automation-firings/${each.id}`}>{when(each.fired)}</Go>
						</time>
					</td>
					{named ? (
						<td>
							<Go to={`/automations/${each.automation_id}`}>{each.automation_name}</Go>
						</td>
					) : null}
					<td>
						<FiringState of={each} />
					</td>
					<td className="wide">
						<span className="cut" title={each.stopped ?? each.reason}>
							{each.stopped ?? each.reason}
						</span>
					</td>
					<td>
						<span className="cut short">
							<Subject of={each} />
						</span>
					</td>
					<td>{each.counted ? many(each.counted, "event") : <span className="dim">none</span>}</td>
				</tr>
			))}
		</Rows>
	);
}

/** What would have fired, which has no page. */
export function PastRows({ of }: { of: Firing[] }) {
	return (
		<Rows heads={["When", "Why"]}>
			{of.map((each) => (
				<tr key={each.id} data-past={each.id}>
					<td>
						<time dateTime={each.fired} title={exact(each.fired)}>
							{when(each.fired)}
						</time>
					</td>
					<td className="wide">
						<span className="wraps">
							{each.state === "Resolved" ? "Over: " : ""}
							{each.reason}{" "}
							<span className="dim">
								<Subject of={each} />
							</span>
						</span>
					</td>
				</tr>
			))}
		</Rows>
	);
}

/** What a firing is about: the thing of its event, or the values that it counts apart by. */
/** What it fired for: the values that it counts apart by, or else what the event happened to. */
function Subject({ of }: { of: Firing }) {
	const labels = Object.values(of.labels ?? {});
	const resource = of.event?.resource;
	return labels.length || resource === undefined ? labels.join(", ") : <About event={{ resource }} />;
}
