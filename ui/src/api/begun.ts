/** A thing that a form changes, as it was when the form was opened. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Answer, Refused, readVersion, type With } from "./client";
import { newId } from "./ids";

/** Read until it is there and then never again, whatever else is read anew because a connection was lost or a window looked at. */
export const ONCE = {
	enabled: (query: { state: { data: unknown } }) => query.state.data === undefined,
	gcTime: 0,
};

/** Read for one form alone, and never again while it is open: what others change meanwhile must not slip under it. */
export function useBegun<P extends With<"get">>(path: P, names: Record<string, string>) {
	const [form] = useState(newId);
	return useQuery<{ value: Answer<P, "get">; version: string }>({
		queryKey: ["form", path, names, form],
		queryFn: () => readVersion(path, names),
		...ONCE,
	});
}

/** Make a change to the version that a form began with; where there is another by now, say so. */
export async function unlessOvertaken<T>(name: string, change: () => Promise<T>): Promise<T> {
	try {
		return await change();
	} catch (error) {
		if (error instanceof Refused && error.status === 412)
			throw new Error(
				`Somebody changed “${name}” while this form was open, and nothing was saved. Open the form again to see what it is now.`,
			);
		throw error;
	}
}
