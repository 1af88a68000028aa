/** One task run: its states, lines, failure, and what it waited for. */
import { useQuery } from "@tanstack/react-query";
import { read } from "../api/client";
import { Shown } from "../parts/conditions";
import { Card, Facts, Go, Page, Tags } from "../parts/frame";
import { Fault, States } from "../parts/history";
import { Logs } from "../parts/logs";
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
					above={data.flow_run_id ? <Go to={`/flow-runs/${data.flow_run_id}`}>Its flow run</Go> : "Task run"}
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
									["Tags", <Tags key="t" of={data.tags} />],
									["Waited for", <Upstream key="u" of={data.upstream} />],
									[
										"Id",
										<span key="i" className="mono">
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
	if (pairs.length === 0) return "nothing";
	return pairs.slice(0, 8).map(([name, id]) => (
		<span key={name + id} style={{ marginRight: 8 }}>
			<Go to={`/task-runs/${id}`}>{name}</Go>
		</span>
	));
}
