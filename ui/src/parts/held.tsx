/** A list that grows at its top stands still under a hand: while somebody points at it or is in it, what is newer waits. */
import { type FocusEvent, useState } from "react";

interface Held<T> {
	shown: T[];
	/** Things that wait until the list is let go. */
	newer: number;
	/** For the element around the list. */
	hold: {
		onPointerEnter: () => void;
		onPointerLeave: () => void;
		onFocus: () => void;
		onBlur: (event: FocusEvent) => void;
	};
}

/** How many things at the top are newer than all those that were known. */
export function newer(ids: string[], known: ReadonlySet<string> | null): number {
	return known === null
		? 0
		: Math.max(
				0,
				ids.findIndex((id) => known.has(id)),
			);
}

export function useHeld<T extends { id: string }>(items: T[]): Held<T> {
	const [known, setKnown] = useState<ReadonlySet<string> | null>(null);
	const [by, setBy] = useState({ pointer: false, focus: false });
	const change = (next: typeof by) => {
		setBy(next);
		if (!next.pointer && !next.focus) setKnown(null);
		else setKnown((before) => before ?? new Set(items.map((each) => each.id)));
	};
	const waiting = newer(
		items.map((each) => each.id),
		known,
	);
	return {
		shown: waiting ? items.slice(waiting) : items,
		newer: waiting,
		hold: {
			onPointerEnter: () => change({ ...by, pointer: true }),
			onPointerLeave: () => change({ ...by, pointer: false }),
			onFocus: () => change({ ...by, focus: true }),
			onBlur: (event) => {
				if (!event.currentTarget.contains(event.relatedTarget)) change({ ...by, focus: false });
			},
		},
	};
}
