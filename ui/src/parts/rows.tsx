/** A list of things, and the field that filters it by name. */
import { Button, TextInput } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Empty } from "./conditions";
import { useFilters } from "./router";

/** A field that filters a list by name, in the address; `bare`: among other filters. */
export function Named({ hint, bare = false }: { hint: string; bare?: boolean }) {
	const [filters, change] = useFilters();
	const field = (
		<TextInput
			size="xs"
			w={280}
			label="Name"
			placeholder={hint}
			value={filters.get("name") ?? ""}
			onChange={(e) => change({ name: e.currentTarget.value })}
		/>
	);
	return bare ? field : <search className="filters">{field}</search>;
}

export function useNamed(): string | undefined {
	const [filters] = useFilters();
	return filters.get("name")?.trim() || undefined;
}

/** The head of a column of buttons: those who see need none. */
export const DEEDS = "deeds";

export function Rows({ heads, children }: { heads: string[]; children: ReactNode }) {
	return (
		<Scroll>
			<table className="rows">
				<thead>
					<tr>
						{heads.map((head) => (
							<th key={head}>{head === DEEDS ? <span className="unseen">What can be done</span> : head}</th>
						))}
					</tr>
				</thead>
				<tbody>{children}</tbody>
			</table>
		</Scroll>
	);
}

/** What is wider than the page scrolls, and is then reached by the keyboard. */
function Scroll({ children }: { children: ReactNode }) {
	const box = useRef<HTMLDivElement>(null);
	const [over, setOver] = useState(false);
	useEffect(() => {
		const it = box.current;
		if (it === null) return;
		const seen = new ResizeObserver(() => setOver(it.scrollWidth > it.clientWidth));
		seen.observe(it);
		for (const each of it.children) seen.observe(each);
		return () => seen.disconnect();
	}, []);
	return (
		<div className="scroll" ref={box} tabIndex={over ? 0 : undefined}>
			{children}
		</div>
	);
}

/** A list of which filters leave nothing, and the way back to all of it. */
export function Unlike({ noun, clear }: { noun: string; clear: () => void }) {
	return (
		<Empty title={`No ${noun} is like that`}>
			<Button size="xs" variant="default" mt="xs" onClick={clear}>
				Show all {noun}s
			</Button>
		</Empty>
	);
}

/** The button that brings a list's next page, where there is one. */
export function More({
	of,
}: {
	of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
	return of.hasNextPage ? (
		<div className="more-row">
			<Button size="xs" variant="default" loading={of.isFetchingNextPage} onClick={() => of.fetchNextPage()}>
				More
			</Button>
		</div>
	) : null;
}
