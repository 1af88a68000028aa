/** Who has fallen silent: shown where there is somebody. */
import { Card, Go } from "../parts/frame";
import { useWorkers, WorkerRows } from "./workers";

/** Workers that stopped telling that they are there, without saying that they leave. */
export function DeadWorkers({ since }: { since: string }) {
	const dead = useWorkers("dead", { online: false, left: false, beat_after: since, limit: 20 });
	if (!dead.data?.items.length) return null;
	return (
		<Card title="Dead workers" beside={<Go to="/work-pools">Work pools</Go>} flush>
			<WorkerRows of={dead.data.items} pools />
		</Card>
	);
}
