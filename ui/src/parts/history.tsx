/** The states of a run, and for each who brought it about, from where, and in which words. */
import type { Schemas, State } from "../api/client";
import { StateBadge } from "./states";
import { exact, precise } from "./words";

const MEANS: Record<string, string> = {
	ui: "the web pages",
	cli: "the command line",
	api: "the API",
	sdk: "a program",
};

export function who(actor: Schemas["Actor"] | null | undefined): string {
	if (!actor) return "";
	const by =
		actor.kind === "user"
			? actor.name
			: actor.kind === "system"
				? `Segue (${actor.name})`
				: `${actor.kind} ${actor.name}`;
	return actor.means ? `${by}, by ${MEANS[actor.means] ?? actor.means}` : by;
}

export function States({ of }: { of: Schemas["StateRow"][] }) {
	return (
		<ol className="history" reversed>
			{of.toReversed().map(({ state, seq }) => (
				<li key={seq}>
					<StateBadge state={state} />
					<div style={{ minWidth: 0 }}>
						{state.message ? <div>{state.message}</div> : null}
						<div className="dim" style={{ fontSize: 12 }}>
							{who(state.actor)}
						</div>
					</div>
					<time className="dim mono" dateTime={state.timestamp} title={exact(state.timestamp)}>
						{precise(state.timestamp)}
					</time>
				</li>
			))}
		</ol>
	);
}

/** What failed: the error, the line in the user's code and what stood in its variables. */
export function Fault({ state }: { state: State }) {
	const error = "error" in state ? state.error : null;
	if (!error) return null;
	const values = Object.entries(error.values ?? {});
	return (
		<div className="fault">
			<strong>
				{error.type}: {error.message}
			</strong>
			{error.file ? (
				<div className="line">
					<span className="dim">
						{error.file}:{error.line} in {error.function}
					</span>
					{error.source ? `\n  ${error.source.trim()}` : ""}
				</div>
			) : null}
			{values.length ? (
				<div className="line">
					{values.map(([name, value]) => (
						<div key={name}>
							<span className="dim">{name} =</span> {value}
						</div>
					))}
				</div>
			) : null}
			{error.traceback ? (
				<details style={{ marginTop: 8 }}>
					<summary>Traceback</summary>
					{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
					<pre className="trace" tabIndex={0}>
						{error.traceback}
					</pre>
				</details>
			) : null}
		</div>
	);
}
