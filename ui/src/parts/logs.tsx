/** The lines of a run as they are written: levels, search, follow, download. */
import { Button, Group, Select, Switch, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { type Log, post, type Schemas } from "../api/client";
import { listen } from "../api/live";
import { Ansi, plain } from "./ansi";
import { Empty, Wrong } from "./conditions";
import { count, exact, many, precise } from "./words";

const LEVELS: [number, string][] = [
	[10, "DEBUG"],
	[20, "INFO"],
	[30, "WARNING"],
	[40, "ERROR"],
	[50, "CRITICAL"],
];
/** Lines asked for at once, and kept in the page at most. */
const PAGE = 200;
const MOST = 5000;
/** A run may write faster than a page can be drawn: lines are shown together, so many times a second. */
const PACE = 100;
/** Milliseconds until lines that could not be read are asked for again. */
const AGAIN = 5000;

const levelName = (level: number): string => LEVELS.findLast(([least]) => level >= least)?.[1] ?? "DEBUG";

interface LogsProps {
	flowRun?: string;
	taskRun?: string;
	height?: number;
	/** Only lines written until then; without it, and those that come. */
	moment?: number;
}

export function Logs({ flowRun, taskRun, height, moment }: LogsProps) {
	const [level, setLevel] = useState("0");
	const [text, setText] = useState("");
	const [sought] = useDebouncedValue(text.trim(), 200);
	const [follow, setFollow] = useState(true);
	const query: Schemas["LogQuery"] = {
		...(taskRun ? { task_run_ids: [taskRun] } : { flow_run_ids: flowRun ? [flowRun] : [] }),
		...(level !== "0" ? { level_from: Number(level) } : {}),
		...(sought ? { text: sought } : {}),
		...(moment === undefined ? {} : { before_time: new Date(moment + 1).toISOString() }),
	};
	const { lines, problem, earlier, more } = useLines(query, flowRun, taskRun, Number(level), sought);
	const box = useRef<HTMLDivElement>(null);
	const length = lines?.length ?? 0;
	useEffect(() => {
		const it = box.current;
		if (follow && it && length) it.scrollTop = it.scrollHeight;
	}, [follow, length]);
	const scrolled = () => {
		const it = box.current;
		if (it) setFollow(it.scrollHeight - it.scrollTop - it.clientHeight < 30);
	};
	return (
		<>
			<div className="filters">
				<Select
					size="xs"
					w={130}
					aria-label="Least level"
					value={level}
					onChange={(value) => setLevel(value ?? "0")}
					data={[
						{ value: "0", label: "All levels" },
						...LEVELS.slice(1).map(([value, label]) => ({ value: String(value), label: `${label} up` })),
					]}
					allowDeselect={false}
				/>
				<TextInput
					size="xs"
					className="grow"
					placeholder="Search in the lines"
					aria-label="Search in the lines"
					value={text}
					onChange={(e) => setText(e.currentTarget.value)}
				/>
				<Switch size="xs" label="Follow" checked={follow} onChange={(e) => setFollow(e.currentTarget.checked)} />
				<Button size="xs" variant="default" onClick={() => void download(query, flowRun ?? taskRun ?? "run")}>
					Download
				</Button>
			</div>
			{problem ? <Wrong error={problem} /> : null}
			<div
				className="logs"
				ref={box}
				onScroll={scrolled}
				role="log"
				aria-label="Lines"
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
				tabIndex={0}
				style={height ? { height } : undefined}
			>
				{earlier ? (
					<Group justify="center" p={6}>
						<Button size="compact-xs" variant="default" onClick={earlier}>
							Earlier lines
						</Button>
					</Group>
				) : null}
				{lines !== null && lines.length === 0 ? (
					<Empty title={sought || level !== "0" ? "No line is like that" : "No lines"}>
						{sought || level !== "0" ? null : (
							<>
								A flow writes with <code>get_run_logger()</code>, or with <code>print</code> under{" "}
								<code>@flow(log_prints=True)</code>.
							</>
						)}
					</Empty>
				) : null}
				{lines?.map((line) => (
					<div key={line.id} className={`log l${Math.min(50, Math.floor(line.level / 10) * 10)}`}>
						<time className="dim" dateTime={line.timestamp} title={exact(line.timestamp)}>
							{precise(line.timestamp)}
						</time>
						<span className="level">{levelName(line.level)}</span>
						<span title={line.name}>
							<Ansi text={line.message} sought={sought} />
						</span>
					</div>
				))}
			</div>
			<div className="dim number" style={{ fontSize: 12, paddingTop: 4, minHeight: 20 }}>
				{lines === null ? "" : many(lines.length, "line")}
				{more ? `, the newest ${count(MOST)} are shown` : ""}
			</div>
		</>
	);
}

function useLines(
	query: Schemas["LogQuery"],
	flowRun: string | undefined,
	taskRun: string | undefined,
	level: number,
	sought: string,
) {
	const [lines, setLines] = useState<Log[] | null>(null);
	const [problem, setProblem] = useState<unknown>(null);
	const [cursor, setCursor] = useState<string | null>(null);
	const [more, setMore] = useState(false);
	const key = JSON.stringify(query);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all of it
	useEffect(() => {
		let over = false;
		let waiting: Log[] = [];
		let timer = 0;
		let later = 0;
		const add = (fresh: Log[]) =>
			setLines((before) => {
				const known = new Set((before ?? []).slice(-PAGE * 5).map((line) => line.id));
				const all = [...(before ?? []), ...fresh.filter((line) => !known.has(line.id))];
				if (all.length > MOST) setMore(true);
				return all.slice(-MOST);
			});
		const flush = () => {
			timer = 0;
			const fresh = waiting;
			waiting = [];
			add(fresh);
		};
		const load = async () => {
			try {
				const page = await post("/logs/list", { ...query, sort: "-timestamp", limit: PAGE });
				if (over) return;
				setLines(page.items.reverse());
				setCursor(page.next ?? null);
				setProblem(null);
			} catch (error) {
				if (over) return;
				setProblem(error);
				window.clearTimeout(later);
				later = window.setTimeout(() => void load(), AGAIN);
			}
		};
		setLines(null);
		// Listen first and look then: a line written in between is heard, and shown once.
		const stop = listen(
			{ kinds: ["logs"], flow_run_ids: flowRun ? [flowRun] : undefined, level },
			{
				log: (line) => {
					if (query.before_time) return;
					if (taskRun && line.task_run_id !== taskRun) return;
					if (sought && !line.message.toLowerCase().includes(sought.toLowerCase())) return;
					waiting.push(line);
					timer ||= window.setTimeout(flush, PACE);
				},
				open: () => void load(),
				gap: () => void load(),
			},
		);
		void load();
		return () => {
			over = true;
			window.clearTimeout(timer);
			window.clearTimeout(later);
			stop();
		};
	}, [key]);
	const earlier = cursor
		? () =>
				void post("/logs/list", { ...query, sort: "-timestamp", limit: PAGE, after: cursor }).then((page) => {
					setLines((before) => [...page.items.reverse(), ...(before ?? [])]);
					setCursor(page.next ?? null);
				}, setProblem)
		: null;
	return { lines, problem, earlier, more };
}

async function download(query: Schemas["LogQuery"], name: string): Promise<void> {
	const parts: string[] = [];
	let after: string | null | undefined;
	do {
		const page: Schemas["Logs"] = await post("/logs/list", { ...query, limit: 200, ...(after ? { after } : {}) });
		parts.push(
			...page.items.map(
				(line) => `${line.timestamp} | ${levelName(line.level).padEnd(8)} | ${line.name} - ${plain(line.message)}\n`,
			),
		);
		after = page.next;
	} while (after);
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob(parts, { type: "text/plain" }));
	link.download = `${name}.log`;
	link.click();
	URL.revokeObjectURL(link.href);
}
