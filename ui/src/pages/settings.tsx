/** Settings: who one is here, people and keys, and how the server does. */
import { Tabs, Text } from "@mantine/core";
import { useMay, useMe } from "../api/session";
import { Card, Facts, Page } from "../parts/frame";
import { useFilters } from "../parts/router";
import { Keys } from "./settings-keys";
import { NoAccounts, People } from "./settings-people";
import { Server } from "./settings-server";
import { SignIns } from "./settings-sign-ins";

export function Settings() {
	const [filters, change] = useFilters();
	const admin = useMay("admin");
	const me = useMe();
	return (
		<Page title="Settings" name="Settings">
			<Tabs
				value={filters.get("tab") ?? "you"}
				onChange={(tab) => change({ tab: tab === "you" ? null : tab })}
				keepMounted={false}
			>
				<Tabs.List mb="md">
					<Tabs.Tab value="you">You</Tabs.Tab>
					{admin ? <Tabs.Tab value="people">People</Tabs.Tab> : null}
					<Tabs.Tab value="keys">Keys</Tabs.Tab>
					<Tabs.Tab value="server">Server</Tabs.Tab>
				</Tabs.List>
				<Tabs.Panel value="you">{me.open ? <NoAccounts /> : <You />}</Tabs.Panel>
				<Tabs.Panel value="people">
					<People />
				</Tabs.Panel>
				<Tabs.Panel value="keys">
					<Keys />
				</Tabs.Panel>
				<Tabs.Panel value="server">
					<Server />
				</Tabs.Panel>
			</Tabs>
		</Page>
	);
}

const MEANS: Record<string, string> = {
	read: "see everything but the secrets of blocks",
	run: "start, resume and report runs",
	edit: "cancel, change and delete runs, variables, blocks and limits",
	admin: "look after people, everybody's keys and the database",
};

function You() {
	const me = useMe();
	return (
		<div className="stack">
			<Card>
				<Facts
					of={[
						["Name", me.name ?? "–"],
						["Role", me.role ?? "–"],
						["Known by", me.by === "session" ? "a sign-in with the password" : "a key"],
					]}
				/>
				<Text size="sm" mt="md" component="div">
					You may
					<ul className="plain">
						{Object.entries(MEANS).map(([right, means]) => (
							<li key={right} className={me.rights?.includes(right) ? "" : "dim"}>
								{me.rights?.includes(right) ? "✓" : "✗"} {means}
							</li>
						))}
					</ul>
				</Text>
			</Card>
			<SignIns />
		</div>
	);
}
