/** The last runs of something as a strip of bars, the newest at the right; each leads to its run. */
import type { Schemas } from "../api/client";
import { Link } from "./router";
import { colourOf } from "./states";
import { ago } from "./words";

type Brief = Schemas["RunInBrief"];

export function RunStrip({ of, places = 10 }: { of: Brief[]; places?: number }) {
	const shown = of.slice(0, places).toReversed();
	return (
		<span className="strip">
			{Array.from({ length: places - shown.length }, (_, place) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: places without a run are alike
				<span key={place} className="strip-none" aria-hidden="true" />
			))}
			{shown.map((run) => {
				const at = run.start_time ?? run.end_time ?? run.expected_start_time;
				const told = `${run.name}: ${run.state_name}${at ? `, ${ago(at)}` : ""}`;
				return (
					<Link
						key={run.id}
						to={`/flow-runs/${run.id}`}
						title={told}
						aria-label={told}
						className={`strip-run of-${run.state_type.toLowerCase()}`}
						style={{ background: colourOf(run.state_type) }}
					/>
				);
			})}
		</span>
	);
}
