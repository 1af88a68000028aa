/** Firings of automations: each with the sentence that says why. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { post, type Schemas } from "../api/client";
import { Empty, Shown } from "../parts/conditions";
import { Go } from "../parts/frame";
import { More, Rows } from "../parts/rows";
import { StatusBadge } from "../parts/states";
import { exact, many, when } from "../parts/words";

export type Firing = Schemas["AutomationFiring"];

export function FiringState({ of }: { of: Firing }) {
	if (of.stopped) return <StatusBadge status="Stopped" kind="CRASHED" title={of.stopped} />;
	if (of.state === "Resolved") return <StatusBadge status="Over" kind="COMPLETED" />;
	return <StatusBadge status="Fired" kind="RUNNING" />;
}

/** The firings of one automation, or of all; the latest first. */
export function Firings({ automation }: { automation?: string }) {
	const found = useInfiniteQuery({
		queryKey: ["automations", "firings", automation],
		queryFn: ({ pageParam }) =>
			post("/automation-firings/list", {
				automation_ids: automation ? [automation] : undefined,
				limit: 50,
				after: pageParam,
			}),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next ?? undefined,
		placeholderData: keepPreviousData,
	});
	const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
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
						<span className="cut short" title={subject(each)}>
							{subject(each)}
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
							{each.reason} <span className="dim">{subject(each)}</span>
						</span>
					</td>
				</tr>
			))}
		</Rows>
	);
}

/** What a firing is about: the thing of its event, or the values that it counts apart by. */
function subject(of: Firing): string {
	const labels = Object.values(of.labels ?? {});
	const resource = of.event?.resource;
	return labels.length
		? labels.join(", ")
		: (resource?.["segue.resource.name"] ?? resource?.["segue.resource.id"] ?? "");
}
