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

const pad = (number: number): string => String(number).padStart(2, "0");

/** A day of the reader's calendar: `2026-03-29`. */
export function dayOf(time: string | number | Date): string {
	const at = new Date(time);
	return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

/** An instant as a field for date and time holds it, in the reader's zone; and back. */
export function toField(time: string | null | undefined): string {
	if (!time) return "";
	const at = new Date(time);
	return `${dayOf(at)}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

export function fromField(text: string): string | null {
	const at = new Date(text);
	return text === "" || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** What a form of a schedule holds while it is typed into. */
export interface Draft {
	type: Rule["type"];
	cron: string;
	dayOr: boolean;
	every: number | null;
	unit: number;
	anchor: string;
	rrule: string;
	timezone: string;
}

export const UNITS = [
	{ value: 60, label: "minutes" },
	{ value: 3_600, label: "hours" },
	{ value: 86_400, label: "days" },
	{ value: 1, label: "seconds" },
];

export function draftOf(rule: Rule | null, timezone: string, now: Date): Draft {
	const hour = new Date(now);
	hour.setMinutes(0, 0, 0);
	const draft: Draft = {
		type: rule?.type ?? "cron",
		cron: "0 9 * * *",
		dayOr: true,
		every: 1,
		unit: 3_600,
		anchor: toField(hour.toISOString()),
		rrule: "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
		timezone: rule === null ? timezone : zoneOf(rule),
	};
	switch (rule?.type) {
		case "cron":
			return { ...draft, cron: rule.cron, dayOr: rule.day_or ?? true };
		case "interval": {
			const unit = [86_400, 3_600, 60].find((size) => rule.interval % size === 0) ?? 1;
			return { ...draft, every: rule.interval / unit, unit, anchor: toField(rule.anchor) };
		}
		case "rrule":
			return { ...draft, rrule: rule.rrule };
		default:
			return draft;
	}
}

/** The rule that a form says; `known`: what it was, whose anchor stays to the second where it was not touched. */
export function ruleOf(draft: Draft, known: Rule | null = null): Rule {
	const { timezone } = draft;
	switch (draft.type) {
		case "cron":
			return { type: "cron", cron: draft.cron.trim(), timezone, day_or: draft.dayOr };
		case "interval": {
			const kept = known?.type === "interval" && toField(known.anchor) === draft.anchor ? known.anchor : null;
			const anchor = kept ?? fromField(draft.anchor) ?? new Date(0).toISOString();
			return { type: "interval", interval: (draft.every ?? 0) * draft.unit, anchor, timezone };
		}
		case "rrule":
			return { type: "rrule", rrule: draft.rrule.trim(), timezone };
	}
}
