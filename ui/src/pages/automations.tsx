/** Automations: all of them in words, with when each fired last; and what all of them did and told. */
import { Button, Select, Tabs, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { patch, post, type Schemas } from "../api/client";
import { usePages, useTold } from "../api/lists";
import { useMay } from "../api/session";
import { useCalled } from "../parts/automation-names";
import { type Automation, deeds, fires, inLine, type Names } from "../parts/automation-words";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Toggle } from "../parts/deeds";
import { Card, Dim, Go, Page, Tags } from "../parts/frame";
import { navigate, useFilters } from "../parts/router";
import { More, Named, Rows, Unlike, useNamed } from "../parts/rows";
import { Moment } from "../parts/time";
import { count, many } from "../parts/words";
import { Firings } from "./automation-firings";
import { Deliveries } from "./deliveries";

const FIRST_AUTOMATION = `cat > tell-me.yaml << 'END'
name: note what fails
trigger:
  type: event
  expect: [segue.flow-run.Failed, segue.flow-run.Crashed]
actions:
  - type: emit-event
    event: shop.look-at-this
END
segue automation create --from-file tell-me.yaml`;

type Activity = Schemas["AutomationActivity"];

/** When automations fired last and how often of late, by their ids. */
export function useFired(ids: string[]): Map<string, Activity> {
	return useTold(
		["automations", "activity"],
		ids,
		(some) => post("/automations/activity", { ids: some }),
		(each) => each.automation_id,
	);
}

export function Automations() {
	const [filters, change] = useFilters();
	const may = useMay("edit");
	return (
		<Page
			title="Automations"
			name="Automations"
			beside={
				may ? (
					<Button size="xs" onClick={() => navigate("/automations/new")}>
						New automation
					</Button>
				) : null
			}
		>
			<Tabs
				value={filters.get("tab") ?? "all"}
				onChange={(tab) => change({ tab: tab === "all" ? null : tab, name: null, tag: null, enabled: null })}
				keepMounted={false}
			>
				<Tabs.List mb="md">
					<Tabs.Tab value="all">Automations</Tabs.Tab>
					<Tabs.Tab value="firings">Firings</Tabs.Tab>
					<Tabs.Tab value="deliveries">Deliveries</Tabs.Tab>
				</Tabs.List>
				<Tabs.Panel value="all">
					<All />
				</Tabs.Panel>
				<Tabs.Panel value="firings">
					<Card>
						<Firings />
					</Card>
				</Tabs.Panel>
				<Tabs.Panel value="deliveries">
					<Card>
						<Deliveries />
					</Card>
				</Tabs.Panel>
			</Tabs>
		</Page>
	);
}

function All() {
	const [filters, change] = useFilters();
	const name_like = useNamed();
	const enabled = filters.get("enabled");
	const tag = filters.get("tag");
	const { found, items } = usePages(["automations", "list", name_like, enabled, tag], (after) =>
		post("/automations/list", {
			name_like,
			enabled: enabled ? enabled === "yes" : undefined,
			tags_all: tag ? [tag] : undefined,
			sort: "name",
			limit: 50,
			after,
		}),
	);
	const filtered = Boolean(name_like || enabled || tag);
	return (
		<>
			<search className="filters">
				<Named hint="tell me" bare />
				<Select
					size="xs"
					w={130}
					label="Enabled"
					placeholder="Any"
					clearable
					clearButtonProps={{ "aria-label": "Enabled or not" }}
					data={[
						{ value: "yes", label: "Enabled" },
						{ value: "no", label: "Disabled" },
					]}
					value={enabled}
					onChange={(value) => change({ enabled: value })}
				/>
				<TextInput
					size="xs"
					w={130}
					label="Tag"
					value={tag ?? ""}
					onChange={(e) => change({ tag: e.currentTarget.value.trim() })}
				/>
			</search>
			<Card flush>
				<Shown of={found}>
					{() =>
						items.length > 0 ? (
							<AutomationRows of={items} />
						) : filtered ? (
							<Unlike noun="automation" clear={() => change({ name: null, enabled: null, tag: null })} />
						) : (
							<Empty title="No automation" step={FIRST_AUTOMATION}>
								When something happens, or does not, something is done: a deployment runs, a run is cancelled, people
								are told.
							</Empty>
						)
					}
				</Shown>
				<More of={found} />
			</Card>
		</>
	);
}

/** Automations in a table, each with what it does in words. */
export function AutomationRows({ of }: { of: Automation[] }) {
	const names = useCalled(of);
	const fired = useFired(of.map((each) => each.id));
	return (
		<Rows heads={["Automation", "When this happens, that is done", "Last fired", "In 24 hours", "Enabled"]}>
			{of.map((each) => (
				<tr key={each.id} data-automation={each.name}>
					<td className="two-lines">
						<Go to={`/automations/${each.id}`}>{each.name}</Go>
						{each.tags?.length ? (
							<span className="cut">
								<Tags of={each.tags} />
							</span>
						) : null}
					</td>
					<td className="wide two-lines">
						<InBrief automation={each} names={names} />
					</td>
					<td>{fired.get(each.id)?.last ? <Moment at={fired.get(each.id)?.last?.fired} /> : <Dim>never</Dim>}</td>
					<td className="number">
						<Lately of={fired.get(each.id)} />
					</td>
					<td>
						<Enabled automation={each} />
					</td>
				</tr>
			))}
		</Rows>
	);
}

function InBrief({ automation, names }: { automation: Automation; names: Names }) {
	const when = inLine(fires(automation.trigger, names));
	const then = deeds(automation, names)
		.map((each) => each.text + (each.when ? ` (${each.when})` : ""))
		.join("; ");
	return (
		<>
			<span className="clamp" title={`When ${when}`}>
				<span className="dim">When</span> {when}
			</span>
			<span className="clamp" title={then}>
				<span className="dim">then</span> {then || "nothing: the firing is recorded"}
			</span>
		</>
	);
}

function Lately({ of }: { of: Activity | undefined }) {
	if (of === undefined) return null;
	if (!of.fired) return <Dim>not fired</Dim>;
	return (
		<>
			{of.fired > 1000 ? "over 1,000 times" : `${count(of.fired)} ${of.fired === 1 ? "time" : "times"}`}
			{of.failed ? (
				<>
					, <span className="bad">{many(of.failed, "action")} failed</span>
				</>
			) : null}
		</>
	);
}

/** A switch that lets an automation fire, or not. */
function Enabled({ automation }: { automation: Automation }) {
	const may = useMay("edit");
	const queries = useQueryClient();
	const { id, name } = automation;
	const turn = (enabled: boolean) =>
		attempt(async () => {
			await patch("/automations/{id}", { enabled }, { id });
			await queries.invalidateQueries({ queryKey: ["automations"] });
			return enabled ? `${name} is enabled.` : `${name} is disabled: what it had counted is forgotten.`;
		});
	return (
		<Toggle
			label={`Automation ${name}`}
			may={may}
			on={automation.enabled !== false}
			turn={(on) => void turn(on)}
			words={["Enabled", "Disabled"]}
		/>
	);
}
