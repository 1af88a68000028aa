/** Is my platform healthy? What ran, what failed and why, what is late or takes long, and who looks after it. */
import { Group, SegmentedControl, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type FlowRun, post, read, type Schemas } from "../api/client";
import { Bars } from "../parts/chart";
import { Empty, Shown } from "../parts/conditions";
import { Card, Dim, Go, Page } from "../parts/frame";
import { Link, navigate, useFilters } from "../parts/router";
import { RunRows } from "../parts/run-rows";
import { StateBadge, toldOf } from "../parts/states";
import { Moment } from "../parts/time";
import { count, duration, percent } from "../parts/words";
import { MissedInstants } from "./firings";
import { DeadWorkers } from "./overview-work";

export const FIRST_FLOW = `from segue import flow

@flow(log_prints=True)
def hello(name: str = "world"):
    print(f"Hello {name}")

if __name__ == "__main__":
    hello()`;

const RANGES: Record<string, number> = { "1h": 3600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000 };
/** Rows that their lists have room for, whether there are so many or not: what is below must not move. */
const FAILURES = 6;
const OPEN = 6;
const ORDER = [
	"COMPLETED",
	"FAILED",
	"CRASHED",
	"CANCELLED",
	"CANCELLING",
	"RUNNING",
	"PAUSED",
	"PENDING",
	"SCHEDULED",
];

export const since = (range: string): string => new Date(Date.now() - (RANGES[range] ?? 86_400) * 1000).toISOString();

export function Overview() {
	const [filters, change] = useFilters();
	const range = RANGES[filters.get("range") ?? ""] ? (filters.get("range") ?? "24h") : "24h";
	const history = useQuery({
		queryKey: ["flow-runs", "history", range],
		queryFn: () => post("/flow-runs/history", { where: { top_level: true }, from: since(range) }),
		placeholderData: keepPreviousData,
		refetchInterval: 30_000,
	});
	const figures = useQuery({
		queryKey: ["flow-runs", "figures"],
		queryFn: () => read("/figures"),
		refetchInterval: 10_000,
	});
	const failures = useRuns(
		"failures",
		{ where: { state_types: ["FAILED", "CRASHED"], created_after: since(range) }, sort: "-end_time", limit: FAILURES },
		range,
	);
	const open = useRuns("open", {
		where: { state_types: ["RUNNING", "CANCELLING", "PAUSED", "PENDING"], top_level: true },
		sort: "start_time",
		limit: OPEN,
	});
	const late = useRuns("late", {
		where: { state_types: ["SCHEDULED"], state_names: ["Late"] },
		sort: "created",
		limit: 5,
	});
	return (
		<Page
			title="Overview"
			name="Overview"
			beside={
				<SegmentedControl
					size="xs"
					aria-label="Time range"
					value={range}
					onChange={(value) => change({ range: value })}
					data={Object.keys(RANGES).map((value) => ({ value, label: value }))}
				/>
			}
		>
			<div className="stack">
				<Shown of={history} rows={1} height={94}>
					{(data) => <Tiles history={data} figures={figures.data} range={range} />}
				</Shown>
				<Card title="Runs over time" beside={<Legend history={history.data} />}>
					<Shown of={history} rows={1} height={168}>
						{(data) =>
							data.total === 0 ? (
								<Empty title="Nothing ran in this time" step={FIRST_FLOW}>
									Save this as hello.py and run it with <code>python hello.py</code>; it appears here by itself.
								</Empty>
							) : (
								<Bars
									label="Flow runs over time by what became of them"
									kinds={ORDER}
									height={140}
									bars={data.items.map((part) => ({
										start: part.start,
										parts: part.states ?? {},
										note: part.average ? `${duration(part.average)} on average` : undefined,
									}))}
									onPick={(bar, next) => navigate(`/flow-runs?since=${bar.start}${next ? `&until=${next.start}` : ""}`)}
								/>
							)
						}
					</Shown>
				</Card>
				<div className="cols">
					<div className="stack">
						<Card title="Failures to look at" beside={<Go to="/flow-runs?state=FAILED,CRASHED">All</Go>} flush>
							<div className="reserved" style={{ minHeight: FAILURES * 57 }}>
								<Shown of={failures}>
									{(data) =>
										data.items.length === 0 ? (
											<Empty title="Nothing failed">In the time chosen above.</Empty>
										) : (
											<Failures runs={data.items} />
										)
									}
								</Shown>
							</div>
						</Card>
						<Card title="Late" flush>
							<Shown of={late} rows={1}>
								{(data) =>
									data.items.length === 0 ? <Empty title="Nothing is late" /> : <RunRows runs={data.items} brief />
								}
							</Shown>
						</Card>
					</div>
					<div className="stack">
						<Card
							title="Open now, longest first"
							beside={<Go to="/flow-runs?state=RUNNING,CANCELLING,PAUSED,PENDING">All</Go>}
							flush
						>
							<div className="reserved" style={{ minHeight: OPEN * 45 }}>
								<Shown of={open} rows={3}>
									{(data) =>
										data.items.length === 0 ? <Empty title="Nothing runs now" /> : <RunRows runs={data.items} brief />
									}
								</Shown>
							</div>
						</Card>
						<Server />
					</div>
				</div>
				<DeadWorkers since={since(range)} />
				<MissedInstants since={since(range)} range={range} />
			</div>
		</Page>
	);
}

function useRuns(name: string, query: Schemas["RunQuery"], more = "") {
	return useQuery({
		queryKey: ["flow-runs", name, more],
		queryFn: () => post("/flow-runs/list", query),
		placeholderData: keepPreviousData,
		refetchInterval: 30_000,
	});
}

function sumsOf(history: Schemas["RunsHistory"]): Record<string, number> {
	const sums: Record<string, number> = {};
	for (const part of history.items)
		for (const [kind, number] of Object.entries(part.states ?? {})) sums[kind] = (sums[kind] ?? 0) + number;
	return sums;
}

function Legend({ history }: { history?: Schemas["RunsHistory"] }) {
	const sums = history ? sumsOf(history) : {};
	return (
		<Group gap={12} visibleFrom="sm">
			{ORDER.filter((kind) => sums[kind]).map((kind) => (
				<StateBadge key={kind} state={{ type: kind, name: kind.charAt(0) + kind.slice(1).toLowerCase() }} />
			))}
		</Group>
	);
}

function Tiles({
	history,
	figures,
	range,
}: {
	history: Schemas["RunsHistory"];
	figures?: Schemas["Figures"];
	range: string;
}) {
	const sums = sumsOf(history);
	const bad = (sums.FAILED ?? 0) + (sums.CRASHED ?? 0);
	const good = sums.COMPLETED ?? 0;
	const now = figures?.flow_runs ?? {};
	return (
		<div className="tiles">
			<Tile
				what="Running now"
				much={count(now.RUNNING ?? 0)}
				more={now.PAUSED ? `${count(now.PAUSED)} paused` : ""}
				tone="running"
				to="/flow-runs?state=RUNNING"
			/>
			<Tile
				what={`Failed, last ${range}`}
				much={count(bad)}
				more={sums.CRASHED ? `${count(sums.CRASHED)} of them crashed` : ""}
				tone={bad ? "failed" : "completed"}
				to={`/flow-runs?state=FAILED,CRASHED&since=${range}`}
			/>
			<Tile
				what={`Completed, last ${range}`}
				much={count(good)}
				more={`${percent(good, good + bad)} of those that ended`}
				tone="completed"
				to={`/flow-runs?state=COMPLETED&since=${range}`}
			/>
			<Tile
				what="Late"
				much={count(figures?.overdue ?? 0)}
				more={figures?.overdue ? `the first by ${duration(figures.overdue_by)}` : "Scheduled runs begin on time"}
				tone={figures?.overdue ? "failed" : "completed"}
				to="/flow-runs?state_name=Late"
			/>
			<Tile
				what="Typical duration"
				much={duration(history.durations?.p50)}
				more={history.durations ? `95 of 100 within ${duration(history.durations.p95)}` : "No run has ended"}
				tone="cancelled"
			/>
		</div>
	);
}

function Tile({ what, much, more, tone, to }: { what: string; much: string; more: string; tone: string; to?: string }) {
	const inside = (
		<>
			<div className="what">{what}</div>
			<div className="much number">{much}</div>
			<div className="more">{more}</div>
		</>
	);
	const className = `tile state-${tone}`;
	return to ? (
		<Link to={to} className={className}>
			{inside}
		</Link>
	) : (
		<div className={className}>{inside}</div>
	);
}

function Failures({ runs }: { runs: FlowRun[] }) {
	return (
		<table className="rows">
			<thead className="unseen">
				<tr>
					<th>State</th>
					<th>Run and message</th>
					<th>When</th>
				</tr>
			</thead>
			<tbody>
				{runs.map((run, place) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a row is a place, as in every list that is live
					<tr key={place}>
						<td>
							<StateBadge state={run.state} />
						</td>
						<td className="wide" style={{ height: 56 }}>
							<Go to={`/flow-runs/${run.id}`}>{run.name}</Go>{" "}
							<Text span size="sm" c="dimmed">
								of {run.flow_name}
							</Text>
							<span className="message" title={run.state.message ?? ""}>
								{toldOf(run.state) ?? "No message"}
							</span>
						</td>
						<td className="right">
							<Moment at={run.end_time ?? run.updated} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Server() {
	const ready = useQuery({ queryKey: ["ready"], queryFn: () => read("/ready"), refetchInterval: 10_000 });
	return (
		<Card title="Server">
			<Shown of={ready} rows={1} height={60}>
				{(data): ReactNode => {
					const loops = Object.entries(data.loops);
					return (
						<>
							<Text size="sm">
								{count(loops.filter(([, beat]) => beat.beating).length)} of the {count(loops.length)} loops that look
								after {data.database === "sqlite" ? "its SQLite database" : "its PostgreSQL database"} are at work.
							</Text>
							{loops.map(([name, beat]) => (
								<Group key={name} justify="space-between" mt={6}>
									<Text size="sm">
										{name} <Dim>{beat.purpose}</Dim>
									</Text>
									<span className={beat.beating ? "link live" : "link lost-link"}>
										{beat.beating ? "at work" : "not at work"}
									</span>
								</Group>
							))}
						</>
					);
				}}
			</Shown>
		</Card>
	);
}
