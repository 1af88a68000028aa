/** Base job templates: what a pool's jobs are started with, and the defaults of their variables. */
import { defaults, type Schema, type Values } from "./schema-form";

export type Template = Record<string, unknown>;

/** The schema of a template's variables. */
export function variablesOf(template: Template | null | undefined): Schema {
	return ((template as { variables?: Schema } | null | undefined)?.variables ?? {}) as Schema;
}

/** What a form of a template's variables begins with. */
export const begunWith = (template: Template): Values => defaults(variablesOf(template));

/** The template with these values as the defaults of its variables; what is not named keeps its own. */
export function withDefaults(template: Template, values: Values): Template {
	const variables = variablesOf(template);
	const properties = Object.fromEntries(
		Object.entries(variables.properties ?? {}).map(([name, each]) => {
			if (!(name in values) || JSON.stringify(values[name]) === JSON.stringify(each.default)) return [name, each];
			return [name, { ...each, default: values[name] === undefined || values[name] === "" ? null : values[name] }];
		}),
	);
	return { ...template, variables: { ...variables, properties } };
}
