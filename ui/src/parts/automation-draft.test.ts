import { expect, test } from "vitest";
import {
	ACTION_TYPES,
	actionSchema,
	blank,
	isWritable,
	kindOf,
	missing,
	problemsAt,
	refusedAt,
	tidied,
	triggerSchema,
	turned,
} from "./automation-draft";
import type { Trigger } from "./automation-words";
import { readJson } from "./schema-form";

const arrived: Trigger = { type: "event", expect: ["file.arrived"], threshold: 2 };

test("every action has a form out of the API's own schema", () => {
	expect(ACTION_TYPES).toContain("send-notification");
	expect(ACTION_TYPES.length).toBeGreaterThan(20);
	expect(Object.keys(actionSchema("run-deployment").properties ?? {}).slice(0, 2)).toEqual(["source", "deployment_id"]);
	expect(Object.keys(triggerSchema(arrived).properties ?? {})).toEqual([
		...["expect", "match", "match_related", "threshold", "within", "after", "for_each"],
	]);
});

test("what holds anyway is not said", () => {
	expect(tidied(triggerSchema(arrived), { expect: ["a"], threshold: 1, within: 0, match: {}, after: [] })).toEqual({
		expect: ["a"],
	});
});

test("a trigger of another kind keeps what it can", () => {
	const absence = turned(arrived, "absence");
	expect(absence).toEqual({ ...arrived, posture: "Proactive", within: 3600 });
	expect(kindOf(absence)).toBe("absence");
	expect(turned(absence, "event")).toEqual({ ...arrived, within: 3600 });
	const both = turned(arrived, "compound");
	expect(both).toEqual({ type: "compound", triggers: [arrived] });
	expect(turned(both, "sequence")).toEqual({ type: "sequence", triggers: [arrived] });
	expect(turned(both, "event")).toEqual(arrived);
});

test("what is missing is found where it is", () => {
	const draft = {
		...blank(),
		trigger: turned(arrived, "compound"),
		actions: [{ type: "emit-event" as const, event: "" }],
		actions_on_resolve: [
			{ type: "run-deployment" as const, parameters: readJson("{") as never },
			{ type: "run-deployment" as const, parameters: { rows: readJson("[") } as never },
		],
	};
	expect(isWritable(draft)).toBe(false);
	expect(isWritable(blank())).toBe(true);
	expect(missing(draft)).toEqual({
		name: "This is needed",
		"actions[0].event": "This is needed",
		"actions_on_resolve[0].parameters": "This is not valid JSON",
		"actions_on_resolve[1].parameters.rows": "This is not valid JSON",
	});
});

test("what the server refuses is shown at its field, or as near as it says", () => {
	const text = "actions[1], send-notification: body: unexpected end.";
	expect(refusedAt({ field: "actions[1]" }, text)).toEqual({ "actions[1].body": text });
	const chosen = "actions[0], run-deployment: give deployment_id, or say that it is inferred.";
	expect(refusedAt({ field: "actions[0]" }, chosen)).toEqual({ "actions[0]": chosen });
	expect(refusedAt({ field: "automation.trigger.within" }, "no")).toEqual({ "trigger.within": "no" });
	expect(refusedAt(undefined, "no")).toEqual({});
	const problems = { "trigger.triggers[0].match[...]": "a", "trigger.triggers[0]": "b", "trigger.triggers[01].x": "c" };
	expect(problemsAt(problems, "trigger.triggers[0]")).toEqual({ own: "b", fields: { match: "a" } });
});
