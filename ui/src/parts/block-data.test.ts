import { expect, test } from "vitest";
import { inForm, kept, MASKED, referred, referring, sent } from "./block-data";
import type { Schema } from "./schema-form";

const schema: Schema = {
	properties: { user: { type: "string" }, password: { type: "string" }, note: { type: "string" }, port: {} },
	required: ["user", "password"],
};

test("a form never holds what stands for a secret", () => {
	expect(inForm({ user: "ann", password: MASKED }, { password: "" })).toEqual({ user: "ann" });
	expect(kept({ user: "ann", password: MASKED })).toEqual(["password"]);
});

test("a field that a block says nothing of holds what its type says", () => {
	expect(inForm({ user: "ann", verify: false }, { verify: true, port: 25 })).toEqual({
		user: "ann",
		verify: false,
		port: 25,
	});
});

test("a secret that is left alone stays, one that is typed takes its place", () => {
	const before = { user: "ann", password: MASKED };
	expect(sent(schema, { user: "bob" }, before)).toEqual({ user: "bob", password: MASKED });
	expect(sent(schema, { user: "bob", password: "new" }, before)).toEqual({ user: "bob", password: "new" });
	expect(sent(schema, { user: "bob" }, {})).toEqual({ user: "bob" });
});

test("an empty field that may be empty is left out, nothing else is", () => {
	expect(sent(schema, { user: "", note: "", port: 0 }, {})).toEqual({ user: "", port: 0 });
});

test("a block is named by its id", () => {
	expect(referred(referring("7"))).toBe("7");
	expect(referred(undefined)).toBeUndefined();
	expect(referred("text")).toBeUndefined();
});
