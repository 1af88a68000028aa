/** What keeps the lists true: the stream says that something happened, and what shows it is asked for anew, not too often. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Link, listen, watchLink } from "./live";

/** Milliseconds between two times that a list is asked for because of what happened. */
const PACE = 700;

/** Ask anew for everything under a key, at once for the first happening and then at a pace. */
export function pacer(queries: QueryClient): (key: string) => void {
	const waiting = new Map<string, number>();
	const last = new Map<string, number>();
	return (key) => {
		if (waiting.has(key)) return;
		const pause = Math.max(60, PACE - (Date.now() - (last.get(key) ?? 0)));
		waiting.set(
			key,
			window.setTimeout(() => {
				waiting.delete(key);
				last.set(key, Date.now());
				void queries.invalidateQueries({ queryKey: [key] });
			}, pause),
		);
	};
}

/** What shows things of a kind, by the events that tell of their changes. */
const SHOWN_BY: Record<string, string> = {
	"segue.deployment.*": "deployments",
	"segue.schedule.*": "deployments",
	"segue.work-pool.*": "work-pools",
	"segue.work-queue.*": "work-pools",
	"segue.worker.*": "workers",
	"segue.automation.*": "automations",
	"segue.delivery.*": "automations",
};

/** Keep lists of flow runs, and how many are open, as they are. */
export function useFresh(): void {
	const queries = useQueryClient();
	useEffect(() => {
		const stale = pacer(queries);
		return listen(
			{
				kinds: ["runs", "events", "counters"],
				names: ["segue.flow-run.*", ...Object.keys(SHOWN_BY)],
			},
			{
				run: () => stale("flow-runs"),
				event: (event) => {
					const [noun = ""] = event.event.split(".").slice(1, 2);
					stale(SHOWN_BY[`segue.${noun}.*`] ?? noun);
				},
				open: () => stale("flow-runs"),
				counters: (counts) => queries.setQueryData(["counters"], counts),
				gap: () => void queries.invalidateQueries(),
			},
		);
	}, [queries]);
}

export function useLink(): Link {
	const [link, setLink] = useState<Link>("resting");
	const queries = useQueryClient();
	useEffect(() => {
		let before: Link = "resting";
		return watchLink((now) => {
			// What was asked for in vain meanwhile is asked for again.
			if (before === "lost" && now === "live") void queries.invalidateQueries();
			before = now;
			setLink(now);
		});
	}, [queries]);
	return link;
}
