/** Task runs by what they depend on, in columns from left to right. */
import type { TaskRun } from "../api/client";
import { Empty } from "./conditions";
import { Link } from "./router";
import { colourOf } from "./states";

const MOST = 400;
const WIDE = 190;
const TALL = 44;

export interface Node {
	run: TaskRun;
	column: number;
	row: number;
	before: string[];
}

/** Each run one column behind the last of those that it waited for. */
export function columns(runs: TaskRun[]): Node[] {
	const byId = new Map(runs.map((run) => [run.id, run]));
	const column = new Map<string, number>();
	const place = (run: TaskRun, seen: Set<string>): number => {
		const known = column.get(run.id);
		if (known !== undefined) return known;
		if (seen.has(run.id)) return 0;
		seen.add(run.id);
		const before = Object.values(run.upstream ?? {})
			.flat()
			.map((id) => byId.get(id))
			.filter((each) => each !== undefined);
		const found = before.length === 0 ? 0 : 1 + Math.max(...before.map((each) => place(each, seen)));
		column.set(run.id, found);
		return found;
	};
	const rows: number[] = [];
	return runs.map((run) => {
		const at = place(run, new Set());
		const row = rows[at] ?? 0;
		rows[at] = row + 1;
		return {
			run,
			column: at,
			row,
			before: [...new Set(Object.values(run.upstream ?? {}).flat())].filter((id) => byId.has(id)),
		};
	});
}

export function Graph({ runs }: { runs: TaskRun[] }) {
	if (runs.length === 0)
		return <Empty title="No task runs">A function with @task appears here when the flow calls it.</Empty>;
	if (runs.length > MOST)
		return (
			<Empty title={`${runs.length} task runs are too many for a graph`}>
				The timeline shows them all; point at a bar to see what it waited for.
			</Empty>
		);
	const nodes = columns(runs);
	const byId = new Map(nodes.map((node) => [node.run.id, node]));
	const width = (Math.max(...nodes.map((node) => node.column)) + 1) * (WIDE + 50);
	const height = (Math.max(...nodes.map((node) => node.row)) + 1) * (TALL + 14);
	const x = (node: Node) => node.column * (WIDE + 50) + 4;
	const y = (node: Node) => node.row * (TALL + 14) + 4;
	return (
		<div className="graph">
			{/* biome-ignore lint/a11y/useSemanticElements: what groups links in a drawing is no element of a form */}
			<svg
				width={width}
				height={height + 8}
				role="group"
				aria-label={`Graph of ${runs.length} task runs by dependency`}
			>
				<title>Task runs by dependency</title>
				{nodes.flatMap((node) =>
					node.before.map((id) => {
						const from = byId.get(id);
						if (from === undefined) return null;
						const [x1, y1, x2, y2] = [x(from) + WIDE, y(from) + TALL / 2, x(node), y(node) + TALL / 2];
						return (
							<path
								key={`${id}${node.run.id}`}
								className="edge"
								d={`M${x1} ${y1}C${x1 + 25} ${y1} ${x2 - 25} ${y2} ${x2} ${y2}`}
							/>
						);
					}),
				)}
				{nodes.map((node) => (
					<Link key={node.run.id} to={`/task-runs/${node.run.id}`}>
						<rect
							x={x(node)}
							y={y(node)}
							width={WIDE}
							height={TALL}
							rx="6"
							fill="var(--sheet)"
							stroke={colourOf(node.run.state.type)}
							strokeWidth="1.5"
						/>
						<rect x={x(node)} y={y(node)} width="4" height={TALL} rx="2" fill={colourOf(node.run.state.type)} />
						<text x={x(node) + 14} y={y(node) + 18} fontWeight="600">
							{node.run.name.length > 25 ? `${node.run.name.slice(0, 24)}…` : node.run.name}
						</text>
						<text x={x(node) + 14} y={y(node) + 35} opacity="0.75">
							{node.run.state.name}
						</text>
					</Link>
				))}
			</svg>
		</div>
	);
}
