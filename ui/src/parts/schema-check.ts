/** What in a value does not fit its schema, by place: for what people type as text, where no form keeps them from it. */
import type { Schema } from "./schema-form";

/** What is wrong, and where: `trigger.triggers[0].within`. */
export interface Misfit {
	place: string;
	text: string;
}

interface Checked extends Schema {
	additionalProperties?: boolean | Checked;
	discriminator?: { propertyName: string; mapping: Record<string, string> };
	pattern?: string;
	minItems?: number;
}

const WORDS: Record<string, string> = {
	string: "text",
	integer: "a whole number",
	number: "a number",
	boolean: "true or false",
	array: "a list",
	object: "a map of names and values",
	null: "nothing",
};

const isMap = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function followed(schema: Checked, defs: Record<string, Schema>): Checked {
	const name = schema.$ref?.split("/").pop();
	return name === undefined ? schema : followed((defs[name] ?? {}) as Checked, defs);
}

function isOf(type: string, value: unknown): boolean {
	switch (type) {
		case "array":
			return Array.isArray(value);
		case "object":
			return isMap(value);
		case "null":
			return value === null;
		case "integer":
			return Number.isInteger(value);
		default:
			return typeof value === type;
	}
}

function shown(value: unknown): string {
	const text = JSON.stringify(value);
	return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

const below = (place: string, name: string): string => (place ? `${place}.${name}` : name);

/** Whatever does not fit; nothing where all of it does. */
export function misfits(value: unknown, of: Schema, defs: Record<string, Schema>, place = ""): Misfit[] {
	const schema = followed(of as Checked, defs);
	if (schema.anyOf) return ofSome(value, schema, defs, place);
	const wrong = (text: string): Misfit[] => [{ place, text: `${place || "This"} ${text}; it is ${shown(value)}.` }];
	if (schema.enum) return schema.enum.includes(value) ? [] : wrong(`is one of ${schema.enum.join(", ")}`);
	if (typeof schema.type === "string" && !isOf(schema.type, value)) return wrong(`must be ${WORDS[schema.type]}`);
	if (typeof value === "number" && schema.minimum !== undefined && value < schema.minimum)
		return wrong(`must be ${schema.minimum} or more`);
	if (typeof value === "number" && schema.maximum !== undefined && value > schema.maximum)
		return wrong(`must be ${schema.maximum} or less`);
	if (typeof value === "string" && schema.pattern && !new RegExp(schema.pattern).test(value))
		return wrong(`must look like ${schema.pattern}`);
	if (Array.isArray(value)) {
		if (value.length < (schema.minItems ?? 0)) return wrong("must not be empty");
		return value.flatMap((each, at) => misfits(each, schema.items ?? {}, defs, `${place}[${at}]`));
	}
	return isMap(value) ? ofMap(value, schema, defs, place) : [];
}

function ofMap(value: Record<string, unknown>, schema: Checked, defs: Record<string, Schema>, place: string): Misfit[] {
	const known = schema.properties ?? {};
	const found: Misfit[] = (schema.required ?? [])
		.filter((name) => value[name] === undefined)
		.map((name) => ({ place, text: `${below(place, name)} is missing.` }));
	for (const [name, each] of Object.entries(value)) {
		const own =
			(Object.hasOwn(known, name) && known[name]) ||
			(isMap(schema.additionalProperties) ? (schema.additionalProperties as Schema) : null);
		if (own) found.push(...misfits(each, own, defs, below(place, name)));
		else if (schema.additionalProperties === false)
			found.push({
				place: below(place, name),
				text: `There is no field ${below(place, name)}; there are ${Object.keys(known).join(", ")}.`,
			});
	}
	return found;
}

/** A value that may be one of several things: which one, its own word says, or its kind. */
function ofSome(value: unknown, schema: Checked, defs: Record<string, Schema>, place: string): Misfit[] {
	const some = (schema.anyOf ?? []).map((each) => followed(each as Checked, defs));
	if (schema.discriminator && isMap(value)) {
		const { propertyName: tag, mapping } = schema.discriminator;
		const named = String(value[tag]);
		if (Object.hasOwn(mapping, named)) return misfits(value, { $ref: mapping[named] }, defs, place);
		const at = below(place, tag);
		return [
			{ place: value[tag] === undefined ? place : at, text: `${at} is none of ${Object.keys(mapping).join(", ")}.` },
		];
	}
	const outcomes = some.map((each) => misfits(value, each, defs, place));
	const [first] = outcomes.sort((a, b) => a.length - b.length);
	if (first === undefined || first.length === 0) return [];
	const near = some.find((each) => typeof each.type === "string" && isOf(each.type, value));
	if (near) return misfits(value, near, defs, place);
	const kinds = some.map((each) =>
		each.enum ? each.enum.join(" or ") : (WORDS[String(each.type)] ?? "something else"),
	);
	return [{ place, text: `${place || "This"} must be ${kinds.join(" or ")}; it is ${shown(value)}.` }];
}
