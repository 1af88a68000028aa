/** An automation as a sentence: when this happens, that is done. */
import { type Automation, deeds, fires, type Names, type Said } from "./automation-words";
import { Dim } from "./frame";

/** What it does, a line for each trigger and each action. */
export function InWords({
	automation,
	names,
}: {
	automation: Pick<Automation, "trigger" | "actions" | "actions_on_trigger" | "actions_on_resolve">;
	names: Names;
}) {
	const all = deeds(automation, names);
	return (
		<dl className="in-words">
			<dt>When</dt>
			<dd>
				<Sentence of={fires(automation.trigger, names)} />
			</dd>
			<dt>then</dt>
			<dd>
				{all.length === 0 ? "nothing: the firing is recorded" : null}
				{all.map((each, place) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: two actions may be the same
					<div key={place}>
						{each.text} {each.when ? <Dim>{each.when}</Dim> : null}
					</div>
				))}
			</dd>
		</dl>
	);
}

function Sentence({ of }: { of: Said }) {
	if (of.parts.length === 0) return <>{of.text}</>;
	return (
		<>
			{of.text}:
			<ul>
				{of.parts.map((each, place) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: two triggers may be the same
					<li key={place}>
						<Sentence of={each} />
					</li>
				))}
			</ul>
		</>
	);
}
