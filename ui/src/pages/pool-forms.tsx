/** Forms of work pools and queues: made, and changed. */
import { Button, Group, Select, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { patch, post, read, type WorkPool, type WorkQueue } from "../api/client";
import { useMay } from "../api/session";
import { Empty } from "../parts/conditions";
import { attempt, say } from "../parts/deeds";
import { Dialogue, Limit } from "../parts/dialogue";
import { begunWith, type Template, variablesOf, withDefaults } from "../parts/job-template";
import { Json } from "../parts/json";
import { navigate } from "../parts/router";
import { Fields, faults, type Values } from "../parts/schema-form";

export function NewPool({ opened, close }: { opened: boolean; close: () => void }) {
	const queries = useQueryClient();
	const types = useQuery({
		queryKey: ["work-pools", "types"],
		queryFn: () => read("/work-pool-types"),
		enabled: opened,
		staleTime: Number.POSITIVE_INFINITY,
	});
	const [name, setName] = useState("");
	const [type, setType] = useState("process");
	const [description, setDescription] = useState("");
	const [limit, setLimit] = useState<number | null>(null);
	const [paused, setPaused] = useState(false);
	const [values, setValues] = useState<Values>({});
	const [problems, setProblems] = useState<Record<string, string>>({});
	const template = types.data?.items.find((each) => each.type === type)?.base_job_template as Template | undefined;
	const send = async () => {
		const found = faults({}, values);
		setProblems(found);
		if (Object.keys(found).length > 0) throw new Error(`Not valid JSON: ${Object.keys(found).join(", ")}.`);
		const made = await post("/work-pools", {
			name: name.trim(),
			type,
			description: description.trim() || undefined,
			concurrency_limit: limit ?? undefined,
			is_paused: paused || undefined,
			base_job_template: template && Object.keys(values).length ? withDefaults(template, values) : undefined,
		});
		void queries.invalidateQueries({ queryKey: ["work-pools"] });
		say(`${made.name} was made.`);
		close();
		navigate(`/work-pools/${encodeURIComponent(made.name)}`);
	};
	return (
		<Dialogue title="New work pool" size="lg" opened={opened} close={close} send={send} verb="Make the work pool">
			<TextInput
				label="Name"
				name="pool-name"
				withAsterisk
				data-autofocus
				value={name}
				onChange={(e) => setName(e.currentTarget.value)}
			/>
			<Select
				label="Type"
				description="What its workers start runs on"
				name="pool-type"
				allowDeselect={false}
				data={types.data?.items.map((each) => each.type) ?? [type]}
				value={type}
				onChange={(chosen) => {
					setType(chosen ?? "process");
					setValues({});
				}}
			/>
			<TextInput label="Description" value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
			<Limit label="Runs at once" name="pool-limit" value={limit} change={setLimit} />
			<Switch label="Paused from the beginning" checked={paused} onChange={(e) => setPaused(e.currentTarget.checked)} />
			{template ? (
				<details>
					<summary>What its jobs are started with</summary>
					<Text size="sm" c="dimmed" my="sm">
						These are the defaults; a deployment, and each run, may say otherwise.
					</Text>
					<Fields
						schema={variablesOf(template)}
						values={{ ...begunWith(template), ...values }}
						change={setValues}
						problems={problems}
					/>
				</details>
			) : null}
		</Dialogue>
	);
}

export function EditPool({ pool, opened, close }: { pool: WorkPool; opened: boolean; close: () => void }) {
	const queries = useQueryClient();
	const [description, setDescription] = useState(pool.description ?? "");
	const [limit, setLimit] = useState<number | null>(pool.concurrency_limit ?? null);
	const send = async () => {
		await patch(
			"/work-pools/{name}",
			{ description: description.trim() || null, concurrency_limit: limit },
			{ name: pool.name },
		);
		await queries.invalidateQueries({ queryKey: ["work-pools"] });
		say(`${pool.name} was changed.`);
		close();
	};
	return (
		<Dialogue title={`Change ${pool.name}`} opened={opened} close={close} send={send} verb="Save">
			<Textarea
				label="Description"
				autosize
				value={description}
				onChange={(e) => setDescription(e.currentTarget.value)}
			/>
			<Limit label="Runs at once" name="pool-limit" value={limit} change={setLimit} />
		</Dialogue>
	);
}

/** A queue to be made, or one that is changed. */
export function QueueForm({
	pool,
	queue,
	close,
}: {
	pool: string;
	queue: WorkQueue | "new" | null;
	close: () => void;
}) {
	return queue === null ? null : (
		<QueueFields
			key={queue === "new" ? "" : queue.id}
			pool={pool}
			queue={queue === "new" ? null : queue}
			close={close}
		/>
	);
}

function QueueFields({ pool, queue, close }: { pool: string; queue: WorkQueue | null; close: () => void }) {
	const queries = useQueryClient();
	const [name, setName] = useState(queue?.name ?? "");
	const [description, setDescription] = useState(queue?.description ?? "");
	const [priority, setPriority] = useState<number | null>(queue?.priority ?? null);
	const [limit, setLimit] = useState<number | null>(queue?.concurrency_limit ?? null);
	const send = async () => {
		const facts = {
			description: description.trim() || null,
			priority: priority ?? undefined,
			concurrency_limit: limit,
		};
		const names = { work_pool_name: pool };
		if (queue === null) await post("/work-pools/{work_pool_name}/queues", { name: name.trim(), ...facts }, names);
		else await patch("/work-pools/{work_pool_name}/queues/{name}", facts, { ...names, name: queue.name });
		await queries.invalidateQueries({ queryKey: ["work-pools"] });
		await queries.invalidateQueries({ queryKey: ["flow-runs"] });
		say(queue === null ? `${name} was made.` : `${queue.name} was changed.`);
		close();
	};
	return (
		<Dialogue
			title={queue === null ? `New queue of ${pool}` : `Change ${queue.name}`}
			opened
			close={close}
			send={send}
			verb={queue === null ? "Make the queue" : "Save"}
		>
			{queue === null ? (
				<TextInput
					label="Name"
					name="queue-name"
					withAsterisk
					data-autofocus
					value={name}
					onChange={(e) => setName(e.currentTarget.value)}
				/>
			) : null}
			<Limit
				label="Priority"
				description="A lower number is served first; without one it is served last"
				name="queue-priority"
				value={priority}
				change={setPriority}
			/>
			<Limit label="Runs at once" name="queue-limit" value={limit} change={setLimit} />
			<TextInput label="Description" value={description} onChange={(e) => setDescription(e.currentTarget.value)} />
		</Dialogue>
	);
}

/** The base job template of a pool as a form of its variables' defaults. */
export function TemplateForm({ pool }: { pool: WorkPool }) {
	const may = useMay("edit");
	const queries = useQueryClient();
	const template = (pool.base_job_template ?? {}) as Template;
	const schema = variablesOf(template);
	const [values, setValues] = useState<Values>(() => begunWith(template));
	const [problems, setProblems] = useState<Record<string, string>>({});
	const [busy, setBusy] = useState(false);
	const save = async () => {
		const found = faults({}, values);
		setProblems(found);
		if (Object.keys(found).length > 0) return;
		setBusy(true);
		await attempt(async () => {
			await patch("/work-pools/{name}", { base_job_template: withDefaults(template, values) }, { name: pool.name });
			await queries.invalidateQueries({ queryKey: ["work-pools"] });
			return "The defaults of its jobs were changed.";
		});
		setBusy(false);
	};
	if (Object.keys(schema.properties ?? {}).length === 0)
		return <Empty title="Its jobs have no variables">Workers start every job in the same way.</Empty>;
	if (!may) return <Json of={template} />;
	return (
		<form
			noValidate
			style={{ maxWidth: 640 }}
			onSubmit={(event) => {
				event.preventDefault();
				void save();
			}}
		>
			<Text size="sm" c="dimmed" mb="md">
				What jobs of this pool are started with, where neither a deployment nor a run says otherwise.
			</Text>
			<Fields schema={schema} values={values} change={setValues} problems={problems} />
			<Group mt="md">
				<Button type="submit" loading={busy}>
					Save the defaults
				</Button>
			</Group>
			<details style={{ marginTop: 16 }}>
				<summary>The whole template</summary>
				<div style={{ marginTop: 8 }}>
					<Json of={template} />
				</div>
			</details>
		</form>
	);
}
