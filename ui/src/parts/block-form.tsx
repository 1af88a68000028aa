/** The form of a block, made from the schema of its type. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { post } from "../api/client";
import { referring } from "./block-data";
import { type Choice, Fields, type Schema, type Values } from "./schema-form";

interface BlockFormProps {
	schema: Schema;
	values: Values;
	change: (values: Values) => void;
	problems: Record<string, string>;
	/** Secrets that the block has already. */
	kept?: string[];
}

export function BlockForm({ schema, ...rest }: BlockFormProps) {
	const within = useMemo(() => blocksWithin(schema), [schema]);
	const types = [...new Set(Object.values(within).flat())];
	const documents = useQuery({
		queryKey: ["blocks", "of", ...types],
		queryFn: () => post("/block-documents/list", { block_types: types, sort: "name", limit: 1000 }),
		enabled: types.length > 0,
	});
	const choices: Record<string, Choice[]> = Object.fromEntries(
		Object.entries(within).map(([field, slugs]) => [
			field,
			(documents.data?.items ?? [])
				.filter((each) => slugs.includes(each.block_type_slug))
				.map((each) => ({ label: `${each.block_type_slug}/${each.name}`, value: referring(each.id) })),
		]),
	);
	return <Fields schema={schema} secrets={schema.secret_fields} choices={choices} {...rest} />;
}

/** The types of the blocks that a field may hold, by field. */
export function blocksWithin(schema: Schema): Record<string, string[]> {
	return Object.fromEntries(
		Object.entries(schema.block_schema_references ?? {}).map(([field, named]) => [
			field,
			(Array.isArray(named) ? named : [named]).map((each) => each.block_type_slug),
		]),
	);
}
