/** An automation while it is typed: what its parts may hold, and what the server or the form finds wrong, by place. */
import SCHEMAS from "../../../src/segue/server/openapi.json?of=NewAutomation";
import type { Schemas } from "../api/client";
import type { Action, Automation, Trigger } from "./automation-words";
import { type Misfit, misfits } from "./schema-check";
import { defaults, faults, plainly, type Schema, Unread, type Values } from "./schema-form";

export type Draft = Schemas["NewAutomation"];
/** What is wrong, by the place it is wrong at: `trigger.triggers[0].within`. */
export type Problems = Record<string, string>;

const FACTS = [
	"name",
	"description",
	"trigger",
	"actions",
	"actions_on_trigger",
	"actions_on_resolve",
	"enabled",
	"tags",
] as const;

/** The lists of actions, and when each is done. */
export const LISTS = {
	actions: "At each firing",
	actions_on_trigger: "Only when it begins",
	actions_on_resolve: "Only when it is over",
} as const;
export type List = keyof typeof LISTS;

/** What people decide about an automation, as a file describes it. */
export function facts(of: Automation | Draft): Draft {
	return Object.fromEntries(
		FACTS.filter((fact) => of[fact] !== undefined).map((fact) => [fact, of[fact]]),
	) as unknown as Draft;
}

const tagOf = (schema: Schema | undefined): string => String(schema?.properties?.type?.enum?.[0] ?? "");
const root: Schema = { $defs: SCHEMAS };
const members = (of: Schema | undefined): Schema[] => (of?.anyOf ?? []).map((each) => plainly(each, root));
const byTag = (of: Schema | undefined): Record<string, Schema> =>
	Object.fromEntries(members(of).map((each) => [tagOf(each), each]));

const TRIGGERS = byTag(SCHEMAS.NewAutomation?.properties?.trigger);
const ACTIONS = byTag(SCHEMAS.NewAutomation?.properties?.actions?.items);

/** The types of actions, as the API knows them. */
export const ACTION_TYPES = Object.keys(ACTIONS);

/** A schema without some of its fields, the rest in the order of their titles, and what refers to others followed. */
function reduced(schema: Schema | undefined, without: string[], titles: Record<string, string> = {}): Schema {
	const place = (name: string) => (name in titles ? Object.keys(titles).indexOf(name) : Number.MAX_SAFE_INTEGER);
	const properties = Object.entries(schema?.properties ?? {})
		.filter(([name]) => !without.includes(name))
		.sort(([a], [b]) => place(a) - place(b))
		.map(([name, each]): [string, Schema] => {
			const plain = plainly(each, root);
			const description = MEANINGS[name] ?? plain.description?.replaceAll("`", "");
			return [name, { ...plain, title: titles[name] ?? plain.title, description }];
		});
	return {
		...schema,
		properties: Object.fromEntries(properties),
		required: (schema?.required ?? []).filter((name) => !without.includes(name)),
	};
}

/** What fields mean to those who fill them in, where that is not what the API says of them. */
const MEANINGS: Record<string, string> = {
	match: "The thing itself, such as a run, a file or a table",
	match_related: "Such as the flow, the deployment or the work pool of a run",
	source: "Inferred: what the event is about. Selected: what is named below",
};

/** The fields of a trigger that are forms of their own, or follow from its kind. */
export function triggerSchema(trigger: Trigger): Schema {
	const titles = {
		expect: kindOf(trigger) === "absence" ? "Events that must come" : "Events",
		match: "What it happened to",
		match_related: "What has to do with it",
		threshold: "How many",
		within: "Within (seconds)",
		after: "After",
		for_each: "Count apart for each",
	};
	return reduced(TRIGGERS[trigger.type], ["type", "posture", "triggers", "metric", "require"], titles);
}

/** The fields of a metric; those of a number of one's own only where it is one. */
export function metricSchema(name: string): Schema {
	const titles = {
		name: "Number",
		events: "Events",
		field: "Field",
		statistic: "Statistic",
		operator: "Operator",
		threshold: "Bound",
		range: "Over (seconds)",
		firing_for: "For (seconds)",
	};
	const own = name === "value" ? [] : ["events", "field", "statistic"];
	return reduced(SCHEMAS.MetricTriggerQuery, own, titles);
}

const TARGETS = {
	source: "Which",
	deployment_id: "Deployment",
	schedule_id: "Schedule",
	work_pool_id: "Work pool",
	work_queue_id: "Work queue",
	automation_id: "Automation",
	block_document_id: "Block",
};
export const actionSchema = (type: string): Schema => reduced(ACTIONS[type], ["type"], TARGETS);
export const quietSchema: Schema = reduced(SCHEMAS.QuietHours, []);
export const actionMeaning = (type: string): string => ACTIONS[type]?.description ?? "";

/** The fields with what holds where nothing is said, as a form shows them. */
export const filled = (schema: Schema, values: Values): Values => ({ ...defaults(schema), ...values });

/** What was typed without what would hold anyway. */
export function tidied(schema: Schema, values: Values): Values {
	const usual = defaults(schema);
	return Object.fromEntries(
		Object.entries(values).filter(
			([name, value]) =>
				value !== undefined && value !== "" && value !== null && JSON.stringify(value) !== JSON.stringify(usual[name]),
		),
	);
}

/** The kinds of triggers that people choose among. */
export const KINDS = {
	event: "Something happens",
	absence: "Something does not happen",
	metric: "A number goes beyond a bound",
	compound: "Several things happen",
	sequence: "Several things happen in their order",
} as const;
export type Kind = keyof typeof KINDS;

export const kindOf = (trigger: Trigger): Kind =>
	trigger.type === "event" && trigger.posture === "Proactive" ? "absence" : trigger.type;

/** The trigger of another kind that keeps as much of this one as can be. */
export function turned(trigger: Trigger, kind: Kind): Trigger {
	const inside = trigger.type === "compound" || trigger.type === "sequence" ? trigger.triggers : null;
	switch (kind) {
		case "event":
		case "absence": {
			const first = inside?.[0] ?? trigger;
			const { posture: _, ...known } = first.type === "event" ? first : { type: "event" as const, posture: undefined };
			if (kind === "event") return known;
			return { ...known, posture: "Proactive", within: known.within || 3600 };
		}
		case "metric":
			return { type: "metric", metric: { name: "successes", operator: "<", threshold: 0.9 } };
		case "compound":
		case "sequence": {
			const within = "within" in trigger && trigger.within && inside ? { within: trigger.within } : {};
			return { type: kind, triggers: inside ?? [trigger], ...within };
		}
	}
}

/** Whether what fires it can also be over: a state and no single happening. */
export const canEnd = (trigger: Trigger): boolean => trigger.type === "metric" || kindOf(trigger) === "absence";

export const blank = (): Draft => ({
	name: "",
	trigger: { type: "event", expect: ["segue.flow-run.Failed"] },
	actions: [{ type: "do-nothing" }],
});

/** What is missing or cannot be read, before the server is asked. */
export function missing(draft: Draft): Problems {
	const found: Problems = {};
	const look = (schema: Schema, values: unknown, place: string) => {
		for (const [name, text] of Object.entries(faults(schema, values as Values))) found[`${place}.${name}`] = text;
	};
	const lookAt = (trigger: Trigger, place: string) => {
		look(triggerSchema(trigger), trigger, place);
		if (trigger.type === "metric") look(metricSchema(trigger.metric.name), trigger.metric, `${place}.metric`);
		if ("triggers" in trigger)
			for (const [at, each] of trigger.triggers.entries()) lookAt(each, `${place}.triggers[${at}]`);
	};
	if (!draft.name.trim()) found.name = "This is needed";
	lookAt(draft.trigger, "trigger");
	for (const list of Object.keys(LISTS) as List[])
		for (const [at, each] of (draft[list] ?? []).entries()) {
			look(actionSchema(each.type), each, `${list}[${at}]`);
			if (each.type === "run-deployment") look({}, each.parameters ?? {}, `${list}[${at}].parameters`);
		}
	return found;
}

/** Whether all of it can be written down: no field holds what is to become JSON and is none yet. */
export const isWritable = (value: unknown): boolean =>
	!(value instanceof Unread) &&
	(typeof value !== "object" || value === null || Object.values(value).every((each) => isWritable(each)));

/** Where the server found something wrong, out of what it refused with. */
export function refusedAt(facts: Record<string, unknown> | undefined, text: string): Problems {
	const field = typeof facts?.field === "string" ? facts.field : "";
	const place = field.replace(/^automation\./, "");
	if (place === "") return {};
	// Of an action the sentence begins with the field that it is about: `actions[0], send-notification: body: …`.
	const [, list, name] = text.match(/^(\w+\[\d+\]), [\w-]+: (\w+)(?:[.[][^:]*)?: /) ?? [];
	return { [list === place && name ? `${place}.${name}` : place]: text };
}

/** What is wrong at a place itself, and in its fields. */
export function problemsAt(
	problems: Problems,
	place: string,
): { own: string | undefined; fields: Record<string, string> } {
	const fields: Record<string, string> = {};
	for (const [where, text] of Object.entries(problems)) {
		const [, name] = where.startsWith(`${place}.`) ? (where.slice(place.length).match(/^\.(\w+)/) ?? []) : [];
		if (name) fields[name] = text;
	}
	return { own: problems[place], fields };
}

/** What of a value keeps it from being an automation, by place. */
export const misfitsOf = (value: unknown): Misfit[] => misfits(value, SCHEMAS.NewAutomation ?? {}, SCHEMAS);

/** What a new action of a type begins with. */
export const begun = (type: string): Action => ({ type, ...tidied(actionSchema(type), {}) }) as unknown as Action;
