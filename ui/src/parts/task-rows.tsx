/** Task runs as rows of a table. */
import { Button } from "@mantine/core";
import { useState } from "react";
import type { TaskRun } from "../api/client";
import { Go } from "./frame";
import { isFinal, StateBadge } from "./states";
import { Moment, Took } from "./time";

const PAGE = 100;

export function TaskRows({ runs }: { runs: TaskRun[] }) {
	const [shown, setShown] = useState(PAGE);
	return (
		<div className="scroll">
			<table className="rows">
				<thead>
					<tr>
						<th>State</th>
						<th>Task run</th>
						<th>Task</th>
						<th className="right">Started</th>
						<th className="right">Duration</th>
					</tr>
				</thead>
				<tbody>
					{runs.slice(0, shown).map((run) => (
						<tr key={run.id}>
							<td>
								<StateBadge state={run.state} />
							</td>
							<td className="wide">
								<span className="cut">
									<Go to={`/task-runs/${run.id}`}>{run.name}</Go> <span className="dim">{run.state.message}</span>
								</span>
							</td>
							<td>{run.task_name}</td>
							<td className="right">
								<Moment at={run.start_time} />
							</td>
							<td className="right">
								<Took run={run} over={isFinal(run.state)} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
			{runs.length > shown ? (
				<div className="more-row">
					<Button size="xs" variant="default" onClick={() => setShown(shown + PAGE)}>
						More
					</Button>
				</div>
			) : null}
		</div>
	);
}
