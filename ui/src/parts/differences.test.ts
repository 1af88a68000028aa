import { expect, test } from "vitest";
import { differences } from "./differences";

test("what differs is told fact by fact, of maps by its path", () => {
	const before: Record<string, unknown> = {
		path: "/a",
		parameters: { day: "monday", size: 1 },
		steps: [1],
		note: null,
	};
	const after: Record<string, unknown> = {
		path: "/a",
		parameters: { size: 2, day: "monday", dry: true },
		steps: [1, 2],
	};
	expect(differences(before, after, ["path", "parameters", "steps", "note"])).toEqual([
		{ name: "parameters.size", before: "1", after: "2" },
		{ name: "parameters.dry", before: null, after: "true" },
		{ name: "steps", before: "[1]", after: "[1,2]" },
	]);
});

test("an order of keys is no difference", () => {
	expect(differences({ env: { a: "1", b: "2" } }, { env: { b: "2", a: "1" } }, ["env"])).toEqual([]);
});
