/** The form of a trigger, made from the schema of its type; triggers within it have the same form. */
import { Alert, Button, Group, NumberInput, Select, TagsInput } from "@mantine/core";
import type { Schemas } from "../api/client";
import {
	filled,
	KINDS,
	type Kind,
	kindOf,
	metricSchema,
	type Problems,
	problemsAt,
	tidied,
	triggerSchema,
	turned,
} from "./automation-draft";
import type { Trigger } from "./automation-words";
import { matchField, relatedField } from "./match-form";
import { Fields, type OwnField, type Values } from "./schema-form";

type Outer = Schemas["CompoundTrigger"] | Schemas["SequenceTrigger"];

/** Names that are often meant; any other may be typed. */
const NAMES = [
	...["Failed", "Crashed", "Completed", "Running", "Cancelled", "Late", "Paused", "Scheduled", "*"].map(
		(state) => `segue.flow-run.${state}`,
	),
	"segue.task-run.Failed",
	"segue.deployment.paused",
	"segue.work-pool.not-ready",
	"segue.worker.*",
];

const namesField: OwnField = ({ value, set, error, schema }) => (
	<TagsInput
		label={schema.title}
		description={schema.description}
		error={error}
		placeholder="Type one and press Enter"
		acceptValueOnBlur
		data={NAMES}
		value={Array.isArray(value) ? value : []}
		onChange={set}
	/>
);

interface TriggerFormProps {
	trigger: Trigger;
	change: (trigger: Trigger) => void;
	problems: Problems;
	/** Where it is: `trigger`, or `trigger.triggers[0]`. */
	place: string;
}

export function TriggerForm({ trigger, change, problems, place }: TriggerFormProps) {
	const schema = triggerSchema(trigger);
	const { own, fields } = problemsAt(problems, place);
	const set = (values: Values) =>
		change({ ...kept(trigger), ...tidied(schema, pick(values, Object.keys(schema.properties ?? {}))) } as Trigger);
	return (
		<div className="stack trigger" data-place={place}>
			<Select
				label="When"
				aria-label={`When (${place})`}
				allowDeselect={false}
				data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
				value={kindOf(trigger)}
				onChange={(kind) => kind && change(turned(trigger, kind as Kind))}
			/>
			{own ? (
				<Alert color="red" variant="light" role="alert">
					{own}
				</Alert>
			) : null}
			{trigger.type === "metric" ? (
				<MetricFields trigger={trigger} change={change} problems={problems} place={place} />
			) : null}
			{trigger.type === "compound" ? <Require trigger={trigger} change={change} error={fields.require} /> : null}
			{trigger.type === "compound" || trigger.type === "sequence" ? (
				<Inner trigger={trigger} change={change} problems={problems} place={place} />
			) : null}
			<Fields
				schema={schema}
				values={filled(schema, trigger as unknown as Values)}
				change={set}
				problems={fields}
				own={{ match: matchField, match_related: relatedField, expect: namesField, after: namesField }}
			/>
		</div>
	);
}

/** What of a trigger is no field of its schema's form. */
function kept(trigger: Trigger): Values {
	const { type, posture, triggers, metric, require } = trigger as unknown as Values;
	return JSON.parse(JSON.stringify({ type, posture, triggers, metric, require }));
}

const pick = (values: Values, names: string[]): Values =>
	Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

function MetricFields({ trigger, change, problems, place }: TriggerFormProps & { trigger: Schemas["MetricTrigger"] }) {
	const schema = metricSchema(trigger.metric.name);
	return (
		<Fields
			schema={schema}
			values={filled(schema, trigger.metric as unknown as Values)}
			change={(values) => {
				const known = metricSchema(String(values.name));
				const metric = tidied(known, pick(values, Object.keys(known.properties ?? {})));
				change({ ...trigger, metric: metric as unknown as Schemas["MetricTriggerQuery"] });
			}}
			problems={problemsAt(problems, `${place}.metric`).fields}
			own={{ events: namesField }}
		/>
	);
}

function Require({
	trigger,
	change,
	error,
}: {
	trigger: Schemas["CompoundTrigger"];
	change: (trigger: Trigger) => void;
	error: string | undefined;
}) {
	const require = trigger.require ?? "all";
	return (
		<Group align="flex-end" gap={8}>
			<Select
				className="grow"
				label="How many of them"
				error={error}
				allowDeselect={false}
				data={[
					{ value: "all", label: "All of them" },
					{ value: "any", label: "Any of them" },
					{ value: "some", label: "At least so many of them" },
				]}
				value={typeof require === "number" ? "some" : require}
				onChange={(value) =>
					change({
						...trigger,
						require: value === "some" ? Math.min(2, trigger.triggers.length) : (value as "any" | "all"),
					})
				}
			/>
			{typeof require === "number" ? (
				<NumberInput
					w={90}
					aria-label="So many of them"
					min={1}
					max={trigger.triggers.length}
					allowDecimal={false}
					value={require}
					onChange={(value) => value !== "" && change({ ...trigger, require: Number(value) })}
				/>
			) : null}
		</Group>
	);
}

function Inner({ trigger, change, problems, place }: TriggerFormProps & { trigger: Outer }) {
	const put = (triggers: Trigger[]) => change({ ...trigger, triggers } as Trigger);
	return (
		<div className="stack inner">
			{trigger.triggers.map((each, at) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: triggers have no name but their place
				<div key={at} className="boxed">
					<Group justify="space-between" mb={4}>
						<strong className="small">{trigger.type === "sequence" ? `${at + 1}.` : `Trigger ${at + 1}`}</strong>
						<Group gap={4}>
							{trigger.type === "sequence" && at > 0 ? (
								<Button
									size="compact-xs"
									variant="subtle"
									aria-label={`Earlier: trigger ${at + 1}`}
									onClick={() => put(swapped(trigger.triggers, at))}
								>
									Earlier
								</Button>
							) : null}
							<Button
								size="compact-xs"
								variant="subtle"
								color="red"
								aria-label={`Leave out trigger ${at + 1}`}
								disabled={trigger.triggers.length < 2}
								onClick={() => put(trigger.triggers.filter((_, one) => one !== at))}
							>
								Leave out
							</Button>
						</Group>
					</Group>
					<TriggerForm
						trigger={each}
						change={(next) => put(trigger.triggers.map((one, there) => (there === at ? next : one)))}
						problems={problems}
						place={`${place}.triggers[${at}]`}
					/>
				</div>
			))}
			<div>
				<Button
					size="xs"
					variant="default"
					onClick={() => put([...trigger.triggers, { type: "event", expect: ["segue.flow-run.Failed"] }])}
				>
					Add a trigger
				</Button>
			</div>
		</div>
	);
}

function swapped(all: Trigger[], at: number): Trigger[] {
	const next = [...all];
	[next[at - 1], next[at]] = [all[at] as Trigger, all[at - 1] as Trigger];
	return next;
}
