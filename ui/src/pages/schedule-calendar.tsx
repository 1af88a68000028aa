/** The schedules of a deployment on a calendar: what comes, what came, and what did not fire and why. */
import { Text } from "@mantine/core";
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Deployment, post, read, type Schedule } from "../api/client";
import { Calendar, type Day } from "../parts/calendar";
import { Dim, Go } from "../parts/frame";
import { called, dayOf, type Firing, zoneOf } from "../parts/rules";
import { clocksThere, exact, timeOfDay, ZONE } from "../parts/words";
import { Outcome } from "./firings";

/** Instants of one schedule, and rows of the ledger, that a month is told from at most. */
const MOST = 1000;

interface Coming {
	at: string;
	/** What the clocks of the schedule's zone show then, and what a jump of them does to it. */
	local: string;
	note?: string | null;
	schedule: Schedule;
}

export function ScheduleCalendar({ deployment, schedules }: { deployment: Deployment; schedules: Schedule[] }) {
	const [month, setMonth] = useState(() => new Date());
	const [picked, setPicked] = useState<string | null>(() => dayOf(new Date()));
	const from = new Date(month.getFullYear(), month.getMonth(), -6);
	const to = new Date(month.getFullYear(), month.getMonth() + 1, 8);
	const start = from.getTime() > Date.now() ? from.toISOString() : null;
	const told = useQueries({
		queries: schedules.map((schedule) => ({
			queryKey: ["deployments", "next", schedule.id, schedule.updated, deployment.paused, start],
			queryFn: () =>
				read("/schedules/{id}/next", { id: schedule.id }, { limit: MOST, ...(start ? { after: start } : {}) }),
			placeholderData: keepPreviousData,
			refetchInterval: 60_000,
		})),
	});
	const past = useQuery({
		queryKey: ["flow-runs", "firings-of-month", deployment.id, dayOf(from)],
		queryFn: () =>
			post("/firings/list", {
				deployment_ids: [deployment.id],
				instant_after: from.toISOString(),
				instant_before: to.toISOString(),
				limit: MOST,
			}),
		placeholderData: keepPreviousData,
		refetchInterval: 10_000,
	});
	const coming = told
		.flatMap((each, place) =>
			(each.data?.foreseen ?? []).map(
				(one): Coming => ({
					at: one.instant,
					local: one.local,
					note: one.note,
					schedule: schedules[place] as Schedule,
				}),
			),
		)
		.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
	const came = past.data?.items ?? [];
	const days = new Map<string, Day>();
	const at = (day: string) => days.get(day) ?? { coming: 0, fired: 0, skipped: 0 };
	for (const each of coming) {
		const key = dayOf(each.at);
		days.set(key, { ...at(key), coming: at(key).coming + 1 });
	}
	for (const each of came) {
		const key = dayOf(each.instant);
		const day = at(key);
		days.set(key, each.outcome === "skipped" ? { ...day, skipped: day.skipped + 1 } : { ...day, fired: day.fired + 1 });
	}
	for (const each of told) {
		// It fires on beyond what was told.
		const last = (each.data?.items.length ?? 0) >= MOST ? each.data?.items.at(-1) : undefined;
		if (last === undefined) continue;
		for (const date = new Date(last); date < to; date.setDate(date.getDate() + 1))
			days.set(dayOf(date), { ...at(dayOf(date)), more: true });
	}
	return (
		<div className="calendar-and-day">
			<Calendar
				month={month}
				go={setMonth}
				days={days}
				picked={picked}
				pick={setPicked}
				busy={past.isPending || told.some((each) => each.isPending)}
			/>
			<div aria-live="polite">
				{picked === null ? null : (
					<DayOf
						day={picked}
						coming={coming.filter((each) => dayOf(each.at) === picked)}
						came={came.filter((each) => dayOf(each.instant) === picked)}
						schedules={schedules}
					/>
				)}
			</div>
		</div>
	);
}

const named = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });

function DayOf({
	day,
	coming,
	came,
	schedules,
}: {
	day: string;
	coming: Coming[];
	came: Firing[];
	schedules: Schedule[];
}) {
	const names = new Map(schedules.map((each) => [each.id, called(each)]));
	const few = 12;
	return (
		<>
			<Text fw={600} size="sm" mb={6}>
				{named.format(new Date(`${day}T12:00`))} <Dim>({ZONE})</Dim>
			</Text>
			{coming.length + came.length === 0 ? (
				<Text size="sm" c="dimmed">
					Nothing fires on this day.
				</Text>
			) : null}
			<ul className="instants">
				{came.slice(0, few).map((each) => (
					<li key={each.schedule_id + each.instant}>
						<time dateTime={each.instant} title={exact(each.instant)} className="number">
							{timeOfDay(each.instant)}
						</time>
						<Outcome of={each} />
						<span>
							{names.get(each.schedule_id) ?? "a deleted schedule"}{" "}
							{each.flow_run_id ? <Go to={`/flow-runs/${each.flow_run_id}`}>its run</Go> : null}
							{each.reason ? <div className="dim">{each.reason}</div> : null}
						</span>
					</li>
				))}
				{came.length > few ? <li className="dim">and {came.length - few} more that came</li> : null}
				{coming.slice(0, few).map((each) => (
					<li key={each.schedule.id + each.at} data-coming={each.at}>
						<time dateTime={each.at} title={exact(each.at)} className="number">
							{timeOfDay(each.at)}
						</time>
						<span>
							{called(each.schedule)}
							{zoneOf(each.schedule.rule) === ZONE ? null : (
								<Dim>
									{" "}
									{clocksThere(each.local, day)} in {zoneOf(each.schedule.rule)}
								</Dim>
							)}
							{each.note ? <div className="dim">{each.note}</div> : null}
						</span>
					</li>
				))}
				{coming.length > few ? <li className="dim">and {coming.length - few} more to come</li> : null}
			</ul>
		</>
	);
}
