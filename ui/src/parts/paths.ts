/** What the address of a page says. */
export const BASE = "/ui";

/** The path below the base; `/runs/flow-run/0198…`, as programs write links, is `/flow-runs/0198…`. */
export function pathOf(address: string): string {
	const path = address.startsWith(BASE) ? address.slice(BASE.length) || "/" : address;
	const [, place, noun, thing, ...more] = path.split("/");
	return place && noun && thing && more.length === 0 ? `/${noun}s/${thing}` : path;
}
