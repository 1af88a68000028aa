/** Bars over time, stacked by what is counted: for the eye a drawing, for a screen reader a table. */
import { Tooltip } from "@mantine/core";
import { colourOf, titled } from "./states";
import { count, when } from "./words";

export interface Bar {
	start: string;
	/** What is counted, from the bottom up. */
	parts: Record<string, number>;
	note?: string;
}

const WIDTH = 1000;

export function Bars({
	bars,
	kinds,
	height = 120,
	label,
	onPick,
}: {
	bars: Bar[];
	kinds: string[];
	height?: number;
	label: string;
	onPick?: (bar: Bar, next: Bar | undefined) => void;
}) {
	const most = Math.max(1, ...bars.map((bar) => total(bar)));
	const step = WIDTH / Math.max(1, bars.length);
	return (
		<figure className="bars" aria-label={label}>
			<div className="bars-most number">{bars.some((bar) => total(bar) > 0) ? count(most) : ""}</div>
			<svg viewBox={`0 0 ${WIDTH} ${height}`} height={height} preserveAspectRatio="none" aria-hidden="true">
				<title>{label}</title>
				<line x1="0" x2={WIDTH} y1="0.5" y2="0.5" className="bars-line" />
				<line x1="0" x2={WIDTH} y1={height - 0.5} y2={height - 0.5} className="bars-line" />
				{bars.map((bar, at) => (
					<Tooltip.Floating key={bar.start} label={<Told bar={bar} kinds={kinds} />}>
						{/* biome-ignore lint/a11y/noStaticElementInteractions: the same is reached by the time filter */}
						<g onClick={onPick ? () => onPick(bar, bars[at + 1]) : undefined} className={onPick ? "pick" : ""}>
							<rect x={at * step} y="0" width={step} height={height} fill="transparent" />
							{stacked(bar, kinds, most, height).map(([kind, y, tall]) => (
								<rect
									key={kind}
									x={at * step + step * 0.12}
									y={y}
									width={step * 0.76}
									height={tall}
									fill={colourOf(kind)}
								/>
							))}
						</g>
					</Tooltip.Floating>
				))}
			</svg>
			<div className="bars-axis number">
				{[0, 0.25, 0.5, 0.75].map((share) => {
					const bar = bars[Math.floor(share * bars.length)];
					return <span key={share}>{bar ? when(bar.start) : ""}</span>;
				})}
				<span>now</span>
			</div>
			<table className="unseen">
				<caption>{label}</caption>
				<tbody>
					{bars
						.filter((bar) => total(bar) > 0)
						.map((bar) => (
							<tr key={bar.start}>
								<th scope="row">{when(bar.start)}</th>
								<td>{words(bar, kinds)}</td>
							</tr>
						))}
				</tbody>
			</table>
		</figure>
	);
}

const total = (bar: Bar) => Object.values(bar.parts).reduce((sum, each) => sum + each, 0);

function words(bar: Bar, kinds: string[]): string {
	const told = kinds.filter((kind) => bar.parts[kind]).map((kind) => `${count(bar.parts[kind] ?? 0)} ${titled(kind)}`);
	return told.join(", ") || "none";
}

function Told({ bar, kinds }: { bar: Bar; kinds: string[] }) {
	return (
		<div>
			<strong>{when(bar.start)}</strong>
			<br />
			{words(bar, kinds)}
			{bar.note ? (
				<>
					<br />
					{bar.note}
				</>
			) : null}
		</div>
	);
}

function stacked(bar: Bar, kinds: string[], most: number, height: number): [string, number, number][] {
	let base = height;
	const out: [string, number, number][] = [];
	for (const kind of kinds) {
		const number = bar.parts[kind] ?? 0;
		if (number === 0) continue;
		const tall = Math.max(1.5, (number / most) * (height - 2));
		base -= tall;
		out.push([kind, Math.max(0, base), tall]);
	}
	return out;
}
