/** Flow runs as rows of a table. */
import { Checkbox } from "@mantine/core";
import type { FlowRun } from "../api/client";
import { Go, Tags } from "./frame";
import { isFinal, StateBadge, toldOf } from "./states";
import { Moment, Took } from "./time";

export function RunRows({
	runs,
	brief = false,
	chosen,
	choose,
}: {
	runs: FlowRun[];
	brief?: boolean;
	chosen?: ReadonlySet<string>;
	choose?: (ids: Set<string>) => void;
}) {
	const all = chosen !== undefined && runs.length > 0 && runs.every((run) => chosen.has(run.id));
	const toggle = (id: string) => {
		const next = new Set(chosen);
		if (!next.delete(id)) next.add(id);
		choose?.(next);
	};
	return (
		<div className="scroll">
			<table className="rows">
				<thead className={brief ? "unseen" : ""}>
					<tr>
						{chosen ? (
							<th>
								<Checkbox
									size="xs"
									aria-label="Choose all runs shown"
									checked={all}
									indeterminate={chosen.size > 0 && !all}
									onChange={() => choose?.(all ? new Set() : new Set(runs.map((run) => run.id)))}
								/>
							</th>
						) : null}
						<th>State</th>
						<th>Run</th>
						{brief ? null : <th>Flow</th>}
						{brief ? null : <th>Tags</th>}
						<th className="right">{brief ? "Since" : "Start"}</th>
						<th className="right">Duration</th>
					</tr>
				</thead>
				<tbody>
					{runs.map((run, place) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: a row is a place: runs move through them, and no row moves
						<tr key={place} data-run={run.name}>
							{chosen ? (
								<td>
									<Checkbox
										size="xs"
										aria-label={`Choose ${run.name}`}
										checked={chosen.has(run.id)}
										onChange={() => toggle(run.id)}
									/>
								</td>
							) : null}
							<td>
								<StateBadge state={run.state} />
							</td>
							<td className="wide">
								<span className="cut">
									<Go to={`/flow-runs/${run.id}`}>{run.name}</Go>
									{toldOf(run.state) ? (
										<span className="dim" title={run.state.message ?? undefined}>
											{"  "}
											{toldOf(run.state)}
										</span>
									) : null}
								</span>
							</td>
							{brief ? null : (
								<td>
									<Go to={`/flows/${run.flow_id}`}>{run.flow_name}</Go>
								</td>
							)}
							{brief ? null : (
								<td>
									<Tags of={run.tags} />
								</td>
							)}
							<td className="right">
								<Moment at={run.start_time ?? run.expected_start_time ?? run.created} />
							</td>
							<td className="right">
								<Took run={run} over={isFinal(run.state)} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
