/** The frame around every place: where one can go, who looks, and whether the pages are live. */
import { Button, Menu, useMantineColorScheme } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { post } from "./api/client";
import { useFresh, useLink } from "./api/fresh";
import { useMe } from "./api/session";
import { useTrouble } from "./api/trouble";
import icon from "./assets/icon.svg";
import { Palette } from "./palette";
import { Waiting } from "./parts/conditions";
import { Sayings } from "./parts/deeds";
import { Mishap } from "./parts/mishap";
import { Link, usePath } from "./parts/router";
import { count } from "./parts/words";
import { PLACES, shownAt } from "./places";

const SEARCH_KEYS = /Mac|iP/.test(navigator.platform) ? "⌘ K" : "Ctrl K";

export function Shell() {
	useFresh();
	const path = usePath();
	const link = useLink();
	const trouble = useTrouble();
	const [searching, setSearching] = useState(false);
	useHotkeys([["mod+K", () => setSearching(true)]], []);
	return (
		<div className="shell">
			<a className="skip" href="#main">
				Skip to the page
			</a>
			<nav className="side" aria-label="Places">
				<Link to="/" className="brand">
					<img src={icon} width="26" height="26" alt="" />
					Segue
				</Link>
				<Button
					variant="default"
					size="xs"
					justify="space-between"
					onClick={() => setSearching(true)}
					rightSection={<kbd>{SEARCH_KEYS}</kbd>}
				>
					Search
				</Button>
				{PLACES.map((place) => (
					<div key={place.to}>
						{place.group ? <div className="group">{place.group}</div> : null}
						<Link to={place.to} className="place" aria-current={isAt(path, place.to) ? "page" : undefined}>
							<svg
								viewBox="0 0 16 16"
								width="16"
								height="16"
								fill="none"
								stroke="currentColor"
								strokeWidth="1.5"
								aria-hidden="true"
							>
								<path d={place.sign} strokeLinecap="round" strokeLinejoin="round" />
							</svg>
							{place.title}
							{place.to === "/flow-runs" ? <RunningNow /> : null}
						</Link>
					</div>
				))}
				<div className="side-foot">
					<span className={link === "live" ? "link live" : link === "lost" ? "link lost-link" : "link"}>
						{link === "live" ? "Live" : link === "lost" ? "Connection lost" : "Resting"}
					</span>
					<Account />
				</div>
			</nav>
			<main id="main" tabIndex={-1}>
				<Mishap place={path}>
					<Suspense fallback={<Waiting />}>{shownAt(path)}</Suspense>
				</Mishap>
			</main>
			<div className="lost" role="status">
				{link === "lost" ? "The connection to the server is lost. Trying again…" : trouble}
			</div>
			<Sayings />
			<Palette opened={searching} close={() => setSearching(false)} />
		</div>
	);
}

function isAt(path: string, to: string): boolean {
	return to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
}

function RunningNow() {
	const counts = useQuery<Record<string, number>>({ queryKey: ["counters"], queryFn: () => ({}), enabled: false });
	const running = counts.data?.RUNNING ?? 0;
	return running > 0 ? (
		<span className="number" title="Running now">
			{count(running)}
		</span>
	) : null;
}

function Account() {
	const me = useMe();
	const queries = useQueryClient();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	const leave = async () => {
		await post("/sign-out");
		queries.clear();
		location.assign("/ui");
	};
	return (
		<Menu position="top-start" width={200}>
			<Menu.Target>
				<Button variant="subtle" size="compact-sm" color="gray" justify="flex-start" c="inherit" px={0}>
					{me.name ?? "somebody"}
					{me.open ? "" : ` (${me.role})`}
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>Theme</Menu.Label>
				{(["light", "dark", "auto"] as const).map((each) => (
					<Menu.Item key={each} onClick={() => setColorScheme(each)} rightSection={each === colorScheme ? "✓" : null}>
						{{ light: "Light", dark: "Dark", auto: "As the system" }[each]}
					</Menu.Item>
				))}
				{me.by === "session" ? (
					<>
						<Menu.Divider />
						<Menu.Item onClick={() => void leave()}>Sign out</Menu.Item>
					</>
				) : null}
			</Menu.Dropdown>
		</Menu>
	);
}
