/** What stands in the form of a block, and what is sent: a secret is written, and never read. */
import type { Schema, Values } from "./schema-form";

/** What stands for a secret wherever it is not shown. */
export const MASKED = "********";

/** A block that another one names. */
export interface Reference {
	$ref: { block_document_id: string };
}

export const referring = (id: string): Reference => ({ $ref: { block_document_id: id } });

export function referred(value: unknown): string | undefined {
	return (value as Partial<Reference> | undefined)?.$ref?.block_document_id;
}

/** The fields of a block as a form begins with them: those it says nothing of hold what its type says, secrets are left out. */
export function inForm(data: Values, unsaid: Values): Values {
	return Object.fromEntries(Object.entries({ ...unsaid, ...data }).filter(([, value]) => value !== MASKED));
}

/** Secrets that the block has, by field. */
export const kept = (data: Values): string[] =>
	Object.entries(data)
		.filter(([, value]) => value === MASKED)
		.map(([name]) => name);

/** What is sent: a secret that was left alone stays what it is, an empty field that may be empty is left out. */
export function sent(schema: Schema, values: Values, before: Values): Values {
	const data: Values = {};
	for (const name of Object.keys(schema.properties ?? {})) {
		const value = values[name];
		const needed = (schema.required ?? []).includes(name);
		if (value === undefined || value === null || (value === "" && !needed)) {
			if (before[name] === MASKED) data[name] = MASKED;
		} else data[name] = value;
	}
	return data;
}
