import { expect, test } from "vitest";
import { readText } from "./automation-text";
import { yaml } from "./yaml";

const GOOD = `# who is told
name: two files
enabled: yes
trigger:
  type: compound
  require: 2
  triggers:
    - {type: event, expect: [file.arrived], match: {since: 2031-01-01}}
    - type: metric
      metric: {name: value, events: [rows], field: n, operator: "<", threshold: 1e1}
actions:
  - type: send-notification
    block_document_id: b
    body: |
      one
      two
`;

test("an automation is read as the command line reads it", () => {
	const { draft, faults, lineOf } = readText(GOOD, "yaml");
	expect(faults).toEqual([]);
	expect(draft).toMatchObject({
		name: "two files",
		enabled: true,
		trigger: { require: 2, triggers: [{ match: { since: "2031-01-01" } }, { metric: { threshold: 10 } }] },
		actions: [{ body: "one\ntwo\n" }],
	});
	expect(readText(yaml(draft), "yaml").draft).toEqual(draft);
	expect(readText(JSON.stringify(draft, null, "\t"), "json").draft).toEqual(draft);
	expect(lineOf("trigger.triggers[1].metric.field")).toBe(10);
	expect(lineOf("actions[0].quiet.start")).toBe(12);
	expect(lineOf("nowhere")).toBe(1);
});

test.each([
	["name: [a", 1, "Flow sequence"],
	["name: a\ntrigger: {type: event}\nname: b\n", 3, "unique"],
	["- a\n", 1, "An automation is a map"],
	["name: a\n", 1, "trigger is missing."],
	["name: a\ntrigger:\n  type: events\n", 3, "trigger.type is none of event, compound, sequence, metric."],
	["name: a\ntrigger:\n  within: 5\n", 2, "trigger.type is none of event, compound, sequence, metric."],
	["name: a\ntrigger:\n  type: event\n  wihtin: 5\n", 4, "There is no field trigger.wihtin; there are type, match,"],
	["name: a\ntrigger:\n  type: event\n  within: soon\n", 4, 'trigger.within must be a number; it is "soon".'],
	["name: a\ntrigger: {type: event, threshold: 0}\n", 2, "trigger.threshold must be 1 or more; it is 0."],
	["name: a\ntrigger: {type: event, threshold: 1.5}\n", 2, "trigger.threshold must be a whole number; it is 1.5."],
	["name: 7\ntrigger: {type: event}\n", 1, "name must be text; it is 7."],
	["name: a\ntrigger: {type: event, match: {a: [1]}}\n", 2, "trigger.match.a[0] must be text; it is 1."],
	["name: a\ntrigger: {type: event, match: {a: 1}}\n", 2, "trigger.match.a must be text or a list; it is 1."],
	["name: a\ntrigger: {type: event, posture: Later}\n", 2, "trigger.posture is one of Proactive, Reactive"],
	["name: a\ntrigger: {type: compound, triggers: []}\n", 2, "trigger.triggers must not be empty; it is []."],
	["name: a\ntrigger: {type: compound, require: some, triggers: [{type: event}]}\n", 2, "trigger.require must be"],
	["name: a\ntrigger: {type: event}\nactions:\n  - type: do-nothing\n  - type: shout\n", 5, "actions[1].type is none"],
	[
		"name: a\ntrigger: {type: event}\nactions:\n  - type: send-notification\n    block_document_id: b\n    body: c\n    quiet: {start: 7}\n",
		7,
		"actions[0].quiet.start must be text or nothing; it is 7.",
	],
	["name: a\ntrigger: {type: constructor}\n", 2, "trigger.type is none of event, compound, sequence, metric."],
	["name: a\ntrigger: {type: event}\nvalueOf: b\n", 3, "There is no field valueOf; there are"],
	["name: a\ntrigger: &a {type: compound, triggers: [*a]}\n", 1, "An alias in it stands for what it is in."],
	[
		"a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b]\nname: [*c, *c, *c, *c, *c, *c, *c, *c]\n",
		1,
		"alias",
	],
])("%j is wrong on line %i", (text, line, said) => {
	const { draft, faults } = readText(text, "yaml");
	expect(draft).toBeNull();
	expect(faults.map((each) => each.line)).toContain(line);
	expect(faults.map((each) => each.text).join("\n")).toContain(said);
});

test("JSON is wrong where it breaks off", () => {
	expect(readText('{\n"name": "a",\n"trigger": }', "json").faults[0]?.line).toBe(3);
	expect(readText("{", "json").faults).toHaveLength(1);
});
