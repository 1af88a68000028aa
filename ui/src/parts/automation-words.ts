/** Automations as people say them: when this happens, that is done. */
import type { Schemas } from "../api/client";
import { everySo } from "./rules";
import { many } from "./words";

export type Automation = Schemas["Automation"];
export type Trigger = Automation["trigger"];
export type Action = NonNullable<Automation["actions"]>[number];
type OfEvents = Schemas["EventTrigger"];
type OfMetric = Schemas["MetricTrigger"];
type Match = NonNullable<OfEvents["match"]>;

/** What things are called whose ids an automation holds. */
export type Names = ReadonlyMap<string, string>;

/** A sentence about a trigger, and about those within it. */
export interface Said {
	text: string;
	parts: Said[];
}

const NOUNS: Record<string, string> = {
	"flow-run": "flow run",
	"task-run": "task run",
	deployment: "deployment",
	schedule: "schedule",
	"work-pool": "work pool",
	"work-queue": "work queue",
	worker: "worker",
	automation: "automation",
	artifact: "artifact",
	flow: "flow",
};

const span = (seconds: number): string => (seconds === 1 ? "1 second" : everySo(seconds).replace(/^(?=[a-z])/, "1 "));
const within = (seconds: number | null | undefined): string => (seconds ? ` within ${span(seconds)}` : "");
const either = (texts: readonly string[]): string => texts.join(" or ");
const listed = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);

/** Who does what when events of these names come: a run becomes Failed, a file.arrived comes. */
function happening(names: string[]): { who: string; does: string } {
	if (names.length === 0) return { who: "event", does: "comes" };
	const parts = names.map((name) => name.match(/^segue\.([a-z-]+)\.([\w-]+|\*)$/));
	const noun = parts[0]?.[1] ?? "";
	const called = NOUNS[noun];
	if (called === undefined || parts.some((each) => each?.[1] !== noun)) return { who: either(names), does: "comes" };
	const verbs = parts.map((each) => each?.[2] ?? "");
	if (verbs.includes("*")) return { who: called, does: "changes" };
	const become = /^[A-Z]/.test(verbs[0] ?? "") ? "becomes" : "is";
	return { who: called, does: `${become} ${either(verbs.map((verb) => verb.replaceAll("-", " ")))}` };
}

const article = (noun: string): string => (/^[aeiou]/.test(noun) ? "an" : "a");

/** `meant`: which of them, such as ` of flow orders`. */
function positive(names: string[], meant = ""): string {
	const { who, does } = happening(names);
	if (names.length === 0) return `any event${meant} comes`;
	return does === "comes" ? `${who}${meant} comes` : `${article(who)} ${who}${meant} ${does}`;
}

function ofEvents(trigger: OfEvents, names: Names): string {
	const threshold = trigger.threshold ?? 1;
	const after = trigger.after?.length ? ` after ${positive(trigger.after)}` : "";
	const expect = trigger.expect ?? [];
	const meant = conditions(trigger, names);
	const apart = trigger.for_each?.length ? `, counted for each ${trigger.for_each.join(", ")}` : "";
	if (trigger.posture === "Proactive") {
		const { who, does } = happening(expect);
		const none =
			threshold === 1 ? `no ${who}${meant} ${does}` : `fewer than ${threshold} times ${positive(expect, meant)}`;
		return `${none}${within(trigger.within)}${after}${apart}`;
	}
	const often = threshold > 1 ? ` ${many(threshold, "time")}` : "";
	return `${positive(expect, meant)}${often}${within(trigger.within)}${after}${apart}`;
}

const COMPARED: Record<string, string> = { "<": "below", "<=": "at most", ">": "above", ">=": "at least" };
const MEASURED: Record<string, string> = {
	successes: "the share of runs that succeed",
	duration: "the average duration of runs",
	lateness: "the average lateness of runs",
	"queue-age": "the wait of the oldest run in the queue",
};
const STATISTICS: Record<string, string> = {
	avg: "the average",
	min: "the least",
	max: "the greatest",
	sum: "the sum",
	last: "the last",
	count: "the number",
};

function ofMetric(trigger: OfMetric, names: Names): string {
	const { metric } = trigger;
	const own = `${STATISTICS[metric.statistic ?? "avg"]} of ${metric.field ?? "events"} in ${either(metric.events ?? [])}`;
	const what = metric.name === "value" ? own : (MEASURED[metric.name] ?? metric.name);
	const bound =
		metric.name === "successes"
			? `${Number((100 * metric.threshold).toFixed(2))} %`
			: metric.name === "value"
				? String(metric.threshold)
				: span(metric.threshold);
	const held = metric.firing_for ?? 300;
	const lasting = held ? ` for ${span(held)}` : "";
	return `${what}${conditions(trigger, names)} over ${span(metric.range ?? 300)} is ${COMPARED[metric.operator]} ${bound}${lasting}`;
}

/** What is meant, by its labels: ` of flow orders`. */
function conditions(trigger: OfEvents | OfMetric, names: Names): string {
	const related = trigger.match_related ?? {};
	const all = Array.isArray(related) ? related : [related];
	return [trigger.match ?? {}, ...all]
		.map((match) => labelled(match, names))
		.filter((text) => text !== "")
		.map((text) => ` ${text}`)
		.join(" and");
}

function labelled(match: Match, names: Names): string {
	const { "segue.resource.id": id, "segue.resource.name": name, "segue.resource.role": role, ...rest } = match;
	const told = [
		...(id === undefined ? [] : [either(listed(id).map((each) => thing(each, names)))]),
		...(name === undefined ? [] : [either(listed(name))]),
		...Object.entries(rest).map(([label, value]) => `${label} ${either(listed(value))}`),
	].join(", ");
	const as = role === undefined ? "" : either(listed(role)).replaceAll("-", " ");
	return told || as ? `of ${[as, told].filter(Boolean).join(" ")}` : "";
}

/** A resource by what it is called where that is known. */
function thing(id: string, names: Names): string {
	const [, noun = "", own = ""] = id.match(/^segue\.([a-z-]+)\.(.+)$/) ?? [];
	const called = names.get(own);
	return called ? `${noun.replaceAll("-", " ")} ${called}` : id;
}

/** What fires an automation; `parts`: the triggers within its trigger. */
export function fires(trigger: Trigger, names: Names = new Map()): Said {
	switch (trigger.type) {
		case "event":
			return { text: ofEvents(trigger, names), parts: [] };
		case "metric":
			return { text: ofMetric(trigger, names), parts: [] };
		case "compound": {
			const require = trigger.require ?? "all";
			const number = require === "all" ? "all" : require === "any" ? "any" : String(require);
			return {
				text: `${number} of these happen${number === "any" || number === "1" ? "s" : ""}${within(trigger.within)}`,
				parts: trigger.triggers.map((each) => fires(each, names)),
			};
		}
		case "sequence":
			return {
				text: `these happen in their order${within(trigger.within)}`,
				parts: trigger.triggers.map((each) => fires(each, names)),
			};
	}
}

/** A trigger within a trigger by its place, counted as people count: the first of the second is 2.1. */
export const placeOf = (path: string): string =>
	path
		.split(".")
		.map((at) => Number(at) + 1)
		.join(".");

/** The same in a line. */
export const inLine = (said: Said): string =>
	said.parts.length ? `${said.text}: ${said.parts.map(inLine).join("; ")}` : said.text;

const named = (id: string | null | undefined, names: Names): string => (id ? (names.get(id) ?? id) : "");

/** Something that an action is done to: the one it names, or the one that the event is about. */
function target(noun: string, id: string | null | undefined, names: Names): string {
	return id ? `${noun} ${named(id, names)}` : `the ${noun} that the event is about`;
}

type OfRuns = Extract<Action, { flow_name?: string | null }>;

function runs(action: OfRuns, names: Names): string {
	if (action.flow_run_id) return `flow run ${named(action.flow_run_id, names)}`;
	const of = [
		...(action.flow_name ? [`of flow ${action.flow_name}`] : []),
		...(action.deployment_id ? [`of deployment ${named(action.deployment_id, names)}`] : []),
		...(action.tags?.length ? [`tagged ${action.tags.join(", ")}`] : []),
	];
	return of.length ? `every open flow run ${of.join(" and ")}` : "the flow run that the event is about";
}

/** What an action does. */
export function does(action: Action, names: Names = new Map()): string {
	switch (action.type) {
		case "do-nothing":
			return "nothing: the firing is recorded";
		case "run-deployment": {
			const later = action.schedule_after ? `, ${span(action.schedule_after)} later` : "";
			return `run ${target("deployment", action.deployment_id, names)}${later}`;
		}
		case "pause-deployment":
			return `pause ${target("deployment", action.deployment_id, names)}`;
		case "resume-deployment":
			return `resume ${target("deployment", action.deployment_id, names)}`;
		case "pause-schedule":
		case "resume-schedule": {
			const verb = action.type === "pause-schedule" ? "pause" : "resume";
			if (action.deployment_id && !action.schedule_id)
				return `${verb} all schedules of deployment ${named(action.deployment_id, names)}`;
			return `${verb} ${target("schedule", action.schedule_id, names)}`;
		}
		case "cancel-flow-run":
			return `cancel ${runs(action, names)}`;
		case "suspend-flow-run":
			return `suspend ${runs(action, names)}`;
		case "resume-flow-run":
			return `resume ${runs(action, names)}`;
		case "delete-flow-run":
			return `delete ${runs(action, names)}`;
		case "change-flow-run-state":
			return `bring ${runs(action, names)} into ${action.name ?? stateIn(action.state)}`;
		case "pause-work-pool":
			return `pause ${target("work pool", action.work_pool_id, names)}`;
		case "resume-work-pool":
			return `resume ${target("work pool", action.work_pool_id, names)}`;
		case "pause-work-queue":
			return `pause ${target("work queue", action.work_queue_id, names)}`;
		case "resume-work-queue":
			return `resume ${target("work queue", action.work_queue_id, names)}`;
		case "pause-automation":
			return `disable ${target("automation", action.automation_id, names)}`;
		case "resume-automation":
			return `enable ${target("automation", action.automation_id, names)}`;
		case "send-notification":
			return `send “${action.subject ?? "Segue automated notification"}” by ${named(action.block_document_id, names) || "a block"}`;
		case "call-webhook":
			return `call ${named(action.block_document_id, names) || "a webhook"}`;
		case "invoke-function":
			return `invoke ${action.url ?? "a function"}`;
		case "emit-event":
			return `emit ${action.event ?? "an event"}`;
	}
}

/** A state in words; while an action is being made it may be that none is chosen yet. */
const stateIn = (state: string | undefined): string =>
	state === undefined ? "a state" : state.charAt(0) + state.slice(1).toLowerCase();

/** Everything that is done, each with when: at each firing, or at the firing or the resolving of a state alone. */
export function deeds(of: Pick<Automation, "actions" | "actions_on_trigger" | "actions_on_resolve">, names?: Names) {
	return [
		...(of.actions ?? []).map((each) => ({ when: "", text: does(each, names) })),
		...(of.actions_on_trigger ?? []).map((each) => ({ when: "when it begins", text: does(each, names) })),
		...(of.actions_on_resolve ?? []).map((each) => ({ when: "when it is over", text: does(each, names) })),
	];
}

/** The ids within automations and their actions, by what they are ids of: what a page asks the names of. */
export function idsIn(of: unknown): Record<string, string[]> {
	const found: Record<string, Set<string>> = {};
	const add = (noun: string, id: string) => {
		found[noun] ??= new Set();
		found[noun].add(id);
	};
	const look = (value: unknown, key = ""): void => {
		if (Array.isArray(value)) for (const each of value) look(each, key);
		else if (typeof value === "object" && value !== null)
			for (const [name, each] of Object.entries(value)) look(each, name);
		else if (typeof value === "string") {
			const [, noun, id] = value.match(/^segue\.([a-z-]+)\.([0-9a-f-]{36})$/) ?? [];
			if (noun && id) add(noun, id);
			else if (key.endsWith("_id") && /^[0-9a-f-]{36}$/.test(value)) add(key.slice(0, -3).replaceAll("_", "-"), value);
		}
	};
	look(of);
	return Object.fromEntries(Object.entries(found).map(([noun, ids]) => [noun, [...ids].sort()]));
}
