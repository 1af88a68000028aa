/** Moments and durations that stay true while they are looked at. */
import { useEffect, useState } from "react";
import { ago, duration, exact, took } from "./words";

/** The present, told anew every so many milliseconds; all of one pace share a timer. */
export function useNow(every = 1000): number {
	const [now, setNow] = useState(Date.now);
	useEffect(() => {
		const timer = window.setInterval(() => setNow(Date.now()), every);
		return () => window.clearInterval(timer);
	}, [every]);
	return now;
}

export function Moment({ at }: { at: string | null | undefined }) {
	const now = useNow(5000);
	if (!at) return <span className="dim">–</span>;
	return (
		<time dateTime={at} title={exact(at)}>
			{ago(at, now)}
		</time>
	);
}

function Running({ run }: { run: { start_time?: string | null } }) {
	const now = useNow();
	return <>{duration(took(run, now))}</>;
}

export function Took({ run, over }: { run: { start_time?: string | null; end_time?: string | null }; over: boolean }) {
	if (!run.start_time) return <span className="dim">–</span>;
	return <span className="number">{over ? duration(took(run)) : <Running run={run} />}</span>;
}
