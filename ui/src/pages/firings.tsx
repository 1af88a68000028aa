/** What became of the instants of schedules: fired, waiting for an earlier run, or not fired and why. */
import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Deployment, post, read, type Schedule } from "../api/client";
import { usePages } from "../api/lists";
import { Empty, Shown } from "../parts/conditions";
import { Card, Dim, Go } from "../parts/frame";
import { useFilters } from "../parts/router";
import { More, Rows } from "../parts/rows";
import { called, type Firing } from "../parts/rules";
import { StatusBadge } from "../parts/states";
import { Moment } from "../parts/time";
import { exact, many, second } from "../parts/words";

export function Outcome({ of }: { of: Firing }) {
	if (of.outcome === "fired") return <StatusBadge status="Fired" kind="COMPLETED" />;
	if (of.outcome === "queued") return <StatusBadge status="Queued" kind="SCHEDULED" />;
	return <StatusBadge status="Did not fire" kind="CANCELLED" />;
}

export function useSchedules(deployment_id: string) {
	return useQuery({
		queryKey: ["deployments", "schedules", deployment_id],
		queryFn: () => read("/deployments/{deployment_id}/schedules", { deployment_id }),
	});
}

export function FiringRows({ of, schedules }: { of: Firing[]; schedules: Schedule[] }) {
	const names = new Map(schedules.map((each) => [each.id, called(each)]));
	return (
		<Rows heads={["Instant", "Schedule", "Outcome", "Why", "Run"]}>
			{of.map((each) => (
				<tr key={each.schedule_id + each.instant} data-outcome={each.outcome}>
					<td>
						<time dateTime={each.instant} title={exact(each.instant)}>
							{second(each.instant)}
						</time>
					</td>
					<td>{names.get(each.schedule_id) ?? <Dim>a deleted schedule</Dim>}</td>
					<td>
						<Outcome of={each} />
					</td>
					<td className="wide">
						<span className="wraps">{each.reason ?? ""}</span>
					</td>
					<td>{each.flow_run_id ? <Go to={`/flow-runs/${each.flow_run_id}`}>its run</Go> : <Dim>none</Dim>}</td>
				</tr>
			))}
		</Rows>
	);
}

/** The ledger of a deployment's instants. */
export function Ledger({ deployment }: { deployment: Deployment }) {
	const [filters, change] = useFilters();
	const outcome = filters.get("outcome") ?? "";
	const schedules = useSchedules(deployment.id);
	const { found, items } = usePages(
		["flow-runs", "firings", deployment.id, outcome],
		(after) =>
			post("/firings/list", {
				deployment_ids: [deployment.id],
				outcomes: outcome ? [outcome as Firing["outcome"]] : undefined,
				limit: 50,
				after,
			}),
		// An instant that does not fire makes no event.
		5000,
	);
	return (
		<>
			<SegmentedControl
				size="xs"
				mb="sm"
				aria-label="What became of them"
				value={outcome}
				onChange={(value) => change({ outcome: value })}
				data={[
					{ value: "", label: "All" },
					{ value: "fired", label: "Fired" },
					{ value: "queued", label: "Queued" },
					{ value: "skipped", label: "Did not fire" },
				]}
			/>
			<Shown of={found} rows={4}>
				{() =>
					items.length ? (
						<FiringRows of={items} schedules={schedules.data?.items ?? []} />
					) : (
						<Empty title={outcome ? "No instant is like that" : "No instant has come yet"}>
							Every instant of its schedules gets a row here: which run it made, or why it made none.
						</Empty>
					)
				}
			</Shown>
			<More of={found} />
		</>
	);
}

/** Instants that did not fire although nobody had paused them, by schedule and reason; nothing where there are none. */
export function MissedInstants({ since, range }: { since: string; range: string }) {
	const missed = useQuery({
		queryKey: ["flow-runs", "missed", range],
		queryFn: () => post("/firings/list", { outcomes: ["skipped"], willed: false, instant_after: since, limit: 500 }),
		refetchInterval: 10_000,
		placeholderData: keepPreviousData,
	});
	const groups = useMemo(() => {
		const found = new Map<string, Firing[]>();
		for (const each of missed.data?.items ?? []) {
			// How late it was differs from one to the next; what they have in common is the rest.
			const key = `${each.schedule_id} ${(each.reason ?? "").replace(/[\d.,]+/g, "")}`;
			found.set(key, [...(found.get(key) ?? []), each]);
		}
		return [...found.values()];
	}, [missed.data]);
	const ids = [...new Set(groups.map((group) => group[0]?.deployment_id ?? ""))].sort();
	const names = useQuery({
		queryKey: ["deployments", "names", ids],
		queryFn: () => post("/deployments/list", { ids, limit: 1000 }),
		enabled: ids.length > 0,
		placeholderData: keepPreviousData,
	});
	const called = new Map(names.data?.items.map((each) => [each.id, `${each.flow_name}/${each.name}`]));
	if (groups.length === 0) return null;
	return (
		<Card title="Instants that did not fire" flush>
			<Rows heads={["Deployment", "How many", "Why", "The last"]}>
				{groups.slice(0, 8).map((group) => {
					const last = group[0] as Firing;
					return (
						<tr key={last.schedule_id + last.instant} data-missed={called.get(last.deployment_id)}>
							<td>
								<Go to={`/deployments/${last.deployment_id}?tab=instants&outcome=skipped`}>
									{called.get(last.deployment_id) ?? "a deleted deployment"}
								</Go>
							</td>
							<td>{`${many(group.length, "instant")}${missed.data?.next ? " or more" : ""}`}</td>
							<td className="wide">
								<span className="cut" title={last.reason ?? ""}>
									{last.reason}
								</span>
							</td>
							<td>
								<Moment at={last.instant} />
							</td>
						</tr>
					);
				})}
			</Rows>
		</Card>
	);
}
