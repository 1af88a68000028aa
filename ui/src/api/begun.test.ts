import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { ONCE } from "./begun";

test("what a form began with stays as it was when everything is read anew, and is asked for until it is there", async () => {
	const queries = new QueryClient();
	let asked = 0;
	const queryFn = async () => {
		asked += 1;
		if (asked === 1) throw new Error("away");
		return asked;
	};
	const form = new QueryObserver(queries, { queryKey: ["form"], queryFn, retry: false, ...ONCE });
	const leave = form.subscribe(() => {});
	// The first is under way, and in vain.
	await queries.invalidateQueries();
	expect(form.getCurrentResult().error).toEqual(new Error("away"));
	await queries.invalidateQueries();
	expect(form.getCurrentResult().data).toBe(2);
	for (let lost = 0; lost < 3; lost++) await queries.invalidateQueries();
	expect(form.getCurrentResult().data).toBe(2);
	expect(asked).toBe(2);
	leave();
});
