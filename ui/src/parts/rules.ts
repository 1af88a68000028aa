/** Rules of schedules as people read them. */
import type { Schedule, Schemas } from "../api/client";

export type Rule = Schedule["rule"];
export type Firing = Schemas["Firing"];

const LENGTHS: [string, number][] = [
	["day", 86_400],
	["hour", 3_600],
	["minute", 60],
];

/** A length of time in the largest unit that holds it whole: `15 minutes`. */
export function everySo(seconds: number): string {
	for (const [unit, size] of LENGTHS)
		if (seconds >= size && seconds % size === 0)
			return seconds === size ? unit : `${(seconds / size).toLocaleString("en")} ${unit}s`;
	return seconds === 1 ? "second" : `${seconds.toLocaleString("en")} seconds`;
}

/** What a rule says, in a line. */
export function spelled(rule: Rule): string {
	switch (rule.type) {
		case "cron":
			return rule.cron;
		case "interval":
			return `every ${everySo(rule.interval)}`;
		case "rrule":
			return rule.rrule.split("\n").at(-1)?.replace("RRULE:", "") ?? rule.rrule;
	}
}

export const zoneOf = (rule: Rule): string => rule.timezone ?? "UTC";

/** What a person calls a schedule. */
export const called = (schedule: Schedule): string => schedule.slug ?? spelled(schedule.rule);
