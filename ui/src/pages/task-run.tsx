/** One task run: its states, lines, failure, and what it waited for. */
import { useQuery } from "@tanstack/react-query";
import { read } from "../api/client";
import { Shown } from "../parts/conditions";
import { Card, Facts, Go, Page, Tags } from "../parts/frame";
import { Fault, States } from "../parts/history";
import { Logs } from "../parts/logs";
import { RunLink, useNames } from "../parts/named";
import { isFinal, StateBadge } from "../parts/states";
import { Moment, Took } from "../parts/time";
import { Result } from "./run";

export function TaskRun({ id }: { id: string }) {
	const run = useQuery({
		queryKey: ["task-runs", "one", id],
		queryFn: () => read("/task-runs/{id}", { id }),
		refetchInterval: (query) => (query.state.data && isFinal(query.state.data.state) ? false : 1000),
	});
	const states = useQuery({
		queryKey: ["task-runs", "states", id, run.data?.state.id],
		queryFn: () => read("/task-runs/{id}/states", { id }),
	});
	return (
		<Shown of={run}>
			{(data) => (
				<Page
					name={data.name}
					above={data.flow_run_id ? <RunLink id={data.flow_run_id} otherwise="Its flow run" /> : "Task run"}
					title={
						<>
							{data.name} <StateBadge state={data.state} />
						</>
					}
				>
					<div className="stack">
						<Fault state={data.state} />
						<Card>
							<Facts
								of={[
									["Task", data.task_name],
									["Started", <Moment key="s" at={data.start_time} />],
									["Duration", <Took key="d" run={data} over={isFinal(data.state)} />],
									["Attempt", data.run_count ?? 0],
									["Cache", data.cache?.hit ? "result of an earlier run reused" : (data.cache?.policy ?? "–")],
									["Tags", data.tags?.length ? <Tags key="t" of={data.tags} /> : "–"],
									["Waited for", <Upstream key="u" of={data.upstream} />],
									[
										"Id",
										<span key="i" className="mono id">
											{id}
										</span>,
									],
								]}
							/>
							<Result state={data.state} />
						</Card>
						<Card title="Logs">
							<Logs flowRun={data.flow_run_id ?? undefined} taskRun={id} height={280} />
						</Card>
						<Card title="States">
							<States of={states.data?.items ?? []} />
						</Card>
					</div>
				</Page>
			)}
		</Shown>
	);
}

function Upstream({ of }: { of: Record<string, string[]> | undefined }) {
	const pairs = Object.entries(of ?? {}).flatMap(([name, ids]) => ids.map((id) => [name, id] as const));
	const shown = pairs.slice(0, 8);
	const names = useNames(
		"task-runs",
		shown.map(([, id]) => id),
	);
	if (pairs.length === 0) return "nothing";
	return (
		<>
			{shown.map(([name, id]) => (
				<span key={name + id} style={{ marginRight: 8 }} title={`as ${name}`}>
					<Go to={`/task-runs/${id}`}>{names[id] ?? name}</Go>
				</span>
			))}
			{pairs.length > shown.length ? `and ${pairs.length - shown.length} more` : ""}
		</>
	);
}
