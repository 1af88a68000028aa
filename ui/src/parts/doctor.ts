/** Whether a server is well: what was looked at, what was found, and what to do where it is not good. */
import type { Schemas } from "../api/client";
import { ago, count, duration, many, size } from "./words";

export interface Finding {
	what: string;
	verdict: "ok" | "warn" | "fail";
	found: string;
	todo?: string;
}

/** Bytes of free disk below which runs may soon fail, and below which they will. */
const LITTLE = 1e9;
const HARDLY_ANY = 5e7;
/** Seconds from which on a commit is slow, and that a task may wait for a task worker. */
const SLOW = 1;
const LONG = 60;

export function loops(ready: Schemas["Readiness"]): Finding[] {
	return Object.entries(ready.loops).map(([name, beat]) => ({
		what: name,
		verdict: beat.beating ? "ok" : "fail",
		found: `${beat.purpose}; ${beat.age === null || beat.age === undefined ? "no turn yet" : `last turn ${duration(beat.age)} ago`}, ${beat.every ? `one every ${duration(beat.every)}` : "one when there is something to do"}`,
		todo: beat.beating ? undefined : "The log of the server says why.",
	}));
}

export function standing(facts: Schemas["ServerFacts"]): Finding[] {
	const { writing, disk_free: free, database_size: bytes } = facts;
	const found: Finding[] = [
		{
			what: "database",
			verdict: "ok",
			found: `${facts.database}, schema ${facts.schema_version}${bytes ? `, ${size(bytes)}` : ""}`,
		},
		{
			what: "writing",
			verdict: Math.max(writing.longest_wait, writing.longest_hold) > SLOW ? "warn" : "ok",
			found: `${many(writing.batches, "batch", "batches")} since the start; longest wait ${duration(writing.longest_wait)}, longest hold ${duration(writing.longest_hold)}`,
			todo:
				Math.max(writing.longest_wait, writing.longest_hold) > SLOW
					? "Another program held the database for long, or the disk is slow."
					: undefined,
		},
	];
	if (typeof free === "number")
		found.push({
			what: "disk",
			verdict: free < HARDLY_ANY ? "fail" : free < LITTLE ? "warn" : "ok",
			found: `${size(free)} free where the database lies`,
			todo: free < LITTLE ? "Free some disk space: without it nothing more can be recorded." : undefined,
		});
	return found;
}

export function queues(figures: Schemas["Figures"]): Finding[] {
	const found: Finding[] = [];
	if (figures.overdue > 0)
		found.push({
			what: "queues",
			verdict: "warn",
			found: `${many(figures.overdue, "scheduled run")} should have begun, the first ${duration(figures.overdue_by)} ago`,
			todo: "Their pages say what each waits for.",
		});
	if (figures.waiting_tasks > 0 && figures.waiting_for > LONG)
		found.push({
			what: "queues",
			verdict: "warn",
			found: `${many(figures.waiting_tasks, "task")} wait for a task worker, the first for ${duration(figures.waiting_for)}`,
			todo: "segue task serve FILE.py:TASK starts a worker.",
		});
	if (found.length > 0) return found;
	const open = Object.values(figures.flow_runs).reduce((sum, each) => sum + each, 0);
	return [{ what: "queues", verdict: "ok", found: `${many(open, "open run")}, nothing waits too long` }];
}

export function tidiness(told: Schemas["TidinessRead"], retention: Schemas["Retention"], now?: number): Finding {
	if (Object.values(retention).every((days) => days === null))
		return { what: "retention", verdict: "ok", found: "off: nothing is deleted by itself" };
	const gone = Object.entries(told.known.deleted ?? {}).filter(([, number]) => number > 0);
	const deleted = gone.map(([kind, number]) => `${count(number)} ${kind.replaceAll("_", " ")}`).join(", ");
	const last = told.known.last ? `last looked at ${ago(told.known.last, now)}` : "never looked at";
	return { what: "retention", verdict: "ok", found: `${last}; ${deleted ? `deleted ${deleted}` : "nothing was old"}` };
}

export function secrets(ring: Schemas["KeyRing"]): Finding {
	const lost = ring.unreadable ?? [];
	if (lost.length > 0)
		return {
			what: "secrets",
			verdict: "fail",
			found: `the secrets of ${lost.join(", ")} cannot be read: their key is missing`,
			todo: "segue secret-key status names it; bring it back, or give these blocks their secrets anew.",
		};
	const documents = ring.items.reduce((sum, key) => sum + (key.documents ?? 0), 0);
	return {
		what: "secrets",
		verdict: "ok",
		found: `${many(ring.items.length, "key")} for the secrets of ${many(documents, "block")}`,
	};
}
