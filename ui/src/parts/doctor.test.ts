import { expect, test } from "vitest";
import type { Schemas } from "../api/client";
import { loops, queues, secrets, standing, tidiness } from "./doctor";

const facts: Schemas["ServerFacts"] = {
	version: "0",
	python: "3",
	started: "2031-05-01T00:00:00Z",
	database: "sqlite",
	schema_version: 21,
	retention: {},
	writing: { batches: 1, longest_wait: 0.01, longest_hold: 0.02 },
	database_size: 4096,
	disk_free: 5e9,
};
const verdicts = (of: { what: string; verdict: string }[]) =>
	Object.fromEntries(of.map((each) => [each.what, each.verdict]));

test("a disk that is almost full and a slow one are not well", () => {
	expect(verdicts(standing(facts))).toEqual({ database: "ok", writing: "ok", disk: "ok" });
	expect(verdicts(standing({ ...facts, disk_free: 5e8 })).disk).toBe("warn");
	expect(verdicts(standing({ ...facts, disk_free: 1e6 })).disk).toBe("fail");
	const slow = { ...facts.writing, longest_hold: 3 };
	expect(verdicts(standing({ ...facts, writing: slow })).writing).toBe("warn");
	expect(verdicts(standing({ ...facts, disk_free: null })).disk).toBeUndefined();
});

test("a loop tells what it is for, and one without a clock that it waits for work", () => {
	const [reaper, evaluator] = loops({
		database: "sqlite",
		schema_version: 21,
		loops: {
			reaper: { every: 5, age: 2, beating: true, purpose: "closes runs whose process is gone" },
			evaluator: { every: 0, age: null, beating: true, purpose: "lets automations fire" },
		},
	});
	expect(reaper?.found).toBe("closes runs whose process is gone; last turn 2.0 s ago, one every 5.0 s");
	expect(evaluator?.found).toBe("lets automations fire; no turn yet, one when there is something to do");
});

test("what waits too long is told with what to do", () => {
	const figures = {
		flow_runs: { RUNNING: 2 },
		task_runs: {},
		overdue: 0,
		overdue_by: 0,
		waiting_tasks: 0,
		waiting_for: 0,
	} as unknown as Schemas["Figures"];
	expect(queues(figures)).toEqual([{ what: "queues", verdict: "ok", found: "2 open runs, nothing waits too long" }]);
	const bad = queues({ ...figures, overdue: 3, overdue_by: 90, waiting_tasks: 1, waiting_for: 61 });
	expect(bad.map((each) => each.verdict)).toEqual(["warn", "warn"]);
});

test("what was deleted last is told, and that nothing is deleted", () => {
	const now = Date.parse("2031-05-02T01:00:00Z");
	const known = { last: "2031-05-02T00:00:00Z", deleted: { logs: 1200, events: 0 } };
	expect(tidiness({ known, due: false }, { logs_days: 30 }, now).found).toBe(
		"last looked at 1 hr. ago; deleted 1,200 logs",
	);
	expect(tidiness({ known, due: false }, { logs_days: null, events_days: null }).found).toContain("off");
});

test("a key that is missing is bad", () => {
	const key = { id: "1", source: "file", documents: 2 };
	expect(secrets({ items: [key], path: "" }).found).toBe("1 key for the secrets of 2 blocks");
	expect(secrets({ items: [key], path: "", unreadable: ["secret/db"] }).verdict).toBe("fail");
});
