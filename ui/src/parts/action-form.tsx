/** The form of an action, made from the schema of its type; what it names by an id is chosen by its name. */
import { Alert, Button, Group, Input, Select, Switch, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { post, read } from "../api/client";
import {
	ACTION_TYPES,
	actionMeaning,
	actionSchema,
	begun,
	filled,
	type Problems,
	problemsAt,
	quietSchema,
	tidied,
} from "./automation-draft";
import type { Action } from "./automation-words";
import { BlockTest, notifying } from "./block-test";
import { changed, Parameters as DeploymentParameters, isLoose, ownParameters } from "./deployment-parameters";
import { type Choice, Fields, type OwnField, type Values } from "./schema-form";

const called = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1).replaceAll("-", " ");

/** What may be chosen for a field that holds an id. */
const CHOICES: Record<string, () => Promise<Choice[]>> = {
	deployment_id: async () =>
		(await post("/deployments/list", { sort: "name", limit: 1000 })).items.map((each) => ({
			label: `${each.flow_name}/${each.name}`,
			value: each.id,
		})),
	schedule_id: async () => {
		const [found, deployments] = await Promise.all([
			post("/schedules/list", { limit: 1000 }),
			post("/deployments/list", { limit: 1000 }),
		]);
		const names = new Map(deployments.items.map((each) => [each.id, `${each.flow_name}/${each.name}`]));
		return found.items.map((each) => ({
			label: `${names.get(each.deployment_id) ?? each.deployment_id}: ${each.slug ?? each.id}`,
			value: each.id,
		}));
	},
	work_pool_id: async () =>
		(await post("/work-pools/list", { sort: "name", limit: 1000 })).items.map((each) => ({
			label: each.name,
			value: each.id,
		})),
	work_queue_id: async () =>
		(await post("/work-queues/list", { limit: 1000 })).items.map((each) => ({
			label: `${each.work_pool_name}/${each.name}`,
			value: each.id,
		})),
	automation_id: async () =>
		(await post("/automations/list", { sort: "name", limit: 1000 })).items.map((each) => ({
			label: each.name,
			value: each.id,
		})),
};

/** The types of blocks that can do what an action asks of them; those of credentials are of many types. */
const BLOCKS: Record<string, () => Promise<string[]>> = {
	"send-notification": notifying,
	"call-webhook": async () => ["webhook"],
};

function useChoices(action: Action): Record<string, Choice[]> {
	const schema = actionSchema(action.type);
	const fields = Object.keys(schema.properties ?? {}).filter((name) => name in CHOICES || name === "block_document_id");
	const found = useQuery({
		queryKey: ["automations", "choices", action.type],
		queryFn: async () =>
			Object.fromEntries(
				await Promise.all(
					fields.map(async (name) => [name, await (CHOICES[name]?.() ?? blocks(action.type))] as const),
				),
			),
		enabled: fields.length > 0,
		staleTime: 10_000,
	});
	// What stands there already can be kept, be it a template or gone.
	return Object.fromEntries(
		Object.entries(found.data ?? {}).map(([name, choices]) => {
			const value = (action as unknown as Values)[name];
			const known = value === undefined || choices.some((each) => each.value === value);
			return [name, known ? choices : [...choices, { label: String(value), value }]];
		}),
	);
}

async function blocks(type: string): Promise<Choice[]> {
	const found = await post("/block-documents/list", { block_types: await BLOCKS[type]?.(), sort: "name", limit: 1000 });
	return found.items.map((each) => ({ label: `${each.block_type_slug}/${each.name}`, value: each.id }));
}

/** A text of several lines, which may be a template. */
const textField =
	(label: string): OwnField =>
	({ value, set, error, schema }) => (
		<Textarea
			label={label}
			name={label.toLowerCase()}
			description={
				schema.description ?? "A template: {{ event.resource.name }}, {{ flow_run.name }}, {{ automation.name }}"
			}
			error={error}
			autosize
			minRows={3}
			className="mono-field"
			value={typeof value === "string" ? value : ""}
			onChange={(e) => set(e.currentTarget.value)}
		/>
	);

const quietField: OwnField = ({ value, set, error, schema }) => (
	<Input.Wrapper label="Quiet hours" description={schema.description} error={error}>
		<Switch
			mt={6}
			size="xs"
			label="Wait while people rest"
			checked={value !== undefined && value !== null}
			onChange={(e) => set(e.currentTarget.checked ? { start: "22:00", end: "07:00", timezone: "UTC" } : undefined)}
		/>
		{typeof value === "object" && value !== null ? (
			<div className="boxed">
				<Fields
					schema={quietSchema}
					values={filled(quietSchema, value as Values)}
					change={(values) => set(tidied(quietSchema, values))}
				/>
			</div>
		) : null}
	</Input.Wrapper>
);

const OWN: Record<string, OwnField> = { quiet: quietField, body: textField("Body"), payload: textField("Payload") };

/** What the runs of a deployment are given: the deployment's parameters where it is known, any JSON where it is not. */
function ParametersField({
	deployment: id,
	value,
	set,
	error,
	problems,
	schema,
}: Parameters<OwnField>[0] & { deployment: string; problems: Problems }) {
	const found = useQuery({
		queryKey: ["deployments", "one", id],
		queryFn: () => read("/deployments/{id}", { id }),
		retry: false,
		staleTime: 10_000,
	});
	const given = (value ?? {}) as Values;
	const deployment = found.data;
	if (found.isPending) return null;
	if (deployment === undefined || isLoose(deployment))
		return (
			<Fields
				schema={{ properties: { parameters: schema } }}
				values={{ parameters: value }}
				change={(next) => set(next.parameters)}
				problems={error ? { parameters: error } : {}}
			/>
		);
	const begun = ownParameters(deployment);
	return (
		<Input.Wrapper
			label="Parameters"
			description="What is left as it is, is the deployment's own; every text may be a template"
			error={error}
		>
			<div className="boxed">
				<DeploymentParameters
					deployment={deployment}
					values={{ ...begun, ...given }}
					change={(next) => {
						// What was said before is still said where it is what the deployment says as well.
						const said = Object.entries(given).filter(
							([name, each]) => JSON.stringify(each) === JSON.stringify(next[name]),
						);
						const all = { ...Object.fromEntries(said), ...changed(begun, next, deployment.parameters ?? {}) };
						set(Object.keys(all).length ? all : undefined);
					}}
					problems={problems}
					templates={begun}
				/>
			</div>
		</Input.Wrapper>
	);
}

export function ActionForm({
	action,
	change,
	leave,
	problems,
	place,
}: {
	action: Action;
	change: (action: Action) => void;
	leave: () => void;
	problems: Problems;
	/** Where it is: `actions[0]`. */
	place: string;
}) {
	const schema = actionSchema(action.type);
	const choices = useChoices(action);
	const { own, fields } = problemsAt(problems, place);
	// The payload of an event is a map, and that of a call a text.
	const shown = Object.fromEntries(
		Object.entries(OWN).filter(([name]) => name === "quiet" || schema.properties?.[name]?.type === "string"),
	);
	if (action.type === "run-deployment" && action.deployment_id) {
		const deployment = action.deployment_id;
		shown.parameters = (of) => (
			// Of another deployment it begins anew.
			<ParametersField
				key={deployment}
				{...of}
				deployment={deployment}
				problems={problemsAt(problems, `${place}.parameters`).fields}
			/>
		);
	}
	const block = action.type in BLOCKS ? (action as unknown as Values).block_document_id : undefined;
	const tested = choices.block_document_id?.find((each) => each.value === block);
	return (
		<div className="boxed stack" data-place={place}>
			<Group align="flex-end" gap={8} wrap="nowrap">
				<Select
					className="grow"
					label="Then"
					aria-label={`Then (${place})`}
					description={actionMeaning(action.type)}
					searchable
					allowDeselect={false}
					data={ACTION_TYPES.map((value) => ({ value, label: called(value) }))}
					value={action.type}
					onChange={(type) => type && type !== action.type && change(begun(type))}
				/>
				<Button size="sm" variant="subtle" color="red" aria-label={`Leave out ${place}`} onClick={leave}>
					Leave out
				</Button>
			</Group>
			{own ? (
				<Alert color="red" variant="light" role="alert">
					{own}
				</Alert>
			) : null}
			<Fields
				schema={schema}
				values={filled(schema, action as unknown as Values)}
				change={(values) => {
					const { type, ...rest } = values;
					// What the runs of one deployment are given means nothing to another.
					if (action.type === "run-deployment" && rest.deployment_id !== action.deployment_id) delete rest.parameters;
					change({ type: action.type, ...tidied(schema, rest) } as unknown as Action);
				}}
				problems={fields}
				choices={choices}
				own={shown}
			/>
			{tested ? <BlockTest id={String(tested.value)} name={tested.label} /> : null}
		</div>
	);
}
