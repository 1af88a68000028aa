/** Every place of the pages, by its path. */
import type { ComponentType, ReactNode } from "react";
import { Overview } from "./pages/overview";
import { Run } from "./pages/run";
import { Runs } from "./pages/runs";
import { Empty } from "./parts/conditions";
import { Page } from "./parts/frame";

export interface Place {
	to: string;
	title: string;
	sign: string;
	group?: string;
	Shows?: ComponentType;
	One?: ComponentType<{ id: string }>;
}

export const PLACES: Place[] = [
	{ to: "/", title: "Overview", sign: "M2 2h5v6H2zM9 2h5v3H9zM9 7h5v7H9zM2 10h5v4H2z", Shows: Overview },
	{ to: "/flow-runs", title: "Runs", sign: "M3 3l10 5-10 5z", Shows: Runs, One: Run },
];

/** What a path shows: a place, one thing of it, or that there is nothing. */
export function shownAt(path: string): ReactNode {
	const [, noun = "", thing] = path.split("/");
	const place = PLACES.find((each) => each.to === `/${noun}`);
	if (place?.Shows !== undefined && !thing) return <place.Shows key={path} />;
	if (place?.One !== undefined && thing) return <place.One key={path} id={decodeURIComponent(thing)} />;
	return <Nowhere />;
}

function Nowhere() {
	return (
		<Page title="There is no such page" name="No such page">
			<Empty title="Nothing is at this address">The places of Segue are listed at the side.</Empty>
		</Page>
	);
}
