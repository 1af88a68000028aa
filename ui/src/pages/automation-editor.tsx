/** The editor of an automation: forms made from the schemas, the same as JSON and YAML, and what it would have done in the past. */
import { Alert, Button, Group, JsonInput, SegmentedControl, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { patch, post, Refused } from "../api/client";
import { newId } from "../api/ids";
import { useMay } from "../api/session";
import { ActionForm } from "../parts/action-form";
import {
	blank,
	canEnd,
	type Draft,
	facts,
	fromJson,
	LISTS,
	type List,
	missing,
	type Problems,
	refusedAt,
} from "../parts/automation-draft";
import { useCalled } from "../parts/automation-names";
import type { Action, Automation } from "../parts/automation-words";
import { Copyable, Empty } from "../parts/conditions";
import { say } from "../parts/deeds";
import { Card, Dim, Go, Page } from "../parts/frame";
import { InWords } from "../parts/in-words";
import { navigate } from "../parts/router";
import { TriggerForm } from "../parts/trigger-form";
import { yaml } from "../parts/yaml";
import { Rehearsal } from "./rehearsal";

/** A new automation. */
export function New() {
	const may = useMay("edit");
	const queries = useQueryClient();
	if (!may)
		return (
			<Page title="New automation" name="New automation" above={<Go to="/automations">Automations</Go>}>
				<Card>
					<Empty title="Your role lets you look, not make automations">
						An operator or an admin can: <code>segue user set-role NAME operator</code>
					</Empty>
				</Card>
			</Page>
		);
	return (
		<Page title="New automation" name="New automation" above={<Go to="/automations">Automations</Go>}>
			<Editor
				begun={blank()}
				verb="Make it"
				save={async (draft, reason) => {
					const made = await post("/automations", { ...draft, id: newId() }, {}, reason);
					await queries.invalidateQueries({ queryKey: ["automations"] });
					navigate(`/automations/${made.id}`);
					say(`${made.name} was made.`);
				}}
			/>
		</Page>
	);
}

/** Changes one that there is. */
export function Change({ automation }: { automation: Automation }) {
	const { id, name } = automation;
	const queries = useQueryClient();
	return (
		<Page title={`Edit ${name}`} name={`Edit ${name}`} above={<Go to={`/automations/${id}`}>{name}</Go>}>
			{automation.owner_resource ? (
				<Alert variant="light" color="yellow" mb="md">
					It belongs to a deployment. When that is deployed again, its code says anew what the automation is.
				</Alert>
			) : null}
			<Editor
				begun={facts(automation)}
				verb="Save"
				save={async (draft, reason) => {
					const none = { description: "", actions: [], actions_on_trigger: [], actions_on_resolve: [], tags: [] };
					await patch("/automations/{id}", { enabled: true, ...none, ...draft }, { id }, reason);
					await queries.invalidateQueries({ queryKey: ["automations"] });
					navigate(`/automations/${id}`);
					say(`${draft.name} was saved.`);
				}}
			/>
		</Page>
	);
}

function Editor({
	begun,
	verb,
	save,
}: {
	begun: Draft;
	verb: string;
	save: (draft: Draft, reason: string) => Promise<void>;
}) {
	const [draft, setDraft] = useState(begun);
	const [view, setView] = useState("form");
	const [problems, setProblems] = useState<Problems>({});
	const [refused, setRefused] = useState<string | null>(null);
	const [reason, setReason] = useState("");
	const [busy, setBusy] = useState(false);
	const [unread, setUnread] = useState(false);
	const names = useCalled(draft);
	// To be tried on the past it needs no name yet.
	const tried = { ...draft, name: draft.name || "new" };
	const change = (changes: Partial<Draft>) => setDraft({ ...draft, ...changes });
	const whole = (of: Draft): boolean => {
		const found = missing(of);
		setProblems(found);
		setRefused(null);
		return Object.keys(found).length === 0;
	};
	const send = async (event: FormEvent) => {
		event.preventDefault();
		if (!whole(draft)) return;
		setBusy(true);
		try {
			await save(draft, reason);
		} catch (error) {
			const text = error instanceof Error ? error.message : String(error);
			setRefused(text);
			setProblems(refusedAt(error instanceof Refused ? error.facts : undefined, text));
			setBusy(false);
		}
	};
	return (
		<form noValidate className="editor" onSubmit={(event) => void send(event)}>
			<div className="stack">
				<SegmentedControl
					aria-label="How it is shown"
					value={view}
					disabled={unread}
					onChange={setView}
					data={[
						{ value: "form", label: "Form" },
						{ value: "json", label: "JSON" },
						{ value: "yaml", label: "YAML" },
					]}
				/>
				{view === "form" ? <Form draft={draft} change={change} problems={problems} /> : null}
				{view === "json" ? <AsJson draft={draft} change={setDraft} fail={setUnread} /> : null}
				{view === "yaml" ? (
					<Card>
						<Copyable text={yaml(facts(draft))} />
						<Dim>A file for: segue automation create --from-file FILE</Dim>
					</Card>
				) : null}
			</div>
			<div className="stack aside">
				<Card title="In words">
					<InWords automation={draft} names={names} />
				</Card>
				<Card title="Keep it">
					{refused ? (
						<Alert color="red" role="alert" variant="light" mb="md" title="The server refused this">
							{refused}
						</Alert>
					) : null}
					{!refused && Object.keys(problems).length ? (
						<Alert color="red" role="alert" variant="light" mb="md">
							Something is missing: {Object.keys(problems).join(", ")}
						</Alert>
					) : null}
					<TextInput
						label="Why (optional)"
						name="reason"
						description="Kept with the change"
						mb="sm"
						value={reason}
						onChange={(e) => setReason(e.currentTarget.value)}
					/>
					<Group>
						<Button type="submit" loading={busy} disabled={unread} className="save">
							{verb}
						</Button>
					</Group>
				</Card>
				<Card title="Would it have fired?">
					<Rehearsal of={{ automation: tried }} ready={() => whole(tried)} />
				</Card>
			</div>
		</form>
	);
}

function Form({
	draft,
	change,
	problems,
}: {
	draft: Draft;
	change: (changes: Partial<Draft>) => void;
	problems: Problems;
}) {
	return (
		<>
			<Card>
				<div className="stack">
					<TextInput
						label="Name"
						name="automation-name"
						withAsterisk
						error={problems.name}
						value={draft.name}
						onChange={(e) => change({ name: e.currentTarget.value })}
					/>
					<Textarea
						label="Description"
						name="description"
						autosize
						value={draft.description ?? ""}
						onChange={(e) => change({ description: e.currentTarget.value || undefined })}
					/>
					<TagsInput
						label="Tags"
						placeholder="Type one and press Enter"
						acceptValueOnBlur
						value={draft.tags ?? []}
						onChange={(tags) => change({ tags: tags.length ? tags : undefined })}
					/>
				</div>
			</Card>
			<Card title="What fires it">
				<TriggerForm
					trigger={draft.trigger}
					change={(trigger) => change({ trigger })}
					problems={problems}
					place="trigger"
				/>
			</Card>
			{(Object.keys(LISTS) as List[]).map((list) =>
				list === "actions" || canEnd(draft.trigger) || draft[list]?.length ? (
					<Actions key={list} list={list} actions={draft[list] ?? []} change={change} problems={problems} />
				) : null,
			)}
		</>
	);
}

function Actions({
	list,
	actions,
	change,
	problems,
}: {
	list: List;
	actions: Action[];
	change: (changes: Partial<Draft>) => void;
	problems: Problems;
}) {
	const put = (next: Action[]) => change({ [list]: next.length || list === "actions" ? next : undefined });
	return (
		<Card title={`What is done: ${LISTS[list].toLowerCase()}`}>
			<div className="stack">
				{problems[list] ? (
					<Alert color="red" variant="light" role="alert">
						{problems[list]}
					</Alert>
				) : null}
				{actions.map((each, at) => (
					<ActionForm
						// biome-ignore lint/suspicious/noArrayIndexKey: actions have no name but their place
						key={at}
						action={each}
						change={(next) => put(actions.map((one, there) => (there === at ? next : one)))}
						leave={() => put(actions.filter((_, there) => there !== at))}
						problems={problems}
						place={`${list}[${at}]`}
					/>
				))}
				<div>
					<Button
						size="xs"
						variant="default"
						aria-label={`Add an action: ${LISTS[list].toLowerCase()}`}
						onClick={() => put([...actions, { type: "do-nothing" }])}
					>
						Add an action
					</Button>
				</div>
			</div>
		</Card>
	);
}

/** The whole as JSON; as long as it is none, or no automation, it can be neither kept nor shown otherwise. */
function AsJson({
	draft,
	change,
	fail,
}: {
	draft: Draft;
	change: (draft: Draft) => void;
	fail: (unread: boolean) => void;
}) {
	const [text, setText] = useState(() => JSON.stringify(facts(draft), null, 2));
	const [error, setError] = useState<string | null>(null);
	return (
		<Card>
			<JsonInput
				label="The automation as JSON"
				name="json"
				className="mono-field"
				autosize
				minRows={12}
				error={error}
				value={text}
				onChange={(next) => {
					setText(next);
					try {
						change(fromJson(next));
						setError(null);
						fail(false);
					} catch (problem) {
						setError(problem instanceof Error ? problem.message : String(problem));
						fail(true);
					}
				}}
			/>
		</Card>
	);
}
