/** Task runs as bars over time, on a canvas: ten thousand of them are moved and zoomed without a pause. */
import { ActionIcon, Group, TextInput } from "@mantine/core";
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { TaskRun } from "../api/client";
import { navigate } from "./router";
import { FINAL, KINDS, painted } from "./states";
import { clock, duration, precise } from "./words";

const ROW = 20;
const TOP = 22;
/** Pixels of the canvas, which do not change with what is in it: what is below must not move. */
const LOW = 200;
const TALL = 560;
/** Of the whole, with the row of its search. */
export const TIMELINE_HEIGHT = LOW + 38;

export interface Bar {
	id: string;
	name: string;
	kind: string;
	from: number;
	/** Undefined while it runs. */
	to: number | undefined;
	lane: number;
	before: string[];
}

/** Each bar in the first lane that is free; gives how many lanes there are. */
export function laid(runs: TaskRun[]): { bars: Bar[]; lanes: number } {
	const started = runs
		.filter((run) => run.start_time)
		.sort((a, b) => (a.start_time ?? "").localeCompare(b.start_time ?? ""));
	const ends: number[] = [];
	// Lanes that became free lately are tried first, so that the search stays short.
	const bars = started.map((run) => {
		const from = Date.parse(run.start_time ?? "");
		const to = run.end_time && FINAL.has(run.state.type) ? Date.parse(run.end_time) : undefined;
		let lane = ends.findIndex((end) => end <= from);
		if (lane < 0) lane = ends.length;
		ends[lane] = to === undefined ? Number.POSITIVE_INFINITY : Math.max(to, from + 1);
		return {
			id: run.id,
			name: run.name,
			kind: run.state.type,
			from,
			to,
			lane,
			before: Object.values(run.upstream ?? {}).flat(),
		};
	});
	return { bars, lanes: ends.length };
}

/** Milliseconds that are shown before and behind a run that took so many. */
const edgeOf = (length: number): number => Math.max(2, length * 0.02);

/** The share of the width, in percent, that is before a run when all of it is shown: where it begins. */
export const marginOf = (length: number): number =>
	length < 10 ? 0 : (100 * edgeOf(length)) / (length + 2 * edgeOf(length));

interface View {
	from: number;
	to: number;
	top: number;
}

export function Timeline({
	runs,
	from,
	to,
	moment,
}: {
	runs: TaskRun[];
	from: number;
	to: number | undefined;
	moment?: number;
}) {
	const { bars, lanes } = useMemo(() => laid(runs), [runs]);
	const canvas = useRef<HTMLCanvasElement>(null);
	const view = useRef<View | null>(null);
	const drag = useRef<{ x: number; y: number; view: View; moved: boolean } | null>(null);
	const [sought, setSought] = useState("");
	const [tip, setTip] = useState<{ bar: Bar; x: number; y: number } | null>(null);
	const [drawn, draw] = useState(0);
	const [tall, setTall] = useState(false);
	const height = tall ? TALL : LOW;
	const end = to ?? Date.now();
	const whole = (): View => {
		const last = to ?? Math.max(Date.now(), from + 1000);
		const edge = edgeOf(last - from);
		return { from: from - edge, to: last + edge, top: 0 };
	};
	const now = () => view.current ?? whole();
	const again = () => draw((n) => n + 1);

	useEffect(() => {
		if (to !== undefined) return;
		const timer = window.setInterval(() => draw((n) => n + 1), 500);
		return () => window.clearInterval(timer);
	}, [to]);
	useEffect(() => {
		const resized = new ResizeObserver(() => draw((n) => n + 1));
		if (canvas.current) resized.observe(canvas.current);
		const theme = new MutationObserver(() => draw((n) => n + 1));
		theme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
		return () => {
			resized.disconnect();
			theme.disconnect();
		};
	}, []);
	// biome-ignore lint/correctness/useExhaustiveDependencies: drawn says that the view moved
	useEffect(() => {
		const frame = requestAnimationFrame(() => {
			if (canvas.current)
				paint(canvas.current, bars, now(), { sought: sought.toLowerCase(), moment, hover: tip?.bar, height });
		});
		return () => cancelAnimationFrame(frame);
	}, [bars, sought, moment, tip, height, drawn, end]);

	const zoom = (factor: number, at = 0.5) => {
		const { from: a, to: b, top } = now();
		const middle = a + (b - a) * at;
		view.current = { from: middle - (middle - a) * factor, to: middle + (b - middle) * factor, top };
		again();
	};
	const pan = (share: number, rows = 0) => {
		const { from: a, to: b, top } = now();
		const move = (b - a) * share;
		view.current = { from: a + move, to: b + move, top: bounded(top + rows * ROW, lanes, height) };
		again();
	};
	// React listens to wheels passively, and a passive listener cannot keep the page from scrolling.
	// biome-ignore lint/correctness/useExhaustiveDependencies: it reads what is current through refs
	useEffect(() => {
		const it = canvas.current;
		if (it === null) return;
		const wheel = (event: WheelEvent) => {
			if (!(event.ctrlKey || event.metaKey || event.shiftKey)) {
				const { top } = now();
				// At its ends the page goes on.
				if (bounded(top + event.deltaY, lanes, height) === top) return;
				event.preventDefault();
				pan(0, event.deltaY / ROW);
				return;
			}
			event.preventDefault();
			const box = it.getBoundingClientRect();
			zoom(Math.exp((event.deltaY || event.deltaX) * 0.002), (event.clientX - box.left) / box.width);
		};
		it.addEventListener("wheel", wheel, { passive: false });
		return () => it.removeEventListener("wheel", wheel);
	}, [lanes, height, from, to]);

	const hit = (event: PointerEvent<HTMLCanvasElement>): Bar | undefined => {
		const box = event.currentTarget.getBoundingClientRect();
		const { from: a, to: b, top } = now();
		const perPixel = (b - a) / box.width;
		const at = a + (event.clientX - box.left) * perPixel;
		const lane = Math.floor((event.clientY - box.top - TOP + top) / ROW);
		const slack = perPixel * 3;
		return bars.find((bar) => bar.lane === lane && bar.from - slack <= at && (bar.to ?? Date.now()) + slack >= at);
	};
	const moved = (event: PointerEvent<HTMLCanvasElement>) => {
		const begun = drag.current;
		if (begun) {
			const width = event.currentTarget.clientWidth;
			const shift = ((event.clientX - begun.x) / width) * (begun.view.to - begun.view.from);
			if (Math.abs(event.clientX - begun.x) + Math.abs(event.clientY - begun.y) > 4) begun.moved = true;
			view.current = {
				from: begun.view.from - shift,
				to: begun.view.to - shift,
				top: bounded(begun.view.top - (event.clientY - begun.y), lanes, height),
			};
			again();
			return;
		}
		const bar = hit(event);
		const box = event.currentTarget.getBoundingClientRect();
		if (bar) setTip({ bar, x: Math.min(event.clientX - box.left, box.width - 240), y: event.clientY - box.top + 14 });
		else if (tip) setTip(null);
	};
	const keyed = (event: KeyboardEvent) => {
		if (event.key === "ArrowLeft") pan(-0.1);
		else if (event.key === "ArrowRight") pan(0.1);
		else if (event.key === "ArrowUp") pan(0, -2);
		else if (event.key === "ArrowDown") pan(0, 2);
		else if (event.key === "+" || event.key === "=") zoom(0.7);
		else if (event.key === "-") zoom(1.4);
		else if (event.key === "0") reset();
		else return;
		event.preventDefault();
	};
	const reset = () => {
		view.current = null;
		again();
	};
	const found = sought ? bars.filter((bar) => bar.name.toLowerCase().includes(sought.toLowerCase())).length : 0;
	return (
		<div className="timeline">
			<Group gap={6} mb={8}>
				<TextInput
					size="xs"
					w={220}
					placeholder="Search task runs"
					aria-label="Search task runs"
					value={sought}
					onChange={(e) => setSought(e.currentTarget.value)}
				/>
				<span className="dim" style={{ fontSize: 12, minWidth: 60 }}>
					{sought ? `${found} found` : ""}
				</span>
				<Group gap={4} ml="auto">
					<span className="dim" style={{ fontSize: 12 }}>
						Drag to move, Ctrl and wheel to zoom
					</span>
					<ActionIcon variant="default" size="sm" aria-label="Zoom out" onClick={() => zoom(1.4)}>
						−
					</ActionIcon>
					<ActionIcon variant="default" size="sm" aria-label="Zoom in" onClick={() => zoom(0.7)}>
						+
					</ActionIcon>
					<ActionIcon variant="default" size="sm" aria-label="Show all" onClick={reset}>
						⤢
					</ActionIcon>
					<ActionIcon variant="default" size="sm" aria-label={tall ? "Lower" : "Taller"} onClick={() => setTall(!tall)}>
						{tall ? "↥" : "↧"}
					</ActionIcon>
				</Group>
			</Group>
			<canvas
				ref={canvas}
				style={{ height }}
				tabIndex={0}
				role="img"
				aria-label={`Timeline of ${bars.length} task runs; the tab Task runs lists them`}
				onKeyDown={keyed}
				onPointerDown={(event) => {
					event.currentTarget.setPointerCapture(event.pointerId);
					drag.current = { x: event.clientX, y: event.clientY, view: now(), moved: false };
				}}
				onPointerMove={moved}
				onPointerUp={(event) => {
					const still = drag.current?.moved === false;
					drag.current = null;
					const bar = still ? hit(event) : undefined;
					if (bar) navigate(`/task-runs/${bar.id}`);
				}}
				onPointerLeave={() => setTip(null)}
			/>
			{tip ? (
				<div className="timeline-tip" style={{ left: tip.x, top: tip.y }}>
					<strong>{tip.bar.name}</strong>
					<br />
					{tip.bar.kind.toLowerCase()}, {duration(((tip.bar.to ?? Date.now()) - tip.bar.from) / 1000)}, from{" "}
					{clock(tip.bar.from)}
				</div>
			) : null}
		</div>
	);
}

const bounded = (top: number, lanes: number, height: number) =>
	Math.min(Math.max(0, lanes * ROW + TOP + 8 - height), Math.max(0, top));

interface Look {
	sought: string;
	moment: number | undefined;
	hover: Bar | undefined;
	height: number;
}

function paint(canvas: HTMLCanvasElement, bars: Bar[], view: View, look: Look): void {
	const scale = window.devicePixelRatio || 1;
	const width = canvas.clientWidth;
	if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(look.height * scale)) {
		canvas.width = Math.round(width * scale);
		canvas.height = Math.round(look.height * scale);
	}
	const pen = canvas.getContext("2d");
	if (pen === null) return;
	const style = getComputedStyle(document.documentElement);
	const quiet = style.getPropertyValue("--quiet").trim();
	pen.setTransform(scale, 0, 0, scale, 0, 0);
	pen.clearRect(0, 0, width, look.height);
	const x = (time: number) => ((time - view.from) / (view.to - view.from)) * width;
	pen.font = "11px ui-sans-serif, system-ui, sans-serif";
	axis(pen, view, width, look.height, quiet, style.getPropertyValue("--line").trim());
	const colours = new Map(KINDS.map((kind) => [kind as string, painted(kind)]));
	const dark = document.documentElement.getAttribute("data-mantine-color-scheme") === "dark";
	const now = Date.now();
	// Where a lane was painted last: a bar within the same pixel would not be seen.
	const painted_to: number[] = [];
	pen.save();
	pen.beginPath();
	pen.rect(0, TOP, width, look.height - TOP);
	pen.clip();
	for (const bar of bars) {
		const y = TOP + bar.lane * ROW - view.top;
		if (y < TOP - ROW || y > look.height) continue;
		if (look.moment !== undefined && bar.from > look.moment) continue;
		const over = look.moment === undefined || (bar.to !== undefined && bar.to <= look.moment);
		const last = over ? (bar.to ?? now) : (look.moment ?? now);
		const left = x(bar.from);
		const right = x(last);
		if (right < 0 || left > width) continue;
		const wide = Math.max(1.5, right - left - 1);
		if (left + wide < (painted_to[bar.lane] ?? -1) + 0.5) continue;
		painted_to[bar.lane] = left + wide;
		pen.globalAlpha = look.sought && !bar.name.toLowerCase().includes(look.sought) ? 0.15 : 1;
		pen.fillStyle = colours.get(over ? bar.kind : "RUNNING") ?? quiet;
		pen.fillRect(left, y + 2, wide, ROW - 4);
		if (wide > 46) {
			pen.fillStyle = dark ? "#101215" : "#fff";
			const from = Math.max(left, 0) + 5;
			pen.fillText(fitted(bar.name, left + wide - from - 4), from, y + 14);
		}
	}
	pen.globalAlpha = 1;
	if (look.hover) edges(pen, bars, look.hover, x, view, quiet);
	pen.restore();
	if (look.moment !== undefined) {
		pen.fillStyle = style.getPropertyValue("--state-failed").trim();
		pen.fillRect(x(look.moment), 0, 1.5, look.height);
	}
}

/** A name as far as it goes; letters are about six pixels wide. */
function fitted(name: string, width: number): string {
	const letters = Math.floor(width / 6);
	return name.length <= letters ? name : letters < 3 ? "" : `${name.slice(0, letters - 1)}…`;
}

const STEPS = [
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5,
	864e5,
];

function axis(
	pen: CanvasRenderingContext2D,
	view: View,
	width: number,
	height: number,
	quiet: string,
	line: string,
): void {
	const least = (view.to - view.from) / (width / 110);
	const step = STEPS.find((each) => each >= least) ?? least;
	for (let at = Math.ceil(view.from / step) * step; at < view.to; at += step) {
		const left = ((at - view.from) / (view.to - view.from)) * width;
		pen.fillStyle = line;
		pen.fillRect(left, TOP - 6, 1, height);
		pen.fillStyle = quiet;
		const label = step < 1000 ? precise(at) : clock(at);
		if (left + 6 + pen.measureText(label).width < width) pen.fillText(label, left + 3, 12);
	}
}

/** What a bar waited for, and what waited for it. */
function edges(
	pen: CanvasRenderingContext2D,
	bars: Bar[],
	of: Bar,
	x: (time: number) => number,
	view: View,
	colour: string,
): void {
	const byId = new Map(bars.map((bar) => [bar.id, bar]));
	const pairs = [
		...of.before.map((id) => [byId.get(id), of] as const),
		...bars.filter((bar) => bar.before.includes(of.id)).map((bar) => [of, bar] as const),
	];
	pen.strokeStyle = colour;
	pen.lineWidth = 1.5;
	for (const [from, to] of pairs) {
		if (from === undefined) continue;
		const [x1, x2] = [x(from.to ?? Date.now()), x(to.from)];
		const [y1, y2] = [from, to].map((bar) => TOP + bar.lane * ROW - view.top + ROW / 2) as [number, number];
		const bend = Math.max(12, Math.abs(x2 - x1) / 2);
		pen.beginPath();
		pen.moveTo(x1, y1);
		pen.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
		pen.stroke();
	}
}
