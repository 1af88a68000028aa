/** Times, durations and numbers as people read them. */

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
	["day", 86_400],
	["hour", 3_600],
	["minute", 60],
	["second", 1],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const shortly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const roundly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const precisely = new Intl.DateTimeFormat(undefined, {
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
	fractionalSecondDigits: 3,
});
const dayAndTime = new Intl.DateTimeFormat(undefined, {
	month: "short",
	day: "numeric",
	hour: "2-digit",
	minute: "2-digit",
});
const dayAndSecond = new Intl.DateTimeFormat(undefined, {
	month: "short",
	day: "numeric",
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
});
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function ago(time: string, now: number = Date.now()): string {
	const seconds = Math.round((Date.parse(time) - now) / 1000);
	if (Math.abs(seconds) < 2) return "just now";
	for (const [unit, size] of UNITS)
		if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
	return "just now";
}

export const exact = (time: string): string => `${exactly.format(new Date(time))} (${ZONE})`;
export const clock = (time: string | number): string => shortly.format(new Date(time));
export const when = (time: string | number): string => dayAndTime.format(new Date(time));

/** A time of day, with its seconds where it has any. */
export const timeOfDay = (time: string): string =>
	new Date(time).getSeconds() === 0 ? roundly.format(new Date(time)) : clock(time);

/** What clocks elsewhere show, from a time with its offset (`2031-05-31T08:00:00+02:00`): the day only where it is another. */
export function clocksThere(local: string, day: string): string {
	const [date = "", rest = ""] = local.split("T");
	const time = rest.slice(0, 8).replace(/^(\d\d:\d\d):00$/, "$1");
	return date === day ? time : `${date} ${time}`;
}

const BROWSERS: [RegExp, string][] = [
	[/Edg\//, "Edge"],
	[/OPR\//, "Opera"],
	[/Firefox\//, "Firefox"],
	[/Chrom(e|ium)\//, "Chrome"],
	[/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
	[/iPhone|iPad/, "iOS"],
	[/Android/, "Android"],
	[/Windows/, "Windows"],
	[/Mac OS X|Macintosh/, "macOS"],
	[/Linux|X11/, "Linux"],
];

/** What people call a browser, from what it says of itself; that itself where nobody knows better. */
export function browserOf(agent: string): string {
	const browser = BROWSERS.find(([sign]) => sign.test(agent))?.[1];
	const system = SYSTEMS.find(([sign]) => sign.test(agent))?.[1];
	return browser && system ? `${browser} on ${system}` : agent;
}

/** A day and a time to the second, for what may come every second. */
export const second = (time: string | number): string => dayAndSecond.format(new Date(time));

/** A time of day with milliseconds, for what follows closely. */
export const precise = (time: string | number): string => precisely.format(new Date(time));

export function duration(seconds: number | null | undefined): string {
	if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "–";
	if (seconds < 0.001) return "< 1 ms";
	if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
	if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
	const whole = Math.round(seconds);
	if (whole < 3600) return both(Math.floor(whole / 60), "m", whole % 60, "s");
	if (whole < 86_400) return both(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "m");
	return both(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3600), "h");
}

/** Nobody says "five minutes and no seconds". */
const both = (large: number, unit: string, small: number, part: string): string =>
	small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`;

const counts = new Intl.NumberFormat("en");
export const count = (number: number): string => counts.format(number);
export const many = (number: number, noun: string, nouns = `${noun}s`): string =>
	`${count(number)} ${number === 1 ? noun : nouns}`;

export function size(bytes: number): string {
	const units = ["bytes", "kB", "MB", "GB", "TB"];
	let [left, unit] = [bytes, 0];
	while (left >= 1000 && unit < units.length - 1) [left, unit] = [left / 1000, unit + 1];
	return `${left < 10 && unit > 0 ? left.toFixed(1) : Math.round(left)} ${units[unit]}`;
}

export function percent(part: number, whole: number): string {
	if (whole === 0) return "–";
	const share = (100 * part) / whole;
	return share > 99 && part < whole ? `${(Math.floor(share * 10) / 10).toFixed(1)} %` : `${Math.round(share)} %`;
}

/** How long a run took, or has taken so far. */
export function took(run: { start_time?: string | null; end_time?: string | null }, now: number = Date.now()) {
	if (!run.start_time) return null;
	return ((run.end_time ? Date.parse(run.end_time) : now) - Date.parse(run.start_time)) / 1000;
}
