import { expect, test } from "vitest";
import { begunWith, withDefaults } from "./job-template";

const template = {
	job_configuration: { image: "{{ image }}" },
	variables: {
		type: "object",
		properties: {
			image: { type: "string", default: "python" },
			env: { type: "object", default: {} },
			name: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
		},
	},
};

test("the defaults of a template are what its form begins with", () => {
	expect(begunWith(template)).toEqual({ image: "python", env: {}, name: null });
});

test("what a form says becomes a default, and the rest of the template stays", () => {
	const made = withDefaults(template, { image: "mine", env: {}, name: "" });
	expect(made.job_configuration).toBe(template.job_configuration);
	expect(begunWith(made)).toEqual({ image: "mine", env: {}, name: null });
	expect(begunWith(template).image).toBe("python");
});

test("a template without variables stays as it is", () => {
	expect(withDefaults({}, { image: "x" })).toEqual({ variables: { properties: {} } });
});
