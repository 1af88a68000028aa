/** What differs between two things, fact by fact. */
export interface Change {
	name: string;
	/** None: there was nothing. */
	before: string | null;
	after: string | null;
}

const told = (value: unknown): string | null =>
	value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value);

const isMap = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** The facts that differ; of maps only what differs in them, by its path. */
export function differences<T extends object>(before: T, after: T, names: readonly (keyof T & string)[]): Change[] {
	return names.flatMap((name) => compared(name, before[name], after[name]));
}

function compared(name: string, before: unknown, after: unknown): Change[] {
	if (JSON.stringify(before) === JSON.stringify(after)) return [];
	if ((before == null && after == null) || (isMap(before) && isMap(after) && same(before, after))) return [];
	if (isMap(before) && isMap(after))
		return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
			compared(`${name}.${key}`, before[key], after[key]),
		);
	return [{ name, before: told(before), after: told(after) }];
}

/** Whether two maps hold the same, in whatever order. */
function same(before: Record<string, unknown>, after: Record<string, unknown>): boolean {
	const keys = Object.keys(before);
	return (
		keys.length === Object.keys(after).length &&
		keys.every((key) => key in after && compared(key, before[key], after[key]).length === 0)
	);
}
