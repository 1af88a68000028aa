import { expect, test } from "vitest";
import { pieces, plain } from "./ansi";

test("colours begin, change and end; other sequences vanish", () => {
	expect(pieces("\u001b[1;31mred\u001b[0m and \u001b[32mgreen\u001b[39m.\u001b[2K")).toEqual([
		{ text: "red", classes: ["ansi-bold", "ansi-31"] },
		{ text: " and ", classes: [] },
		{ text: "green", classes: ["ansi-32"] },
		{ text: ".", classes: [] },
	]);
	expect(pieces("\u001b[38;5;31mx")).toEqual([{ text: "x", classes: [] }]);
	expect(plain("\u001b[31mred\u001b[0m")).toBe("red");
});
