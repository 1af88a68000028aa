/** The public API as functions: paths, bodies and answers typed by the description that the server itself prints. */
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type FlowRun = Schemas["FlowRun"];
export type TaskRun = Schemas["TaskRun"];
export type State = FlowRun["state"];
export type Kind = State["type"];
export type FedEvent = Schemas["FedEvent"];
export type Log = Schemas["Log"];
export type Me = Schemas["Me"];
export type Deployment = Schemas["Deployment"];
export type Schedule = Schemas["Schedule"];
export type WorkPool = Schemas["WorkPool"];
export type WorkQueue = Schemas["WorkQueue"];
export type Worker = Schemas["Worker"];
export type RunFilter = Schemas["RunFilter"];

type Method = "get" | "post" | "patch" | "delete" | "put";
export type With<M extends Method> = {
	[P in keyof paths]: paths[P][M] extends { responses: object } ? P : never;
}[keyof paths];
type Json<T> = T extends { content: { "application/json": infer B } } ? B : undefined;
type Body<P extends keyof paths, M extends Method> = paths[P][M] extends { requestBody?: infer B }
	? [NonNullable<B>] extends [never]
		? undefined
		: Json<NonNullable<B>>
	: undefined;
export type Answer<P extends keyof paths, M extends Method> = paths[P][M] extends { responses: { 200: infer A } }
	? Json<A>
	: never;

/** What the server refused, in its own words. */
export class Refused extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		message: string,
		/** What it is about, such as the `field` that is wrong. */
		readonly facts: Record<string, unknown> = {},
	) {
		super(message);
	}
}

/** The server could not be reached at all. */
export const UNREACHABLE = 0;

const unknown = new Set<() => void>();

/** Hear when the server no longer knows who asks: the sign-in has ended. */
export function whenUnknown(hear: () => void): () => void {
	unknown.add(hear);
	return () => unknown.delete(hear);
}

let csrf: string | undefined;

/** Tell what every change must carry, as `/api/me` said it. */
export function carry(token: string | null | undefined): void {
	csrf = token ?? undefined;
}

async function ask<T>(method: Method, path: string, body?: unknown, reason?: string, version?: string): Promise<T> {
	return (await answered<T>(method, path, body, reason, version)).value;
}

async function answered<T>(
	method: Method,
	path: string,
	body?: unknown,
	reason?: string,
	version?: string,
): Promise<{ value: T; version: string }> {
	const headers: Record<string, string> = { "segue-means": "ui" };
	if (body !== undefined) headers["content-type"] = "application/json";
	if (csrf !== undefined) headers["segue-csrf"] = csrf;
	if (version) headers["if-match"] = version;
	if (reason) headers["segue-reason"] = encodeURIComponent(reason);
	let answer: Response;
	try {
		answer = await fetch(`/api${path}`, {
			method: method.toUpperCase(),
			headers,
			body: body === undefined ? undefined : JSON.stringify(body),
		});
	} catch {
		throw new Refused(UNREACHABLE, "unreachable", "The server cannot be reached. This page asks again by itself.");
	}
	const text = await answer.text();
	if (answer.ok) return { value: (text ? JSON.parse(text) : {}) as T, version: answer.headers.get("etag") ?? "" };
	if (answer.status === 401 && path !== "/sign-ins") for (const hear of unknown) hear();
	throw problem(answer.status, text);
}

function problem(status: number, text: string): Refused {
	try {
		const told = JSON.parse(text) as Partial<Schemas["Problem"]>;
		const said = told.detail ?? told.title ?? `The server answered ${status}.`;
		return new Refused(status, told.code ?? "unknown", said, told.facts);
	} catch {
		return new Refused(status, "unknown", `The server answered ${status}.`);
	}
}

/** Fill the names of a path: `at("/flow-runs/{id}", { id })`. */
function filled(path: string, names: Record<string, string>): string {
	return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ""));
}

export function read<P extends With<"get">>(
	path: P,
	names: Record<string, string> = {},
	query: Record<string, string | number> = {},
): Promise<Answer<P, "get">> {
	const asked = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
	return ask("get", filled(path, names) + (asked ? `?${asked}` : ""));
}

/** Read a thing with its version, for a change that must not be made to another one. */
export function readVersion<P extends With<"get">>(
	path: P,
	names: Record<string, string>,
): Promise<{ value: Answer<P, "get">; version: string }> {
	return answered("get", filled(path, names));
}

export function post<P extends With<"post">>(
	path: P,
	body?: Body<P, "post">,
	names: Record<string, string> = {},
	reason?: string,
): Promise<Answer<P, "post">> {
	return ask("post", filled(path, names), body ?? {}, reason);
}

export function patch<P extends With<"patch">>(
	path: P,
	body: Body<P, "patch">,
	names: Record<string, string>,
	reason?: string,
	/** Refused where the thing has another version by now. */
	version?: string,
): Promise<Answer<P, "patch">> {
	return ask("patch", filled(path, names), body, reason, version);
}

export function remove<P extends With<"delete">>(
	path: P,
	names: Record<string, string>,
	reason?: string,
): Promise<Answer<P, "delete">> {
	return ask("delete", filled(path, names), undefined, reason);
}
