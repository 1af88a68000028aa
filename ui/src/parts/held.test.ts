import { expect, test } from "vitest";
import { newer } from "./held";

test("what is newer than all that is known waits, what is older is shown", () => {
	const known = new Set(["c", "d"]);
	expect(newer(["a", "b", "c", "d", "e"], known)).toBe(2);
	expect(newer(["d", "e"], known)).toBe(0);
	expect(newer(["a", "b"], null)).toBe(0);
});

test("a list of which nothing is known is another one, and is shown whole", () => {
	expect(newer(["x", "y"], new Set(["a"]))).toBe(0);
});
