import { expect, test } from "vitest";
import { ACTION_TYPES, begun } from "./automation-draft";
import { type Action, deeds, does, fires, idsIn, inLine, placeOf, type Trigger } from "./automation-words";

const ID = "01980000-0000-7000-8000-000000000001";
const names = new Map([[ID, "load/nightly"]]);
const when = (trigger: Trigger) => inLine(fires(trigger, names));

test("triggers within a trigger are counted as people count", () => {
	expect(["0", "1.0", "1.10"].map(placeOf)).toEqual(["1", "2.1", "2.11"]);
});

test("events are said by what happens to what", () => {
	expect(when({ type: "event" })).toBe("any event comes");
	expect(when({ type: "event", expect: ["file.arrived"], match: { "segue.resource.id": "s3://in/*" } })).toBe(
		"file.arrived of s3://in/* comes",
	);
	expect(
		when({
			type: "event",
			expect: ["segue.flow-run.Failed", "segue.flow-run.Crashed"],
			match_related: { "segue.resource.role": "flow", "segue.resource.name": "orders" },
			threshold: 3,
			within: 900,
		}),
	).toBe("a flow run of flow orders becomes Failed or Crashed 3 times within 15 minutes");
	expect(when({ type: "event", expect: ["segue.deployment.paused"] })).toBe("a deployment is paused");
	expect(when({ type: "event", expect: ["segue.automation.*"] })).toBe("an automation changes");
});

test("absence says what does not come, and since when it is waited for", () => {
	expect(
		when({
			type: "event",
			posture: "Proactive",
			after: ["segue.flow-run.Running"],
			expect: ["segue.flow-run.Completed"],
			for_each: ["segue.resource.id"],
			match: { "segue.resource.id": `segue.deployment.${ID}` },
			within: 3600,
		}),
	).toBe(
		"no flow run of deployment load/nightly becomes Completed within 1 hour after a flow run becomes Running, counted for each segue.resource.id",
	);
});

test("numbers are said with their bound in their unit", () => {
	const metric = { name: "successes" as const, operator: "<" as const, threshold: 0.9, range: 3600, firing_for: 60 };
	expect(when({ type: "metric", metric })).toBe(
		"the share of runs that succeed over 1 hour is below 90 % for 1 minute",
	);
	expect(
		when({
			type: "metric",
			metric: { ...metric, name: "value", events: ["shop.sold"], field: "rows", statistic: "max", threshold: 7 },
		}),
	).toBe("the greatest of rows in shop.sold over 1 hour is below 7 for 1 minute");
});

test("triggers within triggers are said one after the other", () => {
	const [a, b] = ["a", "b"].map((name): Trigger => ({ type: "event", expect: [name] })) as [Trigger, Trigger];
	expect(
		when({ type: "compound", triggers: [a, { type: "sequence", triggers: [b, a], within: 60 }], require: "any" }),
	).toBe("any of these happens: a comes; these happen in their order within 1 minute: b comes; a comes");
	expect(when({ type: "compound", triggers: [a, b], require: 2, within: 5 })).toBe(
		"2 of these happen within 5 seconds: a comes; b comes",
	);
});

test("actions say what they do to what", () => {
	const told = (action: Action) => does(action, names);
	expect(told({ type: "run-deployment", deployment_id: ID, schedule_after: 60 })).toBe(
		"run deployment load/nightly, 1 minute later",
	);
	expect(told({ type: "cancel-flow-run" })).toBe("cancel the flow run that the event is about");
	expect(told({ type: "cancel-flow-run", flow_name: "report", tags: ["x"] })).toBe(
		"cancel every open flow run of flow report and tagged x",
	);
	expect(told({ type: "change-flow-run-state", state: "FAILED" })).toBe(
		"bring the flow run that the event is about into Failed",
	);
	expect(told({ type: "send-notification", block_document_id: "x", subject: "oh", body: "no" })).toBe("send “oh” by x");
	expect(
		deeds({ actions: [{ type: "do-nothing" }], actions_on_resolve: [{ type: "emit-event", event: "over" }] }),
	).toEqual([
		{ when: "", text: "nothing: the firing is recorded" },
		{ when: "when it is over", text: "emit over" },
	]);
});

test("ids are found wherever they stand", () => {
	expect(
		idsIn([
			{
				trigger: { type: "event", match: { "segue.resource.id": [`segue.flow.${ID}`, "segue.flow-run.*"] } },
				actions: [{ type: "run-deployment", deployment_id: ID }],
			},
		]),
	).toEqual({ flow: [ID], deployment: [ID] });
});

test("an action that is only begun has words as well", () => {
	for (const type of ACTION_TYPES) expect(does(begun(type)), type).toMatch(/^(?!.*undefined).*[a-z]$/);
	expect(does(begun("change-flow-run-state"))).toBe("bring the flow run that the event is about into a state");
});
