import { expect, test } from "vitest";
import { pathOf } from "./paths";

test("a path is what stands behind the base", () => {
	expect(pathOf("/ui")).toBe("/");
	expect(pathOf("/")).toBe("/");
	expect(pathOf("/ui/flow-runs")).toBe("/flow-runs");
	expect(pathOf("/ui/flow-runs/0198")).toBe("/flow-runs/0198");
});

test("links as programs write them lead to the same pages", () => {
	expect(pathOf("/runs/flow-run/0198")).toBe("/flow-runs/0198");
	expect(pathOf("/ui/runs/task-run/0198")).toBe("/task-runs/0198");
	expect(pathOf("/ui/work-pools/work-pool/my%20pool")).toBe("/work-pools/my%20pool");
	expect(pathOf("/ui/flows/flow/0198")).toBe("/flows/0198");
	expect(pathOf("/ui/work-pools/work-pool/p/worker/w")).toBe("/work-pools/work-pool/p/worker/w");
});
