/** Addresses: a path below `/ui` and filters in the query, both of which a person can copy, share and go back to. */
import { type AnchorHTMLAttributes, type MouseEvent, useCallback, useMemo, useSyncExternalStore } from "react";
import { BASE, pathOf } from "./paths";

const listeners = new Set<() => void>();

function changed(): void {
	for (const each of listeners) each();
}

function subscribe(listener: () => void): () => void {
	listeners.add(listener);
	window.addEventListener("popstate", listener);
	return () => {
		listeners.delete(listener);
		window.removeEventListener("popstate", listener);
	};
}

/** The address of a path; that of the overview has no slash at its end. */
const addressOf = (to: string): string => BASE + to.replace(/^\/(?=\?|$)/, "");

export function navigate(to: string, { replace = false } = {}): void {
	if (replace) history.replaceState(null, "", addressOf(to));
	else {
		history.pushState(null, "", addressOf(to));
		window.scrollTo(0, 0);
	}
	changed();
}

/** The path without its base: `/flow-runs/0198…`; the root of the server is the overview. */
export function usePath(): string {
	return pathOf(useSyncExternalStore(subscribe, () => location.pathname));
}

/** The filters of the address, and a function that changes some of them; an empty one is left out. */
export function useFilters(): [URLSearchParams, (changes: Record<string, string | null>) => void] {
	const search = useSyncExternalStore(subscribe, () => location.search);
	const filters = useMemo(() => new URLSearchParams(search), [search]);
	const change = useCallback((changes: Record<string, string | null>) => {
		const next = new URLSearchParams(location.search);
		for (const [name, value] of Object.entries(changes)) {
			if (value) next.set(name, value);
			else next.delete(name);
		}
		const text = next.toString();
		const path = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : "";
		navigate((path || "/") + (text ? `?${text}` : ""), { replace: true });
	}, []);
	return [filters, change];
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { to: string };

export function Link({ to, onClick, ...rest }: LinkProps) {
	const go = (event: MouseEvent<HTMLAnchorElement>) => {
		onClick?.(event);
		const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
		if (event.defaultPrevented || !plain) return;
		event.preventDefault();
		navigate(to);
	};
	return <a href={addressOf(to)} onClick={go} {...rest} />;
}
