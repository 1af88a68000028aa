/** A form made from a JSON schema: fields for what people type, JSON for the rest; checked before it is sent. */
import {
	Anchor,
	JsonInput,
	MultiSelect,
	NumberInput,
	PasswordInput,
	Select,
	Stack,
	Switch,
	TagsInput,
	Textarea,
	TextInput,
} from "@mantine/core";
import { type ReactNode, useState } from "react";

export interface Schema {
	type?: string | string[];
	title?: string;
	description?: string;
	default?: unknown;
	enum?: unknown[];
	const?: unknown;
	format?: string;
	properties?: Record<string, Schema>;
	required?: string[];
	items?: Schema;
	anyOf?: Schema[];
	allOf?: Schema[];
	$ref?: string;
	$defs?: Record<string, Schema>;
	definitions?: Record<string, Schema>;
	writeOnly?: boolean;
	minimum?: number;
	maximum?: number;
	secret_fields?: string[];
	/** Of the fields that hold another block: which type that is of, or which. */
	block_schema_references?: Record<string, BlockReference | BlockReference[]>;
}

export interface BlockReference {
	block_type_slug: string;
}

export type Values = Record<string, unknown>;

export interface Choice {
	label: string;
	value: unknown;
}

/** A schema with its reference followed and its optional part unwrapped. */
export function plainly(schema: Schema, root: Schema): Schema {
	if (schema.$ref) {
		const name = schema.$ref.split("/").pop() ?? "";
		const found = root.$defs?.[name] ?? root.definitions?.[name] ?? {};
		return plainly({ ...found, ...(schema.default === undefined ? {} : { default: schema.default }) }, root);
	}
	if (schema.allOf?.length === 1) return plainly({ ...schema, ...schema.allOf[0], allOf: undefined }, root);
	const some = schema.anyOf?.filter((each) => each.type !== "null");
	if (some?.length === 1)
		return plainly({ ...schema, ...some[0], anyOf: undefined, title: schema.title ?? some[0]?.title }, root);
	return schema;
}

export function defaults(schema: Schema): Values {
	const found: Values = {};
	for (const [name, each] of Object.entries(schema.properties ?? {})) {
		const plain = plainly(each, schema);
		if (each.default !== undefined) found[name] = each.default;
		else if (plain.default !== undefined) found[name] = plain.default;
		else if (plain.type === "boolean") found[name] = false;
	}
	return found;
}

const words = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");

/** What is missing or no JSON, by field; what is kept is not missing. */
export function faults(schema: Schema, values: Values, kept: string[] = []): Record<string, string> {
	const found: Record<string, string> = {};
	for (const name of schema.required ?? [])
		if (kept.includes(name)) continue;
		else if (values[name] === undefined || values[name] === "" || values[name] === null) found[name] = "This is needed";
	for (const [name, value] of Object.entries(values))
		if (value instanceof Unread) found[name] = "This is not valid JSON";
	return found;
}

/** Text in a field for JSON that is none yet. */
export class Unread {
	constructor(readonly text: string) {}
}

/** A field with a form of its own. */
export type OwnField = (of: {
	value: unknown;
	set: (value: unknown) => void;
	error: string | undefined;
	schema: Schema;
}) => ReactNode;

export function Fields({
	schema,
	values,
	change,
	problems = {},
	secrets = [],
	kept = [],
	choices = {},
	own = {},
	templates,
}: {
	schema: Schema;
	values: Values;
	change: (values: Values) => void;
	problems?: Record<string, string>;
	/** Fields whose value is written and never shown. */
	secrets?: string[];
	/** Secrets that exist already and stay as they are when left empty. */
	kept?: string[];
	/** What may be chosen for a field, as a label and the value that it stands for. */
	choices?: Record<string, Choice[]>;
	/** Fields that are shown in a way of their own. */
	own?: Record<string, OwnField>;
	/** Where each may be a template, which is a text: what they are when they are none. */
	templates?: Values;
}) {
	return (
		<Stack gap="sm">
			{Object.entries(schema.properties ?? {}).map(([name, each]) => {
				if (each.const !== undefined) return null;
				const set = (value: unknown) => change({ ...values, [name]: value });
				const Own = own[name];
				if (Own) return <div key={name}>{Own({ value: values[name], set, error: problems[name], schema: each })}</div>;
				const secret = secrets.some((field) => field === name || field.startsWith(`${name}.`));
				const Shape = templates ? Templated : Field;
				return (
					<Shape
						usual={templates?.[name]}
						key={name}
						name={name}
						schema={plainly(each, schema)}
						secret={secret}
						kept={kept.includes(name)}
						choices={choices[name]}
						value={values[name]}
						set={set}
						error={problems[name]}
						required={!kept.includes(name) && (schema.required ?? []).includes(name)}
					/>
				);
			})}
		</Stack>
	);
}

interface FieldProps {
	name: string;
	/** Its value as long as nobody says another. */
	usual?: unknown;
	schema: Schema;
	secret: boolean;
	kept: boolean;
	value: unknown;
	set: (value: unknown) => void;
	error: string | undefined;
	required: boolean;
	choices: Choice[] | undefined;
}

/** A field whose value may be a template, and then is typed as text. */
function Templated(props: FieldProps) {
	const { name, schema, value, set, error, required } = props;
	const isText = schema.type === "string" && schema.enum === undefined;
	const [asText, setAsText] = useState(() => !isText && typeof value === "string" && /\{[{%]/.test(value));
	const label = schema.title ?? words(name);
	if (isText) return <Field {...props} schema={{ ...schema, format: undefined }} />;
	return (
		<div className="templated">
			{asText ? (
				<TextInput
					name={name}
					label={label}
					description={schema.description}
					error={error}
					withAsterisk={required}
					placeholder="{{ event.payload.name }}"
					className="mono-field"
					value={typeof value === "string" ? value : ""}
					onChange={(e) => set(e.currentTarget.value || undefined)}
				/>
			) : (
				<Field {...props} />
			)}
			<Anchor
				component="button"
				type="button"
				size="xs"
				aria-label={`${label}: ${asText ? "give a value" : "give a template"}`}
				onClick={() => {
					setAsText(!asText);
					if (asText) set(props.usual);
				}}
			>
				{asText ? "Give a value" : "Give a template"}
			</Anchor>
		</div>
	);
}

function Field({ name, schema, secret, kept, value, set, error, required, choices }: FieldProps) {
	const shared = {
		name,
		label: schema.title ?? words(name),
		description: schema.description,
		error,
		withAsterisk: required,
	};
	if (choices) {
		const chosen = choices.findIndex((each) => JSON.stringify(each.value) === JSON.stringify(value));
		return (
			<Select
				{...shared}
				searchable
				clearable
				clearButtonProps={{ "aria-label": "Choose none" }}
				nothingFoundMessage="There is none yet: make one first"
				data={choices.map((each, at) => ({ value: String(at), label: each.label }))}
				value={chosen < 0 ? null : String(chosen)}
				onChange={(at) => set(at === null ? undefined : choices[Number(at)]?.value)}
			/>
		);
	}
	if ((secret || schema.format === "password" || schema.writeOnly) && schema.type !== "object")
		return (
			<PasswordInput
				{...shared}
				autoComplete="new-password"
				placeholder={kept ? "Unchanged" : ""}
				value={typeof value === "string" ? value : ""}
				onChange={(e) => set(e.currentTarget.value || undefined)}
			/>
		);
	if (schema.enum)
		return (
			<Select
				{...shared}
				data={schema.enum.map(String)}
				value={value === undefined ? null : String(value)}
				onChange={(text) => set(schema.enum?.find((each) => String(each) === text))}
			/>
		);
	if (schema.type === "boolean")
		return (
			<Switch
				name={name}
				label={shared.label}
				description={schema.description}
				error={error}
				checked={value === true}
				onChange={(e) => set(e.currentTarget.checked)}
			/>
		);
	if (schema.type === "integer" || schema.type === "number")
		return (
			<NumberInput
				{...shared}
				allowDecimal={schema.type === "number"}
				min={schema.minimum}
				max={schema.maximum}
				value={typeof value === "number" ? value : ""}
				onChange={(number) => set(number === "" ? undefined : Number(number))}
			/>
		);
	if (schema.type === "string" && schema.format === undefined) {
		const text = typeof value === "string" ? value : "";
		if (text.includes("\n"))
			return <Textarea {...shared} autosize value={text} onChange={(e) => set(e.currentTarget.value)} />;
		return <TextInput {...shared} value={text} onChange={(e) => set(e.currentTarget.value)} />;
	}
	if (schema.type === "string")
		return (
			<TextInput
				{...shared}
				type={schema.format === "date" ? "date" : "text"}
				placeholder={schema.format}
				value={typeof value === "string" ? value : ""}
				onChange={(e) => set(e.currentTarget.value || undefined)}
			/>
		);
	if (schema.type === "array" && schema.items?.type === "string" && !schema.items.enum && isTexts(value))
		return (
			<TagsInput
				{...shared}
				placeholder="Type one and press Enter"
				acceptValueOnBlur
				value={value ?? []}
				onChange={(texts) => set(texts)}
			/>
		);
	if (schema.type === "array" && schema.items?.enum && isTexts(value))
		return (
			<MultiSelect
				{...shared}
				data={schema.items.enum.map(String)}
				value={value ?? []}
				onChange={(texts) => set(texts)}
			/>
		);
	// Where a text will do, what is no JSON is one.
	const textual = (schema.anyOf ?? []).some((each) => each.type === "string");
	const take = (text: string) => {
		const read = readJson(text);
		set(textual && read instanceof Unread ? read.text : read);
	};
	return (
		<JsonInput
			{...shared}
			description={schema.description ?? (textual ? undefined : "JSON")}
			placeholder={kept ? "Unchanged" : ""}
			autosize
			minRows={2}
			value={textual && typeof value === "string" ? value : written(value)}
			onChange={take}
		/>
	);
}

const isTexts = (value: unknown): value is string[] | undefined =>
	value === undefined || (Array.isArray(value) && value.every((each) => typeof each === "string"));

const written = (value: unknown): string =>
	value === undefined ? "" : value instanceof Unread ? value.text : JSON.stringify(value, null, 2);

export function readJson(text: string): unknown {
	if (text.trim() === "") return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return new Unread(text);
	}
}
