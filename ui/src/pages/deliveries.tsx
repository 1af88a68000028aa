/** What was told to the world outside: each delivery with every attempt, and when it is tried again. */
import { Alert, Button, Modal, SegmentedControl } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { post, read, type Schemas } from "../api/client";
import { usePages } from "../api/lists";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt } from "../parts/deeds";
import { Dim, Facts, Go } from "../parts/frame";
import { useFilters } from "../parts/router";
import { More, Rows } from "../parts/rows";
import { StatusBadge } from "../parts/states";
import { Moment } from "../parts/time";
import { duration, many } from "../parts/words";

type Delivery = Schemas["Delivery"];
type Status = NonNullable<Delivery["status"]>;

const STATUSES: Record<Status, { label: string; kind: "COMPLETED" | "FAILED" | "SCHEDULED" | "CANCELLED" }> = {
	waiting: { label: "Waits", kind: "SCHEDULED" },
	sent: { label: "Sent", kind: "COMPLETED" },
	failed: { label: "Given up", kind: "FAILED" },
	duplicate: { label: "Told before", kind: "CANCELLED" },
};

function DeliveryStatus({ of }: { of: Delivery }) {
	const { label, kind } = STATUSES[of.status ?? "waiting"];
	return <StatusBadge status={label} kind={kind} title={of.reason ?? undefined} />;
}

const subject = (of: Delivery): string => of.messages[0]?.subject || of.messages[0]?.body || "";
const through = (of: Delivery): string => of.block ?? of.url ?? "";

/** The deliveries of one automation, or of all; the newest first. */
export function Deliveries({ automation }: { automation?: string }) {
	const [filters, change] = useFilters();
	const status = (filters.get("status") ?? "") as Status | "";
	const { found, items } = usePages(
		["automations", "deliveries", automation, status],
		(after) =>
			post("/deliveries/list", {
				automation_ids: automation ? [automation] : undefined,
				statuses: status ? [status] : undefined,
				limit: 50,
				after,
			}),
		// An attempt that is to be repeated makes no event.
		5000,
	);
	return (
		<>
			<SegmentedControl
				size="xs"
				mb="sm"
				aria-label="What became of them"
				value={status}
				onChange={(value) => change({ status: value })}
				data={[
					{ value: "", label: "All" },
					...Object.entries(STATUSES).map(([value, { label }]) => ({ value, label })),
				]}
			/>
			<Shown of={found} rows={4}>
				{() =>
					items.length ? (
						<DeliveryRows of={items} named={automation === undefined} />
					) : (
						<Empty title={status ? "No delivery is like that" : "Nothing was told yet"}>
							What a notification, a webhook or a function is sent gets a row here, with each attempt and its answer.
						</Empty>
					)
				}
			</Shown>
			<More of={found} />
			<One id={filters.get("delivery")} close={() => change({ delivery: null })} />
		</>
	);
}

function DeliveryRows({ of, named }: { of: Delivery[]; named: boolean }) {
	const [, change] = useFilters();
	return (
		<Rows
			heads={["When", ...(named ? ["Automation"] : []), "Through", "What", "State", "Attempts", "Next attempt", "Log"]}
		>
			{of.map((each) => (
				<tr key={each.id} data-delivery={through(each)}>
					<td>
						<Moment at={each.created} />
					</td>
					{named ? (
						<td>
							<Go to={`/automations/${each.automation_id}`}>{each.automation_name}</Go>
						</td>
					) : null}
					<td>
						{each.block_document_id ? (
							<Go to={`/blocks/${each.block_document_id}`}>{through(each)}</Go>
						) : (
							<span className="cut short">{through(each)}</span>
						)}
					</td>
					<td className="wide">
						<span className="cut" title={subject(each)}>
							{subject(each)}
							{each.messages.length > 1 ? <Dim> and {many(each.messages.length - 1, "more", "more")}</Dim> : null}
						</span>
					</td>
					<td>
						<DeliveryStatus of={each} />
					</td>
					<td className="number">{each.attempts ?? 0}</td>
					<td>{each.due ? <Moment at={each.due} /> : <Dim>none</Dim>}</td>
					<td>
						<Button
							size="xs"
							variant="default"
							aria-label={`Log of ${subject(each)}`}
							onClick={() => change({ delivery: each.id })}
						>
							Log
						</Button>
					</td>
				</tr>
			))}
		</Rows>
	);
}

/** One delivery in a dialogue: what was said, and every attempt. */
function One({ id, close }: { id: string | null; close: () => void }) {
	const found = useQuery({
		queryKey: ["automations", "delivery", id],
		queryFn: () => read("/deliveries/{id}", { id: id ?? "" }),
		enabled: id !== null,
		refetchInterval: 2000,
	});
	return (
		<Modal
			opened={id !== null}
			onClose={close}
			size="xl"
			title={<strong>Delivery</strong>}
			closeButtonProps={{ "aria-label": "Close" }}
		>
			{id === null ? null : <Shown of={found}>{(data) => <Log delivery={data} />}</Shown>}
		</Modal>
	);
}

function Log({ delivery }: { delivery: Delivery }) {
	const may = useMay("run");
	const queries = useQueryClient();
	const open = delivery.status === undefined || delivery.status === "waiting" || delivery.status === "failed";
	return (
		<div className="stack">
			<Facts
				of={[
					["State", <DeliveryStatus key="s" of={delivery} />],
					["Through", through(delivery)],
					["Attempts", String(delivery.attempts ?? 0)],
					["Next attempt", delivery.due ? <Moment key="d" at={delivery.due} /> : "none"],
				]}
			/>
			{delivery.reason && delivery.reason !== delivery.tries?.at(-1)?.detail ? (
				<Alert variant="light" color="gray">
					{delivery.reason}
				</Alert>
			) : null}
			{delivery.tries?.length ? (
				<Rows heads={["Attempt", "Outcome", "What was answered", "Took"]}>
					{delivery.tries.map((each) => (
						<tr key={each.at} data-try={each.done ? "done" : "failed"}>
							<td>
								<Moment at={each.at} />
							</td>
							<td>
								{each.done ? (
									<StatusBadge status="Arrived" kind="COMPLETED" />
								) : (
									<StatusBadge status="Failed" kind="FAILED" />
								)}
							</td>
							<td className="wide">
								<span className="wraps">
									{each.status ? `${each.status}: ` : ""}
									{each.detail}
								</span>
							</td>
							<td className="number">{duration(each.seconds ?? 0)}</td>
						</tr>
					))}
				</Rows>
			) : (
				<Dim>Nothing has been attempted.</Dim>
			)}
			{delivery.messages.map((each) => (
				<div key={`${each.firing_id} ${each.number}`}>
					<p className="small message-head">
						<strong>{each.subject || "What is sent"}</strong> <Dim>because of</Dim>{" "}
						<Go to={`/automation-firings/${each.firing_id}`}>the firing</Go>
					</p>
					{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
					<pre className="trace" tabIndex={0}>
						{each.body}
					</pre>
				</div>
			))}
			{open && may ? (
				<div>
					<Button
						size="xs"
						variant="default"
						onClick={() =>
							void attempt(async () => {
								await post("/deliveries/{id}/retry", undefined, { id: delivery.id });
								await queries.invalidateQueries({ queryKey: ["automations"] });
								return "It is sent again now.";
							})
						}
					>
						Send again now
					</Button>
				</div>
			) : null}
		</div>
	);
}
