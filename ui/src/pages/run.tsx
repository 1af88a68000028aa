import { useQuery } from "@tanstack/react-query";
import { read } from "../api/client";
import { Shown } from "../parts/conditions";
import { Card, Page } from "../parts/frame";
import { Logs } from "../parts/logs";
import { isFinal, StateBadge } from "../parts/states";
import { Took } from "../parts/time";

export function Run({ id }: { id: string }) {
	const run = useQuery({ queryKey: ["flow-runs", "one", id], queryFn: () => read("/flow-runs/{id}", { id }) });
	return (
		<Shown of={run}>
			{(data) => (
				<Page
					title={
						<>
							{data.name} <StateBadge state={data.state} />
						</>
					}
					name={data.name}
					above={data.flow_name}
					beside={<Took run={data} over={isFinal(data.state)} />}
				>
					<Card title="Logs">
						<Logs flowRun={id} />
					</Card>
				</Page>
			)}
		</Shown>
	);
}
