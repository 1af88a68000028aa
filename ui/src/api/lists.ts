/** Lists that are read a page at a time, and what is told of the things in them. */
import { keepPreviousData, type QueryKey, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

/** A list of which another page is read when it is asked for; `items`: of all pages so far. */
export function usePages<T>(
	queryKey: QueryKey,
	ask: (after: string | undefined) => Promise<{ items: T[]; next?: string | null }>,
	/** Milliseconds after which it is read again, for what changes without an event. */
	again?: number,
) {
	const found = useInfiniteQuery({
		queryKey,
		queryFn: ({ pageParam }) => ask(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: (page) => page.next ?? undefined,
		placeholderData: keepPreviousData,
		refetchInterval: again,
	});
	const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
	return { found, items };
}

/** Things that the API tells about in one answer. */
const MOST = 200;

/** The same in parts that can be asked for at once. */
export const parted = (ids: string[]): string[][] =>
	Array.from({ length: Math.ceil(ids.length / MOST) }, (_, part) => ids.slice(part * MOST, (part + 1) * MOST));

/** What is told of each of the things in a list, however long, by their ids. */
export function useTold<T>(
	queryKey: QueryKey,
	ids: string[],
	ask: (ids: string[]) => Promise<{ items: T[] }>,
	idOf: (told: T) => string,
): Map<string, T> {
	const told = useQuery({
		queryKey: [...queryKey, ids],
		queryFn: async () => (await Promise.all(parted(ids).map(ask))).flatMap((each) => each.items),
		enabled: ids.length > 0,
		placeholderData: keepPreviousData,
	});
	// biome-ignore lint/correctness/useExhaustiveDependencies: how an id is read is always the same
	return useMemo(() => new Map(told.data?.map((each) => [idOf(each), each])), [told.data]);
}
