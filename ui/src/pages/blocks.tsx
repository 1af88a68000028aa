/** Blocks: all of them by their types, with what each type is for. */
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { post, read, type Schemas } from "../api/client";
import { usePages } from "../api/lists";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { Card, Dim, Go, Page } from "../parts/frame";
import { navigate, useFilters } from "../parts/router";
import { More, Named, Rows, useNamed } from "../parts/rows";
import type { Schema } from "../parts/schema-form";
import { Moment } from "../parts/time";
import { many } from "../parts/words";

export interface Kind {
	slug: string;
	name: string;
	description?: string | null;
	example?: string | null;
	/** Of a type that nobody has used yet: how it is made known. */
	standard?: Schemas["StandardBlock"];
}

/** Every type there is: those that are known, and those that come with Segue. */
export function useKinds() {
	return useQuery({
		queryKey: ["blocks", "types"],
		queryFn: async (): Promise<Kind[]> => {
			const [known, standard] = await Promise.all([
				post("/block-types/list", { limit: 1000 }),
				read("/standard-block-types"),
			]);
			const slugs = new Set(known.items.map((each) => each.slug));
			return [
				...known.items.map((each) => ({ ...each, example: each.code_example })),
				...standard.items
					.filter((each) => !slugs.has(each.type.slug))
					.map((each) => ({ ...each.type, example: each.type.code_example, standard: each })),
			].sort((a, b) => a.slug.localeCompare(b.slug));
		},
	});
}

/** The schema that new blocks of a type have. */
export function useSchema(kind: Kind | undefined) {
	return useQuery({
		queryKey: ["blocks", "schema", kind?.slug],
		queryFn: async (): Promise<Schema> => {
			const fields =
				kind?.standard?.schema.fields ??
				(await post("/block-schemas/list", { block_type: kind?.slug, limit: 1 })).items[0]?.fields;
			if (!fields) throw new Error(`The type ${kind?.slug} has no schema; register it again from its code.`);
			return fields as Schema;
		},
		enabled: kind !== undefined,
	});
}

export function Blocks() {
	const may = useMay("edit");
	const [filters, change] = useFilters();
	const name_like = useNamed();
	const type = filters.get("type");
	const kinds = useKinds();
	const { found: blocks, items } = usePages(["blocks", "list", name_like, type], (after) =>
		post("/block-documents/list", {
			name_like,
			block_types: type ? [type] : undefined,
			sort: "name",
			limit: 200,
			after,
		}),
	);
	const groups = useMemo(() => {
		const found = new Map<string, Schemas["BlockDocument"][]>();
		for (const each of items) found.set(each.block_type_slug, [...(found.get(each.block_type_slug) ?? []), each]);
		return [...found].sort(([a], [b]) => a.localeCompare(b));
	}, [items]);
	const about = new Map(kinds.data?.map((kind) => [kind.slug, kind]));
	return (
		<Page
			title="Blocks"
			name="Blocks"
			beside={
				may ? (
					<Button size="xs" onClick={() => navigate(`/blocks/new${type ? `?type=${type}` : ""}`)}>
						New block
					</Button>
				) : null
			}
		>
			<search className="filters">
				<Select
					size="xs"
					label="Type"
					placeholder="Any"
					w={220}
					clearable
					clearButtonProps={{ "aria-label": "Any type" }}
					data={(kinds.data ?? []).map((kind) => ({ value: kind.slug, label: kind.name }))}
					value={type}
					onChange={(value) => change({ type: value })}
				/>
				<Named hint="warehouse" bare />
			</search>
			<Shown of={blocks}>
				{() =>
					groups.length === 0 ? (
						<Card>
							<Empty
								title={name_like || type ? "No block is like that" : "No block"}
								step={name_like || type ? undefined : "segue block create secret db-password"}
							>
								Configuration and credentials under a name, with secrets encrypted. Code loads them by type and name.
							</Empty>
						</Card>
					) : (
						<div className="stack">
							{groups.map(([slug, items]) => (
								<Card
									key={slug}
									title={about.get(slug)?.name ?? slug}
									beside={<Dim>{many(items.length, "block")}</Dim>}
									flush
								>
									<p className="under-head">{about.get(slug)?.description}</p>
									<Rows heads={["Block", "Fields", "Changed"]}>
										{items.map((each) => (
											<tr key={each.id}>
												<td>
													<Go to={`/blocks/${each.id}`}>{each.name}</Go>
												</td>
												<td className="wide">
													<span className="cut dim">{Object.keys(each.data).join(", ")}</span>
												</td>
												<td>
													<Moment at={each.updated} />
												</td>
											</tr>
										))}
									</Rows>
								</Card>
							))}
							<More of={blocks} />
						</div>
					)
				}
			</Shown>
		</Page>
	);
}
