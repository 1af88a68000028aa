/** A month, and what comes and came on each of its days. */
import { Button, Group } from "@mantine/core";
import { dayOf } from "./rules";
import { count } from "./words";

export interface Day {
	/** Instants to come, and whether there are more than are told. */
	coming: number;
	more?: boolean;
	fired: number;
	skipped: number;
}

const WEEKDAYS = Array.from({ length: 7 }, (_, day) => new Date(2024, 0, 1 + day));
const short = new Intl.DateTimeFormat("en", { weekday: "short" });
const monthAndDay = new Intl.DateTimeFormat("en", { month: "long", weekday: "long" });
const title = new Intl.DateTimeFormat("en", { month: "long", year: "numeric" });

/** The weeks of a month, Monday first, with the days of its neighbours that fill them. */
export function weeksOf(month: Date): Date[][] {
	const first = new Date(month.getFullYear(), month.getMonth(), 1);
	const before = (first.getDay() + 6) % 7;
	const days = new Date(month.getFullYear(), month.getMonth() + 1, 0).getDate();
	return Array.from({ length: Math.ceil((before + days) / 7) }, (_, week) =>
		Array.from({ length: 7 }, (_, day) => new Date(first.getFullYear(), first.getMonth(), 1 - before + week * 7 + day)),
	);
}

export function Calendar({
	month,
	go,
	days,
	picked,
	pick,
	busy,
}: {
	month: Date;
	go: (month: Date) => void;
	days: Map<string, Day>;
	picked: string | null;
	pick: (day: string) => void;
	/** Not all of it is known yet. */
	busy: boolean;
}) {
	const today = dayOf(new Date());
	const turn = (by: number) => go(new Date(month.getFullYear(), month.getMonth() + by, 1));
	return (
		<div className="calendar" aria-busy={busy}>
			<Group justify="space-between" mb={8}>
				<strong aria-live="polite">{title.format(month)}</strong>
				<Group gap={6}>
					<Button size="compact-xs" variant="default" aria-label="Month before" onClick={() => turn(-1)}>
						‹
					</Button>
					<Button size="compact-xs" variant="default" onClick={() => go(new Date())}>
						Today
					</Button>
					<Button size="compact-xs" variant="default" aria-label="Month after" onClick={() => turn(1)}>
						›
					</Button>
				</Group>
			</Group>
			<table>
				<caption className="unseen">When its schedules fire in {title.format(month)}</caption>
				<thead>
					<tr>
						{WEEKDAYS.map((day) => (
							<th key={day.getTime()} scope="col">
								{short.format(day)}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{weeksOf(month).map((week) => (
						<tr key={week[0]?.getTime()}>
							{week.map((date) => {
								const key = dayOf(date);
								const day = days.get(key);
								return (
									<td key={key} className={date.getMonth() === month.getMonth() ? "" : "outside"}>
										<button
											type="button"
											data-day={key}
											aria-pressed={picked === key}
											aria-current={key === today ? "date" : undefined}
											onClick={() => pick(key)}
										>
											<span className="date">
												{date.getDate()}
												<span className="unseen"> {monthAndDay.format(date)}</span>
											</span>
											{day && (day.coming > 0 || day.more) ? (
												<span className="mark state-scheduled" title="to come">
													{count(day.coming)}
													{day.more ? "+" : ""}
													<span className="unseen"> to come</span>
												</span>
											) : null}
											{day && day.fired > 0 ? (
												<span className="mark state-completed" title="fired">
													✓ {count(day.fired)}
													<span className="unseen"> fired</span>
												</span>
											) : null}
											{day && day.skipped > 0 ? (
												<span className="mark state-failed" title="did not fire">
													✕ {count(day.skipped)}
													<span className="unseen"> did not fire</span>
												</span>
											) : null}
										</button>
									</td>
								);
							})}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
