/** An automation as it is typed, in YAML or JSON: what it says, and what is wrong in it, by its line. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Tags } from "yaml";
import { type Draft, misfitsOf } from "./automation-draft";

export interface Fault {
	line: number;
	text: string;
}

export interface ReadText {
	/** None: it is no automation. */
	draft: Draft | null;
	faults: Fault[];
	/** The line of a place such as `trigger.triggers[0].within`, or of what is nearest around it. */
	lineOf: (place: string) => number;
}

/** More aliases than people write, and fewer than make much of little. */
const ALIASES = 100;
/** Dates are texts here, and bytes nothing; `y` and `n` are letters. */
const OTHER = ["tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:binary"];
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const BOOL = "tag:yaml.org,2002:bool";

function tagsOf(tags: Tags): Tags {
	return tags
		.filter((tag) => typeof tag === "string" || !OTHER.includes(tag.tag))
		.map((tag) =>
			typeof tag !== "string" && tag.tag === BOOL && tag.collection === undefined
				? { ...tag, test: tag.test?.test("yes") ? TRUE : FALSE }
				: tag,
		);
}

/** Read a text, which as JSON is stricter. */
export function readText(text: string, kind: "yaml" | "json"): ReadText {
	const lines = new LineCounter();
	// The version that the command line reads, in which `yes` is true.
	const document = parseDocument(text, {
		lineCounter: lines,
		prettyErrors: false,
		version: "1.1",
		customTags: tagsOf,
	});
	const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
	const lineOf = (place: string): number => {
		let node: unknown = document.contents;
		let offset = 0;
		for (const step of place.match(/[^.[\]]+/g) ?? []) {
			if (isMap(node)) {
				const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === step);
				if (!pair || !isScalar(pair.key)) break;
				offset = pair.key.range?.[0] ?? offset;
				node = pair.value;
			} else if (isSeq(node)) {
				node = node.items[Number(step)];
				offset = (node as { range?: [number, number, number] } | undefined)?.range?.[0] ?? offset;
			} else break;
		}
		return lineAt(offset);
	};
	const wrong = (...faults: Fault[]): ReadText => ({ draft: null, faults, lineOf });
	let value: unknown;
	try {
		if (kind === "json") value = JSON.parse(text);
		else if (document.errors.length)
			return wrong(...document.errors.map((each) => ({ line: lineAt(each.pos[0]), text: sentence(each.message) })));
		else {
			value = document.toJS({ maxAliasCount: ALIASES });
			if (holdsItself(value)) return wrong({ line: 1, text: "An alias in it stands for what it is in." });
		}
	} catch (problem) {
		const said = problem instanceof Error ? problem.message : String(problem);
		const at = said.match(/position (\d+)/)?.[1];
		return wrong({
			line: at === undefined ? lineAt(kind === "json" ? text.length : 0) : lineAt(Number(at)),
			text: sentence(said),
		});
	}
	if (typeof value !== "object" || value === null || Array.isArray(value))
		return wrong({ line: 1, text: "An automation is a map of names and values: name, trigger, actions." });
	const named = { name: "", ...value };
	const faults = misfitsOf(named).map(({ place, text }) => ({ line: lineOf(place), text }));
	return faults.length ? wrong(...faults) : { draft: named as Draft, faults: [], lineOf };
}

function holdsItself(value: unknown, around: unknown[] = []): boolean {
	if (typeof value !== "object" || value === null) return false;
	return around.includes(value) || Object.values(value).some((each) => holdsItself(each, [...around, value]));
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
