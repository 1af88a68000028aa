/** The live stream: one connection for each interest, which goes on from where it broke, and rests while nobody looks. */
import type { FedEvent, Log } from "./client";

export interface Interest {
	kinds: ("runs" | "events" | "logs" | "counters")[];
	names?: string[];
	flow_run_ids?: string[];
	resource_ids?: string[];
	level?: number;
	after?: string;
}

export interface Hears {
	run?: (event: FedEvent) => void;
	event?: (event: FedEvent) => void;
	log?: (line: Log) => void;
	counters?: (counts: Record<string, number>) => void;
	/** From now on everything is heard: what was read before may lack what happened until now. */
	open?: () => void;
	/** Something may have been missed: read the lists anew. */
	gap?: () => void;
}

export type Link = "live" | "lost" | "resting";
type Watcher = (link: Link) => void;

const watchers = new Set<Watcher>();
const links = new Map<symbol, Link>();

function told(): Link {
	const all = [...links.values()];
	if (all.includes("lost")) return "lost";
	return all.includes("live") ? "live" : "resting";
}

/** How the connections are, now and whenever that changes. */
export function watchLink(watcher: Watcher): () => void {
	watchers.add(watcher);
	watcher(told());
	return () => watchers.delete(watcher);
}

function note(id: symbol, link: Link | null): void {
	if (link === null) links.delete(id);
	else links.set(id, link);
	const now = told();
	for (const each of watchers) each(now);
}

/** Seconds until the next try after a connection was lost, at first and at most; and until a hidden page lets go. */
const FIRST = 0.5;
const MOST = 5;
const HIDDEN = 20;

/** Listen until the function returned is called. */
export function listen(interest: Interest, hears: Hears): () => void {
	const id = Symbol("listener");
	let source: EventSource | null = null;
	let place = interest.after;
	let pause = FIRST;
	let timer = 0;
	let over = false;

	const open = () => {
		if (over || source !== null) return;
		const query = new URLSearchParams();
		for (const [name, value] of Object.entries(interest)) {
			if (name === "after" || value === undefined) continue;
			for (const each of Array.isArray(value) ? value : [value]) query.append(name, String(each));
		}
		if (place !== undefined) query.set("after", place);
		const made = new EventSource(`/api/stream?${query}`);
		source = made;
		const on = (kind: string, hear: (data: unknown) => void) =>
			made.addEventListener(kind, (message) => {
				place = message.lastEventId || place;
				hear(JSON.parse(message.data));
			});
		on("hello", () => {
			pause = FIRST;
			note(id, "live");
			hears.open?.();
		});
		on("run", (data) => hears.run?.(data as FedEvent));
		on("event", (data) => hears.event?.(data as FedEvent));
		on("log", (data) => hears.log?.(data as Log));
		on("counters", (data) => hears.counters?.(data as Record<string, number>));
		on("gap", () => hears.gap?.());
		for (const end of ["dropped", "bye"]) on(end, () => again());
		made.onerror = again;
	};
	const close = () => {
		source?.close();
		source = null;
		window.clearTimeout(timer);
	};
	const again = () => {
		close();
		if (over) return;
		note(id, "lost");
		timer = window.setTimeout(open, pause * 1000);
		pause = Math.min(pause * 2, MOST);
	};
	// A browser keeps six connections to a server for all its tabs: one that nobody looks at must not hold one.
	const seen = () => {
		window.clearTimeout(timer);
		if (document.visibilityState === "visible") open();
		else
			timer = window.setTimeout(() => {
				close();
				note(id, "resting");
			}, HIDDEN * 1000);
	};
	document.addEventListener("visibilitychange", seen);
	open();
	return () => {
		over = true;
		close();
		document.removeEventListener("visibilitychange", seen);
		note(id, null);
	};
}
