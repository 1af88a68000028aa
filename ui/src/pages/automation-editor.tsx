/** The editor of an automation: forms made from the schemas, the same as JSON and YAML, and what it would have done in the past. */
import { Alert, Button, Group, SegmentedControl, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { unlessOvertaken, useBegun } from "../api/begun";
import { patch, post, Refused } from "../api/client";
import { newId } from "../api/ids";
import { useMay } from "../api/session";
import { ActionForm } from "../parts/action-form";
import type { Kind } from "../parts/automation-as-text";
import {
	blank,
	canEnd,
	type Draft,
	facts,
	isWritable,
	LISTS,
	type List,
	missing,
	type Problems,
	refusedAt,
} from "../parts/automation-draft";
import { useCalled } from "../parts/automation-names";
import type { Action, Automation } from "../parts/automation-words";
import { Empty, Shown, Waiting } from "../parts/conditions";
import { say } from "../parts/deeds";
import { Card, Go, Page } from "../parts/frame";
import { InWords } from "../parts/in-words";
import { navigate } from "../parts/router";
import { TriggerForm } from "../parts/trigger-form";
import { yaml } from "../parts/yaml";
import { Rehearsal } from "./rehearsal";

/** Loaded when somebody wants it, with what reads YAML. */
const AsText = lazy(() => import("../parts/automation-as-text"));

const written = (draft: Draft, kind: Kind): string =>
	kind === "json" ? JSON.stringify(facts(draft), null, 2) : yaml(facts(draft));

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
export function Change({ id }: { id: string }) {
	const begun = useBegun("/automations/{id}", { id });
	return <Shown of={begun}>{({ value, version }) => <Begun automation={value} version={version} />}</Shown>;
}

function Begun({ automation, version }: { automation: Automation; version: string }) {
	const { id, name } = automation;
	const queries = useQueryClient();
	return (
		<Page title={`Change ${name}`} name={`Change ${name}`} above={<Go to={`/automations/${id}`}>{name}</Go>}>
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
					await unlessOvertaken(name, () =>
						patch("/automations/{id}", { enabled: true, ...none, ...draft }, { id }, reason, version),
					);
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
	const [view, setView] = useState<"form" | Kind>("form");
	// What was typed as text, with its comments, stands for as long as the form changes nothing; `of` null: it is no automation.
	const [typed, setTyped] = useState<{ kind: Kind; text: string; of: Draft | null } | null>(null);
	const [problems, setProblems] = useState<Problems>({});
	const [refused, setRefused] = useState<string | null>(null);
	const [reason, setReason] = useState("");
	const [busy, setBusy] = useState(false);
	const unread = typed !== null && typed.of === null;
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
					disabled={unread || !isWritable(draft)}
					onChange={(next) => setView(next as "form" | Kind)}
					data={[
						{ value: "form", label: "Form" },
						{ value: "json", label: "JSON" },
						{ value: "yaml", label: "YAML" },
					]}
				/>
				{view === "form" ? <Form draft={draft} change={change} problems={problems} /> : null}
				{view !== "form" ? (
					<Suspense fallback={<Waiting />}>
						<AsText
							kind={view}
							text={typed?.kind === view && (typed.of ?? draft) === draft ? typed.text : written(draft, view)}
							change={(text, read) => {
								setTyped({ kind: view, text, of: read });
								if (read) setDraft(read);
							}}
							problems={problems}
						/>
					</Suspense>
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
