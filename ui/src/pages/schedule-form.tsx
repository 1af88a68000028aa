/** A schedule made or changed; the server foretells what is typed, and says what is wrong with it. */
import {
	Checkbox,
	Group,
	NumberInput,
	SegmentedControl,
	Select,
	Switch,
	Text,
	Textarea,
	TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { type Deployment, patch, post, type Schedule } from "../api/client";
import { say } from "../parts/deeds";
import { Dialogue } from "../parts/dialogue";
import { called, type Draft, draftOf, fromField, ruleOf, toField, UNITS } from "../parts/rules";
import { Fields, faults, type Schema, type Values } from "../parts/schema-form";
import { exact, when, ZONE } from "../parts/words";

const ZONES = [...new Set(["UTC", ZONE, ...Intl.supportedValuesOf("timeZone")])];
type Policy = NonNullable<NonNullable<Schedule["catch_up"]>["policy"]>;
type Overlap = NonNullable<Schedule["overlap"]>;

export function ScheduleForm({
	deployment,
	schedule,
	others,
	close,
}: {
	deployment: Deployment;
	/** None: the form is closed. */
	schedule: Schedule | "new" | null;
	others: Schedule[];
	close: () => void;
}) {
	if (schedule === null) return null;
	const known = schedule === "new" ? null : schedule;
	return <Form key={known?.id ?? ""} deployment={deployment} known={known} others={others} close={close} />;
}

function Form({
	deployment,
	known,
	others,
	close,
}: {
	deployment: Deployment;
	known: Schedule | null;
	others: Schedule[];
	close: () => void;
}) {
	const queries = useQueryClient();
	const [draft, setDraft] = useState<Draft>(() => draftOf(known?.rule ?? null, ZONE, new Date()));
	const [slug, setSlug] = useState(known?.slug ?? "");
	const [active, setActive] = useState(known?.active ?? true);
	const [start, setStart] = useState(toField(known?.start));
	const [end, setEnd] = useState(toField(known?.end));
	const [jitter, setJitter] = useState<number | null>(known?.jitter || null);
	const [policy, setPolicy] = useState<Policy>(known?.catch_up?.policy ?? "all");
	const [within, setWithin] = useState<number | null>(known?.catch_up?.within ?? null);
	const [overlap, setOverlap] = useState<Overlap>(known?.overlap ?? "allow");
	const schema = (deployment.parameter_openapi_schema ?? {}) as Schema;
	const [parameters, setParameters] = useState<Values>((known?.parameters ?? {}) as Values);
	const [problems, setProblems] = useState<Record<string, string>>({});
	const send = async () => {
		const found = faults({}, parameters);
		setProblems(found);
		if (Object.keys(found).length > 0) throw new Error(`Not valid JSON: ${Object.keys(found).join(", ")}.`);
		const name = slug.trim() || null;
		if (name !== null && others.some((each) => each.slug === name && each.id !== known?.id))
			throw new Error(`The deployment has a schedule of the name ${name} already.`);
		const facts = {
			rule: ruleOf(draft, known?.rule ?? null),
			slug: name,
			active,
			// Seconds that a field for minutes does not show are kept where it was not touched.
			start: toField(known?.start) === start ? (known?.start ?? null) : fromField(start),
			end: toField(known?.end) === end ? (known?.end ?? null) : fromField(end),
			jitter: jitter ?? 0,
			catch_up: policy === "within" ? { policy, within } : { policy },
			overlap,
			parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)),
		};
		if (known === null)
			await post("/deployments/{deployment_id}/schedules", { schedules: [facts] }, { deployment_id: deployment.id });
		else await patch("/schedules/{id}", facts, { id: known.id });
		await queries.invalidateQueries({ queryKey: ["deployments"] });
		void queries.invalidateQueries({ queryKey: ["flow-runs"] });
		say(known === null ? "The schedule was made." : `${called(known)} was changed.`);
		close();
	};
	return (
		<Dialogue
			title={known === null ? `New schedule of ${deployment.name}` : `Change ${called(known)}`}
			size="lg"
			opened
			close={close}
			send={send}
			verb={known === null ? "Make the schedule" : "Save"}
		>
			<RuleFields draft={draft} set={(changes) => setDraft({ ...draft, ...changes })} />
			<Preview draft={draft} known={known} start={fromField(start)} end={fromField(end)} />
			<TextInput
				label="Name (optional)"
				description="So that programs and people can speak of it"
				name="slug"
				value={slug}
				onChange={(e) => setSlug(e.currentTarget.value)}
			/>
			<Switch label="Active" checked={active} onChange={(e) => setActive(e.currentTarget.checked)} />
			<details>
				<summary>When runs overlap or were missed, from when to when, jitter</summary>
				<div className="stack" style={{ marginTop: 12 }}>
					<Select
						label="While an earlier run of it is not over"
						name="overlap"
						allowDeselect={false}
						data={[
							{ value: "allow", label: "run beside it" },
							{ value: "queue", label: "wait for its end" },
							{ value: "skip", label: "do not fire" },
							{ value: "cancel-running", label: "cancel the earlier run" },
						]}
						value={overlap}
						onChange={(value) => setOverlap((value ?? "allow") as Overlap)}
					/>
					<Group grow align="flex-end">
						<Select
							label="Instants that passed while no server was there"
							name="catch-up"
							allowDeselect={false}
							data={[
								{ value: "all", label: "all fire late" },
								{ value: "latest", label: "the latest fires" },
								{ value: "none", label: "none fires" },
								{ value: "within", label: "those not too long ago fire" },
							]}
							value={policy}
							onChange={(value) => setPolicy((value ?? "all") as Policy)}
						/>
						{policy === "within" ? (
							<NumberInput
								label="At most this many seconds ago"
								name="within"
								min={0}
								value={within ?? ""}
								onChange={(value) => setWithin(value === "" ? null : Number(value))}
							/>
						) : null}
					</Group>
					<Group grow>
						<TextInput
							label="No instant before"
							description={`Your time (${ZONE})`}
							type="datetime-local"
							value={start}
							onChange={(e) => setStart(e.currentTarget.value)}
						/>
						<TextInput
							label="No instant after"
							description={`Your time (${ZONE})`}
							type="datetime-local"
							value={end}
							onChange={(e) => setEnd(e.currentTarget.value)}
						/>
					</Group>
					<NumberInput
						label="Jitter"
						description="Seconds by which a run may begin later, so that not all begin at once"
						name="jitter"
						min={0}
						value={jitter ?? ""}
						onChange={(value) => setJitter(value === "" ? null : Number(value))}
					/>
				</div>
			</details>
			{Object.keys(schema.properties ?? {}).length > 0 ? (
				<details open={Object.keys(parameters).length > 0}>
					<summary>Parameters of its runs</summary>
					<Text size="sm" c="dimmed" my="sm">
						What is left empty is as the deployment says.
					</Text>
					<Fields schema={{ ...schema, required: [] }} values={parameters} change={setParameters} problems={problems} />
				</details>
			) : null}
		</Dialogue>
	);
}

function RuleFields({ draft, set }: { draft: Draft; set: (changes: Partial<Draft>) => void }) {
	return (
		<>
			<SegmentedControl
				aria-label="Kind of rule"
				value={draft.type}
				onChange={(type) => set({ type: type as Draft["type"] })}
				data={[
					{ value: "cron", label: "Cron" },
					{ value: "interval", label: "Interval" },
					{ value: "rrule", label: "Recurrence rule" },
				]}
			/>
			{draft.type === "cron" ? (
				<>
					<TextInput
						label="Cron"
						description="Minute, hour, day of month, month, day of week; before them seconds, or a word such as @daily"
						name="cron"
						className="mono-field"
						value={draft.cron}
						onChange={(e) => set({ cron: e.currentTarget.value })}
					/>
					<Checkbox
						label="Where day of month and day of week are both given, either is enough"
						checked={draft.dayOr}
						onChange={(e) => set({ dayOr: e.currentTarget.checked })}
					/>
				</>
			) : null}
			{draft.type === "interval" ? (
				<Group grow align="flex-end">
					<NumberInput
						label="Every"
						name="every"
						min={0}
						value={draft.every ?? ""}
						onChange={(value) => set({ every: value === "" ? null : Number(value) })}
					/>
					<Select
						aria-label="Unit"
						allowDeselect={false}
						data={UNITS.map((unit) => ({ value: String(unit.value), label: unit.label }))}
						value={String(draft.unit)}
						onChange={(value) => set({ unit: Number(value) })}
					/>
					<TextInput
						label="Counted from"
						type="datetime-local"
						name="anchor"
						value={draft.anchor}
						onChange={(e) => set({ anchor: e.currentTarget.value })}
					/>
				</Group>
			) : null}
			{draft.type === "rrule" ? (
				<Textarea
					label="Recurrence rule"
					description="RFC 5545; DTSTART, RDATE and EXDATE on lines of their own"
					name="rrule"
					autosize
					className="mono-field"
					value={draft.rrule}
					onChange={(e) => set({ rrule: e.currentTarget.value })}
				/>
			) : null}
			<Select
				label="Time zone"
				name="timezone"
				searchable
				allowDeselect={false}
				data={ZONES.includes(draft.timezone) ? ZONES : [draft.timezone, ...ZONES]}
				limit={60}
				value={draft.timezone}
				onChange={(value) => set({ timezone: value ?? "UTC" })}
			/>
		</>
	);
}

/** When it would fire, as the server says. */
function Preview({
	draft,
	known,
	start,
	end,
}: {
	draft: Draft;
	known: Schedule | null;
	start: string | null;
	end: string | null;
}) {
	const rule = useMemo(() => ruleOf(draft, known?.rule ?? null), [draft, known]);
	const [asked] = useDebouncedValue(JSON.stringify({ rule, start, end, limit: 5 }), 250);
	const told = useQuery({
		queryKey: ["schedule-preview", asked],
		queryFn: () => post("/schedules/preview", JSON.parse(asked)),
		placeholderData: keepPreviousData,
		retry: false,
	});
	return (
		<div className={told.isError ? "note state-failed preview" : "note preview"} role="status">
			{told.isError ? (
				told.error.message
			) : (
				<>
					<strong>Fires next</strong>
					<ol>
						{(told.data?.foreseen ?? []).map((each) => (
							<li key={each.instant}>
								<time dateTime={each.instant} title={exact(each.instant)}>
									{when(each.instant)}
								</time>{" "}
								<span className="dim">
									{draft.timezone === ZONE ? "" : `${each.local} in ${draft.timezone}`} {each.note ?? ""}
								</span>
							</li>
						))}
					</ol>
					{told.data?.items.length === 0 ? "never" : null}
				</>
			)}
		</div>
	);
}
