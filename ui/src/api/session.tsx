/** Who looks at the pages, and what they may do. */
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext } from "react";
import { Waiting, Wrong } from "../parts/conditions";
import { carry, type Me, read } from "./client";

const Who = createContext<Me>({});

export const useMe = (): Me => useContext(Who);

/** Whether a right is held: `run`, `edit`, `admin`. */
export function useMay(right: string): boolean {
	return (useMe().rights ?? []).includes(right);
}

export function Session({ children, gate }: { children: ReactNode; gate: ReactNode }) {
	const me = useQuery({
		queryKey: ["me"],
		queryFn: async () => {
			const told = await read("/me");
			carry(told.csrf);
			return told;
		},
		staleTime: 60_000,
	});
	if (me.isPending) return <Waiting />;
	if (me.isError && me.data === undefined) return <Wrong error={me.error} again={() => void me.refetch()} />;
	if (!me.data?.open && (me.data?.by ?? "none") === "none") return gate;
	return <Who.Provider value={me.data ?? {}}>{children}</Who.Provider>;
}
