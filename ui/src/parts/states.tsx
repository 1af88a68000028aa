/** How states look: the same colour everywhere, and never the colour alone. */
import type { Kind, State } from "../api/client";

export const KINDS: Kind[] = [
	"COMPLETED",
	"FAILED",
	"CRASHED",
	"CANCELLED",
	"RUNNING",
	"PENDING",
	"SCHEDULED",
	"PAUSED",
	"CANCELLING",
];
export const FINAL: ReadonlySet<string> = new Set(["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]);
export const isFinal = (state: State): boolean => FINAL.has(state.type);

/** What a state says; of a failure the error itself, without the words that all failures begin with. */
export const toldOf = (state: State): string | null | undefined =>
	"error" in state && state.error ? `${state.error.type}: ${state.error.message}` : state.message;

/** The custom property that holds a state's colour; `styles.css` gives it one for each theme. */
export const colourOf = (kind: string): string => `var(--state-${kind.toLowerCase()})`;
export const titled = (kind: string): string => kind.charAt(0) + kind.slice(1).toLowerCase();

/** The colour as a canvas takes it. */
export function painted(kind: string): string {
	return getComputedStyle(document.documentElement).getPropertyValue(`--state-${kind.toLowerCase()}`).trim() || "#888";
}

const SIGNS: Record<string, string> = {
	COMPLETED: "M4 8.500l2.700 2.700L12 5.500",
	FAILED: "M5 5l6 6M11 5l-6 6",
	CRASHED: "M9 3L5.500 8.500h5L7 13",
	CANCELLED: "M4.500 8h7",
	CANCELLING: "M4.500 8h7",
	RUNNING: "M6 4.500l5.500 3.500L6 11.500z",
	PAUSED: "M6 5v6M10 5v6",
	PENDING: "M8 3a5 5 0 1 0 .01 0M8 5.700v2.500l1.600 1",
	SCHEDULED: "M8 3a5 5 0 1 0 .01 0M8 5.700v2.500l1.600 1",
};

export function StateBadge({ state }: { state: { type: string; name: string } }) {
	return (
		<span className={`state state-${state.type.toLowerCase()}`}>
			<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
				<path d={SIGNS[state.type] ?? ""} />
			</svg>
			{state.name}
		</span>
	);
}

/** How something that is no run is, in the colour of a run's state. */
export function StatusBadge({ status, kind, title }: { status: string; kind: Kind; title?: string }) {
	return (
		<span className={`state state-${kind.toLowerCase()}`} title={title}>
			<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
				<path d={SIGNS[kind] ?? ""} />
			</svg>
			{status}
		</span>
	);
}
