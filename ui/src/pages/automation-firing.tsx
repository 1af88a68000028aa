/** One firing: why, by which events, what it was brought about by, and what was done about it. */
import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { read, type Schemas } from "../api/client";
import { useCalled } from "../parts/automation-names";
import { does, type Names, placeOf } from "../parts/automation-words";
import { Empty, Shown } from "../parts/conditions";
import { Card, Dim, Facts, Go, Page } from "../parts/frame";
import { Json } from "../parts/json";
import { Rows } from "../parts/rows";
import { StatusBadge } from "../parts/states";
import { Moment } from "../parts/time";
import { exact, many } from "../parts/words";
import { type Firing, FiringState } from "./automation-firings";
import { About, called } from "./events";

type Whole = Schemas["FiringWithActions"];
type Queued = Schemas["QueuedAction"];
type Counted = Schemas["CountedEvent"];

export function AutomationFiring({ id }: { id: string }) {
	const found = useQuery({
		queryKey: ["automations", "firing", id],
		queryFn: () => read("/automation-firings/{id}", { id }),
		refetchInterval: (query) => (query.state.data?.actions.some((each) => each.status === "pending") ? 2000 : false),
	});
	return <Shown of={found}>{(data) => <One whole={data} />}</Shown>;
}

function One({ whole }: { whole: Whole }) {
	const { firing, actions } = whole;
	return (
		<Page
			name={`${firing.automation_name} fired`}
			above={<Go to={`/automations/${firing.automation_id}`}>{firing.automation_name}</Go>}
			title={
				<>
					Firing <FiringState of={firing} />
				</>
			}
		>
			<div className="stack">
				{firing.stopped ? (
					<Alert color="red" variant="light" title="Nothing is done about it">
						{firing.stopped}
					</Alert>
				) : null}
				<Card title="Why it fired">
					<p className="small">{firing.reason}</p>
					<Facts of={facts(firing)} />
				</Card>
				<Done actions={actions} />
				<Events firing={firing} />
				{firing.event ? (
					<Card title="The event that made it fire">
						<Json of={firing.event} />
						{firing.event_cut ? <Dim>Its payload is large, and only among the events.</Dim> : null}
					</Card>
				) : null}
			</div>
		</Page>
	);
}

function facts(firing: Firing): [string, ReactNode][] {
	return [
		[
			"Fired",
			<time key="f" dateTime={firing.fired}>
				{exact(firing.fired)}
			</time>,
		],
		[
			"What it is about happened",
			<time key="o" dateTime={firing.occurred}>
				{exact(firing.occurred)}
			</time>,
		],
		["Version of the automation", String(firing.version ?? 1)],
		...Object.entries(firing.labels ?? {}).map(([label, value]): [string, ReactNode] => [label, value]),
		...(firing.value === undefined || firing.value === null
			? []
			: [["The number", String(firing.value)] as [string, ReactNode]]),
		...(firing.caused_by
			? [
					[
						"Brought about by",
						<Go key="c" to={`/automation-firings/${firing.caused_by}`}>
							another firing
						</Go>,
					] as [string, ReactNode],
				]
			: []),
		[
			"Id",
			<span key="i" className="mono id">
				{firing.id}
			</span>,
		],
	];
}

function Done({ actions }: { actions: Queued[] }) {
	const names = useCalled([actions, answered(actions)]);
	return (
		<Card title="What was done" flush>
			{actions.length === 0 ? (
				<Empty title="Nothing was to be done" />
			) : (
				<Rows heads={["Action", "State", "Attempts", "What came of it", "When"]}>
					{actions.map((each) => (
						<tr key={each.number} data-action={each.action.type}>
							<td>
								<span className="cut action-words" title={does(each.action, names)}>
									{does(each.action, names)}
								</span>
							</td>
							<td>
								<ActionStatus of={each} />
							</td>
							<td className="number">{each.attempts ?? 0}</td>
							<td className="wide">
								<Answer of={each} names={names} />
							</td>
							<td>
								{each.due ? (
									<>
										next <Moment at={each.due} />
									</>
								) : (
									<Moment at={each.updated} />
								)}
							</td>
						</tr>
					))}
				</Rows>
			)}
		</Card>
	);
}

function ActionStatus({ of }: { of: Queued }) {
	if (of.status === "executed") return <StatusBadge status="Done" kind="COMPLETED" />;
	if (of.status === "failed") return <StatusBadge status="Failed" kind="FAILED" />;
	return <StatusBadge status={of.attempts ? "Tries again" : "To be done"} kind="SCHEDULED" />;
}

/** The places of the things that an answer names by their ids. */
const PLACES: Record<string, string> = {
	flow_run: "flow-runs",
	flow_runs: "flow-runs",
	deployment: "deployments",
	automation: "automations",
	work_pool: "work-pools",
};

/** The ids in what came of actions, as those in actions stand. */
const answered = (of: Queued[]) =>
	of.map((each) =>
		Object.fromEntries(
			Object.entries(each.answer ?? {}).map(([name, value]) => [`${name.replace(/s$/, "")}_id`, value]),
		),
	);

/** What came of an action, linked to what it made or did it to. */
function Answer({ of, names }: { of: Queued; names: Names }) {
	const answer = of.answer ?? {};
	if (of.problem) return <span className="wraps bad">{of.problem}</span>;
	if (typeof answer.delivery === "string")
		return <Go to={`/automations/${of.automation_id}?tab=deliveries&delivery=${answer.delivery}`}>its delivery</Go>;
	const things = Object.entries(answer).flatMap(([name, value]) => {
		const place = PLACES[name];
		if (place === undefined) return [];
		return (Array.isArray(value) ? value : [value]).map((id) => {
			const called = names.get(String(id));
			return { to: `/${place}/${place === "work-pools" ? (called ?? id) : id}`, called: called ?? String(id) };
		});
	});
	const refused = Object.keys((answer.refused as object | undefined) ?? {}).length;
	if (things.length === 0 && refused === 0)
		return <Dim>{Array.isArray(answer.flow_runs) ? "no run was meant" : ""}</Dim>;
	return (
		<span className="cut">
			{things.slice(0, 5).map((each) => (
				<span key={each.to}>
					<Go to={each.to}>{each.called}</Go>{" "}
				</span>
			))}
			{things.length > 5 ? <Dim>and {things.length - 5} more </Dim> : null}
			{refused ? <span className="bad">{many(refused, "run")} refused</span> : null}
		</span>
	);
}

function Events({ firing }: { firing: Firing }) {
	const children = firing.children ?? [];
	const events = firing.events ?? [];
	const more = (firing.counted ?? 0) - events.length;
	return (
		<Card title="Events that counted" flush>
			{events.length === 0 && children.length === 0 ? (
				<Empty title="No event counted">It fired because something did not happen.</Empty>
			) : null}
			{events.length ? <CountedRows of={events} /> : null}
			{children.map((child) => (
				<div key={`${child.trigger} ${child.occurred}`}>
					<p className="under-head child-head">
						Trigger {placeOf(child.trigger)} within the trigger fired <Moment at={child.occurred} />
					</p>
					{child.events?.length ? <CountedRows of={child.events} /> : null}
				</div>
			))}
			{more > 0 && events.length ? <p className="under-head">and {more} more before them</p> : null}
		</Card>
	);
}

function CountedRows({ of }: { of: Counted[] }) {
	const names = useCalled(of.map((each) => each.resource_id));
	return (
		<Rows heads={["Event", "About", "When"]}>
			{of.map((each) => (
				<tr key={each.id}>
					<td className="mono">{each.event}</td>
					<td className="wide">
						<span className="cut">
							<About event={{ resource: called(each.resource_id, names) }} />
						</span>
					</td>
					<td>
						<Moment at={each.occurred} />
					</td>
				</tr>
			))}
		</Rows>
	);
}
