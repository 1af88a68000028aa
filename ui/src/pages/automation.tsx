/** One automation: what it does in words, its firings and why it did not fire, what it told, and who changed it. */
import { Button, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { patch, read, remove } from "../api/client";
import { useMay } from "../api/session";
import { facts } from "../parts/automation-draft";
import { useCalled } from "../parts/automation-names";
import type { Automation, Names } from "../parts/automation-words";
import { Changes } from "../parts/changes";
import { Copyable, Shown } from "../parts/conditions";
import { Deletion, Turn } from "../parts/deeds";
import { Card, Dim, Facts, Go, Page, Tags } from "../parts/frame";
import { InWords } from "../parts/in-words";
import { navigate, useFilters } from "../parts/router";
import { StatusBadge } from "../parts/states";
import { Moment } from "../parts/time";
import { many } from "../parts/words";
import { yaml } from "../parts/yaml";
import { Change, New } from "./automation-editor";
import { Firings } from "./automation-firings";
import { useFired } from "./automations";
import { Deliveries } from "./deliveries";
import { Explained } from "./explained";
import { Rehearsal } from "./rehearsal";

/** The page of an automation by its id; `new` is that of one that is yet to be made. */
export function OneAutomation({ id }: { id: string }) {
	const [filters] = useFilters();
	const may = useMay("edit");
	if (id === "new") return <New />;
	return may && filters.has("edit") ? <Change id={id} /> : <Saved id={id} />;
}

function Saved({ id }: { id: string }) {
	const found = useQuery({
		queryKey: ["automations", "one", id],
		queryFn: () => read("/automations/{id}", { id }),
	});
	return <Shown of={found}>{(data) => <Whole automation={data} />}</Shown>;
}

function Whole({ automation }: { automation: Automation }) {
	const { id } = automation;
	const [filters, change] = useFilters();
	const names = useCalled([automation, automation.owner_resource]);
	const fired = useFired([id]).get(id);
	return (
		<Page
			name={automation.name}
			above={<Go to="/automations">Automations</Go>}
			title={
				<>
					{automation.name}{" "}
					{automation.enabled === false ? (
						<StatusBadge status="Disabled" kind="PAUSED" title="Nothing fires it." />
					) : (
						<StatusBadge status="Enabled" kind="COMPLETED" />
					)}
				</>
			}
			beside={<Deeds automation={automation} />}
		>
			<div className="stack">
				{automation.description ? <Text size="sm">{automation.description}</Text> : null}
				<Card>
					<InWords automation={automation} names={names} />
					<Facts
						of={[
							["Last fired", fired?.last ? <Moment key="l" at={fired.last.fired} /> : "never"],
							[
								"In 24 hours",
								fired?.fired ? (fired.fired > 1000 ? "over 1,000 firings" : many(fired.fired, "firing")) : "none",
							],
							...(fired?.failed
								? [
										[
											"Actions that failed",
											<span key="x" className="bad">
												{many(fired.failed, "action")} in 24 hours
											</span>,
										] as [string, ReactNode],
									]
								: []),
							["Changed", <Moment key="u" at={automation.updated} />],
							["Version", String(automation.version ?? 1)],
							["Tags", automation.tags?.length ? <Tags key="t" of={automation.tags} /> : "none"],
							...(automation.owner_resource
								? [
										["Belongs to", <Owner key="o" of={automation.owner_resource} names={names} />] as [
											string,
											ReactNode,
										],
									]
								: []),
							[
								"Id",
								<span key="i" className="mono id">
									{id}
								</span>,
							],
						]}
					/>
				</Card>
				<Card>
					<Tabs
						value={filters.get("tab") ?? "firings"}
						onChange={(tab) => change({ tab: tab === "firings" ? null : tab, status: null })}
						keepMounted={false}
					>
						<Tabs.List mb="md">
							<Tabs.Tab value="firings">Firings</Tabs.Tab>
							<Tabs.Tab value="why">Why, and why not</Tabs.Tab>
							<Tabs.Tab value="deliveries">Deliveries</Tabs.Tab>
							<Tabs.Tab value="past">Dry run</Tabs.Tab>
							<Tabs.Tab value="file">As a file</Tabs.Tab>
							<Tabs.Tab value="changes">Changes</Tabs.Tab>
						</Tabs.List>
						<Tabs.Panel value="firings">
							<Firings automation={id} />
						</Tabs.Panel>
						<Tabs.Panel value="why">
							<Explained id={id} />
						</Tabs.Panel>
						<Tabs.Panel value="deliveries">
							<Deliveries automation={id} />
						</Tabs.Panel>
						<Tabs.Panel value="past">
							<Rehearsal of={{ id }} />
						</Tabs.Panel>
						<Tabs.Panel value="file">
							<div className="stack">
								<Copyable text={yaml(facts(automation))} />
								<Dim>Kept as a file it is brought up to date by:</Dim>
								<Copyable text={`segue automation update '${automation.name}' --from-file FILE`} />
							</div>
						</Tabs.Panel>
						<Tabs.Panel value="changes">
							<Changes noun="automations" resources={[`segue.automation.${id}`]} />
						</Tabs.Panel>
					</Tabs>
				</Card>
			</div>
		</Page>
	);
}

function Owner({ of, names }: { of: string; names: Names }) {
	const [, noun = "", id = ""] = of.match(/^segue\.([a-z-]+)\.(.+)$/) ?? [];
	return noun === "deployment" ? <Go to={`/deployments/${id}`}>{names.get(id) ?? "its deployment"}</Go> : of;
}

function Deeds({ automation }: { automation: Automation }) {
	const { id, name } = automation;
	const may = useMay("edit");
	const it = { noun: "automation", name, list: "automations", may };
	const stop = automation.enabled !== false;
	return (
		<>
			{may ? (
				<Button size="xs" onClick={() => navigate(`/automations/${id}?edit=yes`)}>
					Change
				</Button>
			) : null}
			<Turn
				{...it}
				verb={stop ? "Disable" : "Enable"}
				said={stop ? "is disabled." : "is enabled."}
				turn={(reason) => patch("/automations/{id}", { enabled: !stop }, { id }, reason)}
			>
				{stop
					? "Nothing fires it until it is enabled again; what it has counted is forgotten."
					: "It counts what happens from now on."}
			</Turn>
			<Deletion {...it} take={(reason) => remove("/automations/{id}", { id }, reason)}>
				{automation.owner_resource
					? "It belongs to a deployment, and comes again when that is deployed again. Its firings stay."
					: "Its firings, and what they did, stay on record."}
			</Deletion>
		</>
	);
}
