/** A deployment changed in a form: what was changed is sent, for the version that the form was opened with. */
import { Button, NumberInput, Select, Switch, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Deployment, patch, Refused, readVersion, type WorkPool } from "../api/client";
import { Shown } from "../parts/conditions";
import { say } from "../parts/deeds";
import { Dialogue } from "../parts/dialogue";
import { type Template, variablesOf } from "../parts/job-template";
import { defaults, Fields, faults, type Schema, type Values } from "../parts/schema-form";
import { usePools } from "./deployments";

const SERVED = "none: whoever serves it runs it";

export function EditDeployment({ id, name }: { id: string; name: string }) {
	const [opened, setOpened] = useState(0);
	const [shown, setShown] = useState(false);
	return (
		<>
			<Button
				size="xs"
				variant="default"
				onClick={() => {
					setOpened(opened + 1);
					setShown(true);
				}}
			>
				Change
			</Button>
			{shown ? <Opened key={opened} id={id} name={name} time={opened} close={() => setShown(false)} /> : null}
		</>
	);
}

function Opened({ id, name, time, close }: { id: string; name: string; time: number; close: () => void }) {
	// Read for this form alone, and never again while it is open: what others change meanwhile must not slip under it.
	const found = useQuery({
		queryKey: ["form", "deployment", id, time],
		queryFn: () => readVersion("/deployments/{id}", { id }),
		staleTime: Number.POSITIVE_INFINITY,
		refetchOnWindowFocus: false,
		gcTime: 0,
	});
	const pools = usePools();
	if (found.data && pools.size >= 0)
		return <Form of={found.data.value} version={found.data.version} pools={pools} close={close} />;
	return (
		<Dialogue title={`Change ${name}`} opened close={close} send={async () => {}} verb="Save">
			<Shown of={found}>{() => null}</Shown>
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

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

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
	const parameters = (of.parameters ?? {}) as Values;
	const variables = (of.job_variables ?? {}) as Values;
	const [begun] = useState<Values>(() => ({ ...defaults(schema), ...parameters }));
	const [description, setDescription] = useState(of.description ?? "");
	const [tags, setTags] = useState<string[]>(of.tags ?? []);
	const [limit, setLimit] = useState<number | null>(of.concurrency_limit ?? null);
	const [enforce, setEnforce] = useState(of.enforce_parameter_schema ?? true);
	const [keeps, setKeeps] = useState(of.keep_running ?? false);
	const [pool, setPool] = useState<string | null>(of.work_pool_name ?? null);
	const [queue, setQueue] = useState(of.work_queue_name ?? "");
	const [values, setValues] = useState<Values>(begun);
	const template = pool === null ? {} : ((pools.get(pool)?.base_job_template ?? {}) as Template);
	const jobs = variablesOf(template);
	const [job, setJob] = useState<Values>({});
	const [reason, setReason] = useState("");
	const [problems, setProblems] = useState<Record<string, string>>({});
	const jobBegun = { ...defaults(jobs), ...variables };
	const send = async () => {
		const found = faults({}, { ...values, ...job });
		setProblems(found);
		if (Object.keys(found).length > 0) throw new Error(`Not valid JSON: ${Object.keys(found).join(", ")}.`);
		const moved = pool !== (of.work_pool_name ?? null) || queue.trim() !== (of.work_queue_name ?? "");
		const wanted = own(parameters, begun, values);
		const started = own(variables, jobBegun, { ...jobBegun, ...job });
		try {
			await patch(
				"/deployments/{id}",
				{
					...(description.trim() === (of.description ?? "") ? {} : { description: description.trim() || null }),
					...(same(tags, of.tags ?? []) ? {} : { tags }),
					...(limit === (of.concurrency_limit ?? null) ? {} : { concurrency_limit: limit }),
					...(enforce === (of.enforce_parameter_schema ?? true) ? {} : { enforce_parameter_schema: enforce }),
					...(keeps === (of.keep_running ?? false) ? {} : { keep_running: keeps }),
					...(same(wanted, parameters) ? {} : { parameters: wanted }),
					...(same(started, variables) ? {} : { job_variables: started }),
					...(moved ? { work_pool_name: pool, work_queue_name: pool === null ? null : queue.trim() || null } : {}),
				},
				{ id: of.id },
				reason.trim(),
				version,
			);
		} catch (error) {
			if (error instanceof Refused && error.status === 412)
				throw new Error(
					`Somebody changed ${of.name} while this form was open, and nothing was saved. Close the form and open it again to see it as it is now.`,
				);
			throw error;
		}
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
				value={description}
				onChange={(e) => setDescription(e.currentTarget.value)}
			/>
			<TagsInput label="Tags" value={tags} onChange={setTags} />
			<Select
				label="Work pool"
				name="work-pool"
				placeholder={SERVED}
				clearable
				data={[...pools.keys()]}
				value={pool}
				onChange={(chosen) => {
					setPool(chosen);
					setQueue("");
					setJob({});
				}}
			/>
			{pool === null ? null : (
				<TextInput
					label="Work queue"
					description="One that is not there yet is made"
					name="work-queue"
					placeholder="default"
					value={queue}
					onChange={(e) => setQueue(e.currentTarget.value)}
				/>
			)}
			<NumberInput
				label="Runs at once"
				name="concurrency-limit"
				min={1}
				allowDecimal={false}
				placeholder={keeps ? "One: it is kept running" : "No limit"}
				disabled={keeps}
				value={limit ?? ""}
				onChange={(given) => setLimit(given === "" ? null : Number(given))}
			/>
			<Switch
				label="Kept running"
				description="One run of it is under way at any time, and begun again when it ends"
				name="keep-running"
				checked={keeps}
				onChange={(e) => setKeeps(e.currentTarget.checked)}
			/>
			<Switch
				label="Parameters must fit the flow"
				description="Runs with others are refused before they are made"
				name="enforce"
				checked={enforce}
				onChange={(e) => setEnforce(e.currentTarget.checked)}
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
