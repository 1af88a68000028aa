import { expect, test } from "vitest";
import { readJson } from "../parts/schema-form";
import { changes, own, unread } from "./deployment-form";

const before = {
	description: "nightly",
	parameters: { rows: 5 },
	job_variables: {},
	work_pool_name: "here",
	work_queue_name: "default",
};

test("what was not touched is not sent", () => {
	expect(changes(before, before)).toEqual({});
	expect(changes(before, { ...before, description: "nightly ", tags: [], keep_running: false })).toEqual({});
});

test("what was emptied is taken away, and a queue goes with its pool", () => {
	expect(changes(before, { ...before, description: " ", concurrency_limit: 2 })).toEqual({
		description: null,
		concurrency_limit: 2,
	});
	expect(changes(before, { ...before, work_queue_name: " slow " })).toEqual({
		work_pool_name: "here",
		work_queue_name: "slow",
	});
	expect(changes(before, { ...before, work_pool_name: null })).toEqual({
		work_pool_name: null,
		work_queue_name: null,
	});
});

test("a value of its own is kept as it is while nobody touches it", () => {
	expect(own({ rows: 5, more: 1 }, { rows: 5, region: "north" }, { rows: 5, region: "north" })).toEqual({
		rows: 5,
		more: 1,
	});
	expect(own({ rows: 5 }, { rows: 5, region: "north" }, { rows: "", region: "east" })).toEqual({ region: "east" });
});

test("a parameter that is no JSON is found beside a job variable of the same name", () => {
	expect(Object.keys(unread({ env: readJson("{") }, { env: { A: "1" } }))).toEqual(["env"]);
	expect(Object.keys(unread({ env: {} }, { env: readJson("{"), image: "i" }))).toEqual(["env"]);
	expect(unread({ env: {} }, { env: {} })).toEqual({});
});
