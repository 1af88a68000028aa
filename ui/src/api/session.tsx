/** Who looks at the pages, and what they may do. */
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef } from "react";
import { Waiting, Wrong } from "../parts/conditions";
import { carry, type Me, Refused, read, whenUnknown } from "./client";
import { watchLink } from "./live";

const Who = createContext<Me>({});

export const useMe = (): Me => useContext(Who);

/** Whether a right is held: `run`, `edit`, `admin`. */
export function useMay(right: string): boolean {
	return (useMe().rights ?? []).includes(right);
}

export function Session({ children, gate }: { children: ReactNode; gate: (ended: boolean) => ReactNode }) {
	const me = useQuery({
		queryKey: ["me"],
		queryFn: async () => {
			const told = await read("/me");
			carry(told.csrf);
			return told;
		},
		staleTime: 60_000,
	});
	const { refetch } = me;
	// A stream does not tell why it was refused, and a question that is refused is not the first to know.
	useEffect(() => {
		const look = () => void refetch({ cancelRefetch: false });
		const stops = [whenUnknown(look), watchLink((link) => (link === "lost" ? look() : undefined))];
		return () => {
			for (const stop of stops) stop();
		};
	}, [refetch]);
	const known = useRef(false);
	const nobody =
		(me.error instanceof Refused && me.error.status === 401) ||
		(me.data !== undefined && !me.data.open && (me.data.by ?? "none") === "none");
	useEffect(() => {
		if (me.data !== undefined && !nobody) known.current = true;
	}, [me.data, nobody]);
	if (me.isPending) return <Waiting />;
	if (nobody) return gate(known.current);
	if (me.isError && me.data === undefined) return <Wrong error={me.error} again={() => void me.refetch()} />;
	return <Who.Provider value={me.data ?? {}}>{children}</Who.Provider>;
}
