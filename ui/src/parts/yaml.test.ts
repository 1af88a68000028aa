import { expect, test } from "vitest";
import { yaml } from "./yaml";

test("an automation is written as one would write it by hand", () => {
	expect(
		yaml({
			name: "tell me",
			trigger: { type: "event", expect: ["segue.flow-run.Failed", "file.*"], match: {}, within: 60.5 },
			actions: [{ type: "send-notification", body: "one\ntwo", tags: [] }, { type: "do-nothing" }],
			enabled: true,
		}),
	).toBe(
		`name: tell me
trigger:
  type: event
  expect: [segue.flow-run.Failed, file.*]
  match: {}
  within: 60.5
actions:
  - type: send-notification
    body: |-
      one
      two
    tags: []
  - type: do-nothing
enabled: true`,
	);
});

test("what would be read as something else is quoted", () => {
	for (const text of [
		"yes",
		"12",
		"1e3",
		"null",
		"~",
		"",
		" a",
		"a ",
		"a: b",
		"# no",
		"{{ event.id }}",
		"*all",
		"- a",
		"2031-01-01",
		".5",
	])
		expect(yaml({ text })).toBe(`text: ${JSON.stringify(text)}`);
	for (const text of ["a\n\n b", "a \nb", "\na", "a\n\n"]) expect(yaml({ text })).toBe(`text: ${JSON.stringify(text)}`);
	expect(yaml({ "a: b": [["x"], [{ b: 1, z: null }]] })).toBe(`"a: b":\n  - - x\n  - - b: 1\n      z: null`);
});
