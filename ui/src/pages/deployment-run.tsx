/** A run asked of a deployment: its parameters in a form made from the flow's signature; the server judges them. */
import { Alert, Button, Collapse, Group, Modal, SegmentedControl, TagsInput, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Deployment, post, read } from "../api/client";
import { say } from "../parts/deeds";
import { changed, isLoose, ownParameters, Parameters } from "../parts/deployment-parameters";
import { navigate } from "../parts/router";
import { Fields, faults, type Schema, type Values } from "../parts/schema-form";

export function RunForm({
	deployment,
	close,
	like,
}: {
	/** None: the form is closed. */
	deployment: Deployment | null;
	close: () => void;
	/** Parameters to begin with instead of the deployment's. */
	like?: Values;
}) {
	return (
		<Modal
			opened={deployment !== null}
			onClose={close}
			size="lg"
			title={<strong>Run {deployment ? `${deployment.flow_name}/${deployment.name}` : ""}</strong>}
			closeButtonProps={{ "aria-label": "Close" }}
		>
			{deployment ? <Form deployment={deployment} close={close} like={like} /> : null}
		</Modal>
	);
}

function Form({ deployment, close, like }: { deployment: Deployment; close: () => void; like?: Values }) {
	const queries = useQueryClient();
	const own = (deployment.parameters ?? {}) as Values;
	const [begun] = useState<Values>(() => ownParameters(deployment));
	const [values, setValues] = useState<Values>(() => ({ ...begun, ...like }));
	const [name, setName] = useState("");
	const [later, setLater] = useState(false);
	const [at, setAt] = useState("");
	const [more, setMore] = useState(false);
	const [tags, setTags] = useState<string[]>([]);
	const [queue, setQueue] = useState("");
	const [variables, setVariables] = useState<Values>({});
	const [reason, setReason] = useState("");
	const [problems, setProblems] = useState<Record<string, string>>({});
	const [refused, setRefused] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);
	const pool = useQuery({
		queryKey: ["work-pools", "one", deployment.work_pool_name],
		queryFn: () => read("/work-pools/{name}", { name: deployment.work_pool_name ?? "" }),
		enabled: more && deployment.work_pool_name != null,
	});
	const jobs = ((pool.data?.base_job_template as { variables?: Schema } | undefined)?.variables ?? {}) as Schema;
	const send = async () => {
		// Only what cannot be sent is stopped here; what the flow takes is the server's to judge.
		const found = faults({}, { ...values, ...variables });
		setProblems(found);
		if (Object.keys(found).length > 0) return;
		setBusy(true);
		setRefused(null);
		try {
			const run = await post(
				"/deployments/{deployment_id}/flow-runs",
				{
					name: name.trim() || undefined,
					parameters: isLoose(deployment) ? values : changed(begun, values, own),
					scheduled_time: later && at ? new Date(at).toISOString() : undefined,
					tags,
					job_variables: Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined)),
					work_queue_name: queue.trim() || undefined,
					message: reason.trim() || undefined,
				},
				{ deployment_id: deployment.id },
				reason.trim(),
			);
			void queries.invalidateQueries({ queryKey: ["flow-runs"] });
			say(later && at ? `${run.name} waits for its time.` : `${run.name} was made.`);
			close();
			navigate(`/flow-runs/${run.id}`);
		} catch (error) {
			setRefused(error instanceof Error ? error.message : String(error));
			setBusy(false);
		}
	};
	return (
		<form
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				void send();
			}}
		>
			{deployment.description ? (
				<Text size="sm" c="dimmed" mb="sm">
					{deployment.description}
				</Text>
			) : null}
			<Parameters deployment={deployment} values={values} change={setValues} problems={problems} />
			<Group mt="md" align="flex-end">
				<SegmentedControl
					size="xs"
					aria-label="When it begins"
					value={later ? "later" : "now"}
					onChange={(value) => setLater(value === "later")}
					data={[
						{ value: "now", label: "Now" },
						{ value: "later", label: "Later" },
					]}
				/>
				{later ? (
					<TextInput
						size="xs"
						type="datetime-local"
						aria-label="When it begins, in your time zone"
						value={at}
						onChange={(e) => setAt(e.currentTarget.value)}
					/>
				) : null}
				<Button size="xs" variant="subtle" aria-expanded={more} onClick={() => setMore(!more)}>
					{more ? "Less" : "Name, tags and where it runs"}
				</Button>
			</Group>
			<Collapse expanded={more} mt="sm">
				<div className="stack">
					<TextInput
						label="Name of the run"
						description="One is made up where none is given"
						name="run-name"
						value={name}
						onChange={(e) => setName(e.currentTarget.value)}
					/>
					<TagsInput label="Tags" description="Beside the deployment's own" value={tags} onChange={setTags} />
					{deployment.work_pool_name ? (
						<>
							<TextInput
								label="Work queue"
								placeholder={deployment.work_queue_name ?? "default"}
								value={queue}
								onChange={(e) => setQueue(e.currentTarget.value)}
							/>
							{jobs.properties ? (
								<details>
									<summary>Job variables of this run</summary>
									<div style={{ marginTop: 12 }}>
										<Fields schema={jobs} values={variables} change={setVariables} problems={problems} />
									</div>
								</details>
							) : null}
						</>
					) : null}
				</div>
			</Collapse>
			<TextInput
				mt="md"
				label="Why (optional)"
				description="Kept in the history of the run"
				name="reason"
				value={reason}
				onChange={(e) => setReason(e.currentTarget.value)}
			/>
			{refused ? (
				<Alert color="red" role="alert" mt="md" variant="light" title="The server refused this run">
					{refused}
				</Alert>
			) : null}
			<Group justify="flex-end" mt="md">
				<Button variant="default" onClick={close}>
					Not now
				</Button>
				<Button type="submit" loading={busy} className="confirm">
					Run
				</Button>
			</Group>
		</form>
	);
}
