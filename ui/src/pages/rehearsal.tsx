/** What would have fired an automation in the past; nothing is done about it. */
import { Alert, Button, SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post, type Schemas } from "../api/client";
import { Shown } from "../parts/conditions";
import { Card } from "../parts/frame";
import { count, exact, many } from "../parts/words";
import { PastRows } from "./automation-firings";
import { Waits } from "./explained";

type Tried = Schemas["Rehearsal"];

/** How far back, in seconds. */
const SPANS = [
	{ value: "3600", label: "1 hour" },
	{ value: "86400", label: "1 day" },
	{ value: "604800", label: "7 days" },
	{ value: "2592000", label: "30 days" },
];
const begun = (span: string): string => new Date(Date.now() - Number(span) * 1000).toISOString();

/** Of an automation that there is, or of one as it would be made. */
export function Rehearsal({
	of,
	ready,
}: {
	of: Pick<Schemas["TryAutomation"], "id" | "automation">;
	/** Looks first whether it can be asked. */
	ready?: () => boolean;
}) {
	const [span, setSpan] = useState("86400");
	const [asked, setAsked] = useState<{ of: typeof of; span: string } | null>(null);
	const now = asked !== null && JSON.stringify(asked) === JSON.stringify({ of, span });
	const told = useQuery({
		queryKey: ["rehearsal", asked],
		queryFn: () => post("/automations/test", { ...asked?.of, occurred_after: begun(asked?.span ?? span), limit: 100 }),
		enabled: asked !== null,
		placeholderData: keepPreviousData,
		retry: false,
		staleTime: Number.POSITIVE_INFINITY,
	});
	const ask = () => {
		if (ready && !ready()) return;
		if (now) void told.refetch();
		else setAsked({ of, span });
	};
	return (
		<div className="stack">
			<div className="filters rehearsal">
				<SegmentedControl size="xs" aria-label="How far back" value={span} onChange={setSpan} data={SPANS} />
				<Button size="xs" variant="default" loading={told.isFetching} onClick={ask}>
					Try on the past
				</Button>
			</div>
			{asked === null ? null : (
				<Shown of={told} rows={3}>
					{(data) => <Outcome of={data} stale={!now} />}
				</Shown>
			)}
		</div>
	);
}

function Outcome({ of, stale }: { of: Tried; stale: boolean }) {
	return (
		<>
			<div className="note" data-fired={of.fired}>
				<strong>{of.fired ? `It would have fired ${many(of.fired, "time")}.` : "It would not have fired."}</strong>{" "}
				{many(of.read, "event")} had a name that it expects; {count(of.meant)} of them {of.meant === 1 ? "is" : "are"}{" "}
				meant.
				<div className="dim">
					From {exact(of.began)} to {exact(of.ended)}
					{of.whole ? "" : ": so many events were looked at, and no more"}.
				</div>
			</div>
			{stale ? (
				<Alert variant="light" color="yellow">
					Something was changed since: try it again.
				</Alert>
			) : null}
			{of.firings.length ? (
				<Card title={of.fired > of.firings.length ? `The first ${of.firings.length} firings` : "Firings"} flush>
					<PastRows of={of.firings} />
				</Card>
			) : null}
			{of.waiting.length ? (
				<Card title="At the end it waited for" flush>
					<Waits of={of.waiting} />
				</Card>
			) : null}
		</>
	);
}
