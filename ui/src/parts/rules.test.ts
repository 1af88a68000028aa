import { expect, test } from "vitest";
import { draftOf, everySo, fromField, type Rule, ruleOf, spelled, toField } from "./rules";

const NOW = new Date("2026-03-29T10:20:30Z");

test("lengths of time are said in the largest unit that holds them whole", () => {
	expect([60, 90, 3600, 7200, 86400 * 3, 1].map(everySo)).toEqual([
		"minute",
		"90 seconds",
		"hour",
		"2 hours",
		"3 days",
		"second",
	]);
});

test("a rule goes through its form unchanged", () => {
	const rules: Rule[] = [
		{ type: "cron", cron: "0 9 * * 1-5", timezone: "Europe/Berlin", day_or: false },
		{ type: "interval", interval: 900, anchor: "2026-01-01T00:00:07.000Z", timezone: "UTC" },
		{ type: "interval", interval: 0.5, anchor: "2026-01-01T00:00:00.000Z", timezone: "UTC" },
		{ type: "rrule", rrule: "FREQ=DAILY;COUNT=3", timezone: "America/New_York" },
	];
	for (const rule of rules) expect(ruleOf(draftOf(rule, "UTC", NOW), rule)).toEqual(rule);
});

test("a new schedule begins with a rule that can be followed, in the reader's zone", () => {
	expect(ruleOf(draftOf(null, "Asia/Tokyo", NOW))).toEqual({
		type: "cron",
		cron: "0 9 * * *",
		timezone: "Asia/Tokyo",
		day_or: true,
	});
});

test("a field for date and time gives back the minute it was given", () => {
	expect(fromField(toField("2026-07-01T12:34:00.000Z"))).toBe("2026-07-01T12:34:00.000Z");
	expect([fromField(""), fromField("soon"), toField(null)]).toEqual([null, null, ""]);
});

test("of a recurrence rule the rule is said, not its beginning", () => {
	const rrule = "DTSTART:20260101T000000\nRRULE:FREQ=DAILY";
	expect(spelled({ type: "rrule", rrule, timezone: "UTC" })).toBe("FREQ=DAILY");
});
