/** How many of so many slots are taken. */
import { Dim } from "./frame";
import { count } from "./words";

export function Slots({ taken, most }: { taken: number; most: number | null | undefined }) {
	return (
		<>
			<span className="number">
				{count(taken)} {most == null ? <Dim>no limit</Dim> : `of ${count(most)}`}
			</span>
			{most == null ? null : (
				<div className="gauge" aria-hidden="true">
					<div style={{ width: `${Math.min(100, (100 * taken) / Math.max(1, most))}%` }} />
				</div>
			)}
		</>
	);
}
