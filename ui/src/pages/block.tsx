/** One block: its fields, how code uses it and what happened to it; and the form of a new one. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { patch, post, read, remove, type Schemas } from "../api/client";
import { newId } from "../api/ids";
import { useMay } from "../api/session";
import { Markdown } from "../parts/artifact";
import { inForm, kept, referred, sent } from "../parts/block-data";
import { BlockForm } from "../parts/block-form";
import { BlockTest, useSending } from "../parts/block-test";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Card, Facts, Go, Page } from "../parts/frame";
import { who } from "../parts/history";
import { navigate, useFilters } from "../parts/router";
import { Rows } from "../parts/rows";
import { defaults, faults, type Schema, type Values } from "../parts/schema-form";
import { Moment } from "../parts/time";
import { type Kind, useKinds, useSchema } from "./blocks";

type Document = Schemas["BlockDocument"];

/** The page of a block by its id; `new` is that of a block that is yet to be made. */
export function Block({ id }: { id: string }) {
	return id === "new" ? <New /> : <Saved id={id} />;
}

function Saved({ id }: { id: string }) {
	const block = useQuery({
		queryKey: ["blocks", "one", id],
		queryFn: () => read("/block-documents/{id}", { id }),
	});
	const schema = useQuery({
		queryKey: ["blocks", "schema-of", block.data?.block_schema_id],
		queryFn: async () =>
			(await read("/block-schemas/{ref}", { ref: block.data?.block_schema_id ?? "" })).fields as Schema,
		enabled: block.data !== undefined,
	});
	const kinds = useKinds();
	return (
		<Shown of={block}>
			{(data) => (
				<Page
					name={data.name}
					above={<Go to={`/blocks?type=${data.block_type_slug}`}>{data.block_type_slug}</Go>}
					title={data.name}
					beside={
						<>
							<Test block={data} />
							<Delete block={data} />
						</>
					}
				>
					<div className="stack">
						<Card>
							<Shown of={schema} rows={3}>
								{(fields) => <Body key={data.updated} block={data} schema={fields} />}
							</Shown>
						</Card>
						<Use block={data} kind={kinds.data?.find((kind) => kind.slug === data.block_type_slug)} />
						<Happened id={id} />
					</div>
				</Page>
			)}
		</Shown>
	);
}

function Test({ block }: { block: Document }) {
	const sends = useSending(block.block_type_slug);
	return sends ? <BlockTest id={block.id} name={`${block.block_type_slug}/${block.name}`} /> : null;
}

function Delete({ block }: { block: Document }) {
	const queries = useQueryClient();
	return (
		<Deed
			label="Delete"
			title={`Delete ${block.name}?`}
			danger
			why
			may={useMay("edit")}
			confirm="Delete the block"
			act={async (reason) => {
				await remove("/block-documents/{id}", { id: block.id }, reason);
				navigate("/blocks");
				void queries.invalidateQueries({ queryKey: ["blocks"] });
				return `${block.name} was deleted.`;
			}}
		>
			Code that loads it fails from then on. A block that others name is not deleted.
		</Deed>
	);
}

function Body({ block, schema }: { block: Document; schema: Schema }) {
	const may = useMay("edit");
	const queries = useQueryClient();
	const [values, setValues] = useState<Values>(() => inForm(block.data, defaults(schema)));
	const [problems, setProblems] = useState<Record<string, string>>({});
	const [reason, setReason] = useState("");
	const [busy, setBusy] = useState(false);
	const secrets = kept(block.data);
	if (!may) return <Read block={block} />;
	const save = async () => {
		const found = faults(schema, values, secrets);
		setProblems(found);
		if (Object.keys(found).length > 0) return;
		setBusy(true);
		await attempt(async () => {
			const data = sent(schema, values, block.data);
			await patch("/block-documents/{id}", { data, merge: false }, { id: block.id }, reason);
			await queries.invalidateQueries({ queryKey: ["blocks"] });
			void queries.invalidateQueries({ queryKey: ["events"] });
			return `${block.name} was saved.`;
		});
		setBusy(false);
	};
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				void save();
			}}
		>
			<BlockForm schema={schema} values={values} change={setValues} problems={problems} kept={secrets} />
			<Group mt="md" align="flex-end">
				<TextInput
					className="grow"
					label="Why (optional)"
					name="reason"
					description="Kept with the change"
					value={reason}
					onChange={(e) => setReason(e.currentTarget.value)}
				/>
				<Button type="submit" loading={busy} className="save">
					Save
				</Button>
			</Group>
		</form>
	);
}

/** The fields for those who may look. */
function Read({ block }: { block: Document }) {
	return (
		<Facts
			of={Object.entries(block.data).map(([name, value]) => {
				const other = referred(value);
				const named = other ? block.references?.[other] : undefined;
				return [
					name,
					other ? (
						<Go key={name} to={`/blocks/${other}`}>
							{(named as Document | undefined)?.name ?? "another block"}
						</Go>
					) : (
						<span key={name} className="mono">
							{typeof value === "string" ? value : JSON.stringify(value)}
						</span>
					),
				];
			})}
		/>
	);
}

function Use({ block, kind }: { block: Document; kind: Kind | undefined }) {
	const example = (
		kind?.example ?? `\`\`\`python\nBlock.load("${block.block_type_slug}/BLOCK_NAME")\n\`\`\``
	).replaceAll("BLOCK_NAME", block.name);
	return (
		<Card title="How code uses it">
			{kind?.description ? <p className="dim small">{kind.description}</p> : null}
			<Markdown text={example} />
		</Card>
	);
}

function Happened({ id }: { id: string }) {
	const events = useQuery({
		queryKey: ["events", "of-block", id],
		queryFn: () => post("/events/list", { any_resource_ids: [`segue.block-document.${id}`], limit: 20 }),
	});
	return (
		<Card title="What happened to it" flush>
			<Shown of={events} rows={2}>
				{(data) =>
					data.items.length === 0 ? (
						<Empty title="Nothing is known any more" />
					) : (
						<Rows heads={["Event", "By", "Why", "When"]}>
							{data.items.map((event) => (
								<tr key={event.id}>
									<td className="mono">{event.event}</td>
									<td>{who(event.actor)}</td>
									<td className="wide">
										<span className="cut">{event.reason}</span>
									</td>
									<td>
										<Moment at={event.occurred} />
									</td>
								</tr>
							))}
						</Rows>
					)
				}
			</Shown>
		</Card>
	);
}

function New() {
	const may = useMay("edit");
	const [filters, change] = useFilters();
	const kinds = useKinds();
	const slug = filters.get("type");
	const kind = kinds.data?.find((each) => each.slug === slug);
	const schema = useSchema(kind);
	return (
		<Page title="New block" name="New block" above={<Go to="/blocks">Blocks</Go>}>
			{may ? (
				<Card>
					<Select
						label="Type"
						description="A type of your own appears here once its code has been registered: segue block register -f FILE"
						placeholder="Choose what it is"
						searchable
						mb="sm"
						data={(kinds.data ?? []).map((each) => ({ value: each.slug, label: each.name }))}
						value={slug}
						onChange={(value) => change({ type: value })}
					/>
					{kind ? (
						<Shown of={schema} rows={3}>
							{(fields) => <Make key={kind.slug} kind={kind} schema={fields} />}
						</Shown>
					) : null}
				</Card>
			) : (
				<Card>
					<Empty title="Your role lets you look, not make blocks">
						An operator or an admin can: <code>segue user set-role NAME operator</code>
					</Empty>
				</Card>
			)}
		</Page>
	);
}

function Make({ kind, schema }: { kind: Kind; schema: Schema }) {
	const queries = useQueryClient();
	const [name, setName] = useState("");
	const [values, setValues] = useState<Values>(() => defaults(schema));
	const [problems, setProblems] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const make = async () => {
		const found = faults(schema, values);
		setProblems(found);
		if (Object.keys(found).length > 0) return;
		setBusy(true);
		await attempt(async () => {
			if (kind.standard) {
				await post("/block-types", kind.standard.type);
				await post("/block-schemas", kind.standard.schema);
			}
			const data = sent(schema, values, {});
			const made = await post("/block-documents", { id: newId(), name, block_type: kind.slug, data });
			await queries.invalidateQueries({ queryKey: ["blocks"] });
			navigate(`/blocks/${made.id}`);
			return `${kind.slug}/${name} was made.`;
		});
		setBusy(false);
	};
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				void make();
			}}
		>
			{kind.description ? <p className="dim small">{kind.description}</p> : null}
			<TextInput
				label="Name"
				name="block-name"
				description="Lower case letters, digits and dashes"
				required
				mb="sm"
				value={name}
				onChange={(e) => setName(e.currentTarget.value)}
			/>
			<BlockForm schema={schema} values={values} change={setValues} problems={problems} />
			<Button type="submit" mt="md" loading={busy} className="save">
				Save
			</Button>
		</form>
	);
}
