/** Every place of the pages, by its path. */
import type { ComponentType, ReactNode } from "react";
import { Artifact, Artifacts } from "./pages/artifacts";
import { OneAutomation } from "./pages/automation";
import { AutomationFiring } from "./pages/automation-firing";
import { Automations } from "./pages/automations";
import { Block } from "./pages/block";
import { Blocks } from "./pages/blocks";
import { Deployment } from "./pages/deployment";
import { Deployments } from "./pages/deployments";
import { Events } from "./pages/events";
import { Flow, Flows } from "./pages/flows";
import { Limits } from "./pages/limits";
import { Overview } from "./pages/overview";
import { Run } from "./pages/run";
import { Runs } from "./pages/runs";
import { Settings } from "./pages/settings";
import { TaskRun } from "./pages/task-run";
import { Variables } from "./pages/variables";
import { WorkPool } from "./pages/work-pool";
import { WorkPools } from "./pages/work-pools";
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
	{ to: "/flows", title: "Flows", sign: "M2 4h5l2 4h5M2 12h5l2-4", Shows: Flows, One: Flow },
	{
		to: "/deployments",
		title: "Deployments",
		sign: "M8 2l5 3v6l-5 3-5-3V5zM3 5l5 3 5-3M8 8v6",
		Shows: Deployments,
		One: Deployment,
	},
	{
		to: "/work-pools",
		title: "Work pools",
		sign: "M2 3h12v3H2zM2 10h12v3H2zM4.500 6v4M11.500 6v4",
		Shows: WorkPools,
		One: WorkPool,
	},
	{
		to: "/automations",
		title: "Automations",
		sign: "M9 2L3.500 9h4L7 14l5.500-7h-4z",
		Shows: Automations,
		One: OneAutomation,
	},
	{
		to: "/artifacts",
		title: "Artifacts",
		sign: "M4 2h5l3 3v9H4zM9 2v3h3M6 9h4M6 11.500h4",
		Shows: Artifacts,
		One: Artifact,
	},
	{ to: "/events", title: "Events", sign: "M2 8h3l2-5 3 10 2-5h2", Shows: Events },
	{ to: "/variables", title: "Variables", sign: "M3 5h10M3 8h10M3 11h6", Shows: Variables, group: "Configure" },
	{
		to: "/blocks",
		title: "Blocks",
		sign: "M2.500 7h11v6.500h-11zM5 7V5a3 3 0 0 1 6 0v2M8 9.500v1.500",
		Shows: Blocks,
		One: Block,
	},
	{ to: "/limits", title: "Limits", sign: "M3 13V7M8 13V3M13 13V9", Shows: Limits },
	{
		to: "/settings",
		title: "Settings",
		sign: "M2 4.500h6M12 4.500h2M8 2.500h4v4H8zM2 11.500h2M8 11.500h6M4 9.500h4v4H4z",
		Shows: Settings,
	},
];

/** Things that have a page and no list of their own. */
const ONES: Record<string, ComponentType<{ id: string }>> = {
	"/task-runs": TaskRun,
	"/automation-firings": AutomationFiring,
};

/** What a path shows: a place, one thing of it, or that there is nothing. */
export function shownAt(path: string): ReactNode {
	const [, noun = "", thing] = path.split("/");
	const place = PLACES.find((each) => each.to === `/${noun}`);
	if (place?.Shows !== undefined && !thing) return <place.Shows key={path} />;
	const One = place?.One ?? ONES[`/${noun}`];
	if (One !== undefined && thing) return <One key={path} id={decodeURIComponent(thing)} />;
	return <Nowhere />;
}

function Nowhere() {
	return (
		<Page title="There is no such page" name="No such page">
			<Empty title="Nothing is at this address">The places of Segue are listed at the side.</Empty>
		</Page>
	);
}
