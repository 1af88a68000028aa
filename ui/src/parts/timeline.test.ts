import { expect, test } from "vitest";
import type { TaskRun } from "../api/client";
import { laid } from "./timeline";

const run = (id: string, from: number, to: number | null): TaskRun =>
	({
		id,
		name: id,
		start_time: new Date(from).toISOString(),
		end_time: to === null ? null : new Date(to).toISOString(),
		state: { type: to === null ? "RUNNING" : "COMPLETED" },
	}) as TaskRun;

test("a bar takes the first lane that is free when it begins", () => {
	const { bars, lanes } = laid([run("c", 60, 90), run("a", 0, 50), run("b", 10, null), run("d", 70, 80)]);
	expect(bars.map((bar) => [bar.id, bar.lane])).toEqual([
		["a", 0],
		["b", 1],
		["c", 0],
		["d", 2],
	]);
	expect(lanes).toBe(3);
});
