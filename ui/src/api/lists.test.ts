import { expect, test } from "vitest";
import { parted } from "./lists";

test("of a long list nothing is left out", () => {
	const ids = Array.from({ length: 450 }, (_, number) => String(number));
	expect(parted(ids).map((part) => part.length)).toEqual([200, 200, 50]);
	expect(parted(ids).flat()).toEqual(ids);
	expect(parted([])).toEqual([]);
});
