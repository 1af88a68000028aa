/** A deployment changed in a form: what was changed is sent, for the version that the form was opened with. */
import { Button, NumberInput, Select, Switch, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { unlessOvertaken, useBegun } from "../api/begun";
import { type Deployment, patch, type WorkPool } from "../api/client";
import { Shown } from "../parts/conditions";
import { say } from "../parts/deeds";
import { Dialogue } from "../parts/dialogue";
import { type Template, variablesOf } from "../parts/job-template";
import { defaults, Fields, faults, type Schema, type Values } from "../parts/schema-form";
import { usePools } from "./deployments";

const SERVED = "none: whoever serves it runs it";

export function EditDeployment({ id, name }: { id: string; name: string }) {
	const [opened, setOpened] = useState(false);
	return (
		<>
			<Button size="xs" variant="default" onClick={() => setOpened(true)}>
				Change
			</Button>
			{opened ? <Opened id={id} name={name} close={() => setOpened(false)} /> : null}
		</>
	);
}

function Opened({ id, name, close }: { id: string; name: string; close: () => void }) {
	const begun = useBegun("/deployments/{id}", { id });
	const pools = usePools();
	if (begun.data) return <Form of={begun.data.value} version={begun.data.version} pools={pools} close={close} />;
	return (
		<Dialogue title={`Change ${name}`} opened close={close} send={async () => {}} verb="Save">
			<Shown of={begun}>{() => null}</Shown>
		</Dialogue>
	);
}

/** A deployment's own values after a form: what stands as it began stays as it was, what was emptied is taken away. */
export function own(before: Values, began: Values, now: Values): Values {
	const kept = { ...before };
	for (const name of new Set([...Object.keys(began), ...Object.keys(now)])) {
		if (JSON.stringify(began[name]) === JSON.stringify(now[name])) continue;
		if (now[name] === undefined || now[name] === "" || now[name] === null) delete kept[name];
		else kept[name] = now[name];
	}
	return kept;
}

/** What is no JSON, by name; a parameter may be called as a job variable is. */
export const unread = (parameters: Values, job: Values) => ({ ...faults({}, parameters), ...faults({}, job) });

type Facts = Pick<
	Deployment,
	| "description"
	| "tags"
	| "concurrency_limit"
	| "enforce_parameter_schema"
	| "keep_running"
	| "parameters"
	| "job_variables"
	| "work_pool_name"
	| "work_queue_name"
>;

/** What the form changes, as it is sent. */
const facts = (of: Facts) => ({
	description: of.description?.trim() || null,
	tags: of.tags ?? [],
	concurrency_limit: of.concurrency_limit ?? null,
	enforce_parameter_schema: of.enforce_parameter_schema ?? true,
	keep_running: of.keep_running ?? false,
	parameters: of.parameters ?? {},
	job_variables: of.job_variables ?? {},
	work_pool_name: of.work_pool_name ?? null,
	work_queue_name: of.work_pool_name ? of.work_queue_name?.trim() || null : null,
});

/** What of it differs from what was there; a queue is one of its pool, so both are said or neither. */
export function changes(before: Facts, now: Facts): Partial<ReturnType<typeof facts>> {
	const [old, wanted] = [facts(before), facts(now)];
	const same = (name: keyof typeof old) => JSON.stringify(old[name]) === JSON.stringify(wanted[name]);
	const stays = same("work_pool_name") && same("work_queue_name");
	return Object.fromEntries(
		Object.entries(wanted).filter(([name]) =>
			name.startsWith("work_") ? !stays : !same(name as keyof ReturnType<typeof facts>),
		),
	);
}

function Form({
	of,
	version,
	pools,
	close,
}: {
	of: Deployment;
	version: string;
	pools: Map<string, WorkPool>;
	close: () => void;
}) {
	const queries = useQueryClient();
	const schema = (of.parameter_openapi_schema ?? {}) as Schema;
	const [begun] = useState<Values>(() => ({ ...defaults(schema), ...of.parameters }));
	const [draft, setDraft] = useState<Facts>(of);
	const put = (next: Partial<Facts>) => setDraft({ ...draft, ...next });
	const [values, setValues] = useState<Values>(begun);
	const pool = draft.work_pool_name ?? null;
	const template = pool === null ? {} : ((pools.get(pool)?.base_job_template ?? {}) as Template);
	const jobs = variablesOf(template);
	const [job, setJob] = useState<Values>({});
	const [reason, setReason] = useState("");
	const [problems, setProblems] = useState<Record<string, string>>({});
	const jobBegun = { ...defaults(jobs), ...of.job_variables };
	const send = async () => {
		const found = unread(values, job);
		setProblems(found);
		if (Object.keys(found).length > 0) throw new Error(`Not valid JSON: ${Object.keys(found).join(", ")}.`);
		const wanted = changes(of, {
			...draft,
			parameters: own(of.parameters ?? {}, begun, values),
			job_variables: own(of.job_variables ?? {}, jobBegun, { ...jobBegun, ...job }),
		});
		await unlessOvertaken(of.name, () => patch("/deployments/{id}", wanted, { id: of.id }, reason.trim(), version));
		await queries.invalidateQueries({ queryKey: ["deployments"] });
		say(`${of.name} was changed.`);
		close();
	};
	return (
		<Dialogue title={`Change ${of.flow_name}/${of.name}`} size="lg" opened close={close} send={send} verb="Save">
			<Textarea
				label="Description"
				name="description"
				autosize
				value={draft.description ?? ""}
				onChange={(e) => put({ description: e.currentTarget.value })}
			/>
			<TagsInput label="Tags" value={draft.tags ?? []} onChange={(tags) => put({ tags })} />
			<Select
				label="Work pool"
				name="work-pool"
				placeholder={SERVED}
				clearable
				data={[...pools.keys()]}
				value={pool}
				onChange={(chosen) => {
					put({ work_pool_name: chosen, work_queue_name: null });
					setJob({});
				}}
			/>
			{pool === null ? null : (
				<TextInput
					label="Work queue"
					description="One that is not there yet is made"
					name="work-queue"
					placeholder="default"
					value={draft.work_queue_name ?? ""}
					onChange={(e) => put({ work_queue_name: e.currentTarget.value })}
				/>
			)}
			<NumberInput
				label="Runs at once"
				name="concurrency-limit"
				min={1}
				allowDecimal={false}
				placeholder={draft.keep_running ? "One: it is kept running" : "No limit"}
				disabled={draft.keep_running}
				value={draft.concurrency_limit ?? ""}
				onChange={(given) => put({ concurrency_limit: given === "" ? null : Number(given) })}
			/>
			<Switch
				label="Kept running"
				description="One run of it is under way at any time, and begun again when it ends"
				name="keep-running"
				checked={draft.keep_running ?? false}
				onChange={(e) => put({ keep_running: e.currentTarget.checked })}
			/>
			<Switch
				label="Parameters must fit the flow"
				description="Runs with others are refused before they are made"
				name="enforce"
				checked={draft.enforce_parameter_schema ?? true}
				onChange={(e) => put({ enforce_parameter_schema: e.currentTarget.checked })}
			/>
			<div>
				<Text size="sm" fw={600} mb={6}>
					Parameters
				</Text>
				{Object.keys(schema.properties ?? {}).length > 0 ? (
					<Fields schema={schema} values={values} change={setValues} problems={problems} />
				) : (
					<Text size="sm" c="dimmed">
						The flow takes none.
					</Text>
				)}
			</div>
			{jobs.properties ? (
				<details>
					<summary>Job variables</summary>
					<div style={{ marginTop: 12 }}>
						<Fields schema={jobs} values={{ ...jobBegun, ...job }} change={setJob} problems={problems} />
					</div>
				</details>
			) : null}
			<TextInput
				label="Why (optional)"
				description="Kept in the history of the deployment"
				name="reason"
				value={reason}
				onChange={(e) => setReason(e.currentTarget.value)}
			/>
		</Dialogue>
	);
}
