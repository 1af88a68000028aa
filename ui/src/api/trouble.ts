/** Questions that the server could not answer: they are asked again until it can, and what is shown meanwhile is called old. */
import { type Query, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Refused, UNREACHABLE } from "./client";

/** Milliseconds between two times that unanswered questions are asked again. */
const AGAIN = 5000;

const couldNot = (problem: unknown): problem is Refused =>
	problem instanceof Refused && (problem.status === UNREACHABLE || problem.status >= 500);

/** Whether a question that a page asks was not answered, by no fault of whoever asks. */
const unanswered = (query: Query): boolean =>
	query.isActive() && couldNot(query.state.error ?? query.state.fetchFailureReason);

/** What went wrong with what is on the page; null while all is well. */
export function useTrouble(): string | null {
	const queries = useQueryClient();
	const [told, setTold] = useState<string | null>(null);
	useEffect(() => {
		const cache = queries.getQueryCache();
		const look = () => {
			const query = cache.getAll().find((each) => unanswered(each) && each.state.data !== undefined);
			const problem = query?.state.error ?? query?.state.fetchFailureReason;
			setTold(problem ? `What is shown may be old: ${problem.message}` : null);
		};
		// What is told while another component draws is looked at after that.
		const stop = cache.subscribe(() => queueMicrotask(look));
		const timer = window.setInterval(() => {
			void queries.refetchQueries({ predicate: (query) => unanswered(query) && query.state.fetchStatus === "idle" });
		}, AGAIN);
		return () => {
			stop();
			window.clearInterval(timer);
		};
	}, [queries]);
	return told;
}
