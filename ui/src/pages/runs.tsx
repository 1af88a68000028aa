/** All flow runs: found by filters that live in the address, and acted upon many at a time. */
import { Button, Group, MultiSelect, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post, type RunFilter } from "../api/client";
import { usePages } from "../api/lists";
import { useMay } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { Deed } from "../parts/deeds";
import { Card, Page } from "../parts/frame";
import { useHeld } from "../parts/held";
import { useFilters } from "../parts/router";
import { More, Unlike } from "../parts/rows";
import { RunRows } from "../parts/run-rows";
import { KINDS, titled } from "../parts/states";
import { many, when } from "../parts/words";
import { bulk } from "./bulk";
import { FIRST_FLOW, since } from "./overview";
import { Views } from "./views";

const NAMES = [
	"state",
	"state_name",
	"flow",
	"tag",
	"since",
	"until",
	"text",
	"parameter",
	"deployment",
	"pool",
] as const;
const RANGES = ["1h", "24h", "7d", "30d"];

/** What the filters of an address ask for. */
export function asked(filters: URLSearchParams): RunFilter {
	const list = (name: string) => filters.get(name)?.split(",").filter(Boolean);
	const time = filters.get("since");
	return {
		state_types: list("state"),
		state_names: list("state_name"),
		flow_names: list("flow"),
		tags_all: list("tag"),
		created_after: time ? (RANGES.includes(time) ? since(time) : time) : undefined,
		created_before: filters.get("until") ?? undefined,
		text: filters.get("text") ?? undefined,
		parameter: filters.get("parameter") ?? undefined,
		deployment_ids: list("deployment"),
		work_pool_names: list("pool"),
	};
}

export function Runs() {
	const [filters, change] = useFilters();
	const may = useMay("edit");
	const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
	const key = filters.toString();
	const { found: runs, items } = usePages(["flow-runs", "list", key], (after) =>
		post("/flow-runs/list", { where: asked(filters), limit: 50, after }),
	);
	const total = useQuery({
		queryKey: ["flow-runs", "count", key],
		queryFn: () => post("/flow-runs/count", { ...asked(filters), at_most: 10_000 }),
		placeholderData: keepPreviousData,
	});
	const held = useHeld(items);
	const filtered = NAMES.some((name) => filters.has(name));
	return (
		<Page
			title="Runs"
			name="Runs"
			beside={
				<Text size="sm" c="dimmed" className="number" aria-live="polite">
					{held.newer ? `${many(held.newer, "newer run")} until you look away from the list · ` : ""}
					{total.data ? `${many(total.data.count, "run")}${total.data.more ? " or more" : ""}` : ""}
				</Text>
			}
		>
			<Filters filters={filters} change={change} />
			<Chosen chosen={chosen} clear={() => setChosen(new Set())} />
			<Card flush more={held.hold}>
				<Shown of={runs} rows={12}>
					{() =>
						items.length === 0 ? (
							filtered ? (
								<Unlike noun="run" clear={() => change(Object.fromEntries(NAMES.map((name) => [name, null])))} />
							) : (
								<Empty title="Nothing has run yet" step={FIRST_FLOW}>
									Save this as hello.py and run it with <code>python hello.py</code>.
								</Empty>
							)
						) : (
							<RunRows runs={held.shown} chosen={may ? chosen : undefined} choose={setChosen} />
						)
					}
				</Shown>
				<More of={runs} />
			</Card>
		</Page>
	);
}

type Change = (changes: Record<string, string | null>) => void;

function Filters({ filters, change }: { filters: URLSearchParams; change: Change }) {
	const flows = useQuery({
		queryKey: ["flows", "names"],
		queryFn: () => post("/flows/list", { sort: "name", limit: 200 }),
	});
	const names = [
		...new Set([...(flows.data?.items.map((flow) => flow.name) ?? []), ...(filters.get("flow")?.split(",") ?? [])]),
	].filter(Boolean);
	const time = filters.get("since");
	return (
		<search className="filters">
			<Typed name="text" label="Text" hint="Name, message, flow" filters={filters} change={change} wide />
			<MultiSelect
				size="xs"
				label="State"
				placeholder={filters.get("state") ? "" : "Any"}
				w={190}
				clearable
				clearButtonProps={{ "aria-label": "Any state" }}
				data={KINDS.map((kind) => ({ value: kind, label: titled(kind) }))}
				value={filters.get("state")?.split(",").filter(Boolean) ?? []}
				onChange={(value) => change({ state: value.join(",") })}
			/>
			<MultiSelect
				size="xs"
				label="Flow"
				placeholder={filters.get("flow") ? "" : "Any"}
				w={190}
				clearable
				clearButtonProps={{ "aria-label": "Any flow" }}
				searchable
				data={names}
				value={filters.get("flow")?.split(",").filter(Boolean) ?? []}
				onChange={(value) => change({ flow: value.join(",") })}
			/>
			<Select
				size="xs"
				label="Made"
				placeholder="Any time"
				w={150}
				clearable
				clearButtonProps={{ "aria-label": "Any time" }}
				data={[
					...RANGES.map((value) => ({ value, label: `in the last ${value}` })),
					...(time && !RANGES.includes(time) ? [{ value: time, label: `from ${when(time)}` }] : []),
				]}
				value={time}
				onChange={(value) => change({ since: value, until: null })}
			/>
			<Typed name="tag" label="Tag" hint="nightly" filters={filters} change={change} />
			<Typed name="parameter" label="Parameter" hint="region=north" filters={filters} change={change} />
			<From filters={filters} change={change} />
			<Views
				filters={Object.fromEntries(
					NAMES.flatMap((name) => (filters.get(name) ? [[name, filters.get(name) ?? ""]] : [])),
				)}
				show={(wanted) => change(Object.fromEntries(NAMES.map((name) => [name, wanted[name] ?? null])))}
			/>
		</search>
	);
}

/** The deployment or work pool whose runs are shown, where another page asked for them. */
function From({ filters, change }: { filters: URLSearchParams; change: Change }) {
	const ids = filters.get("deployment")?.split(",").filter(Boolean) ?? [];
	const pool = filters.get("pool");
	const found = useQuery({
		queryKey: ["deployments", "names", ids],
		queryFn: () => post("/deployments/list", { ids, limit: 100 }),
		enabled: ids.length > 0,
	});
	const names = found.data?.items.map((each) => `${each.flow_name}/${each.name}`).join(", ") ?? "";
	return (
		<>
			{ids.length > 0 ? (
				<Button size="xs" variant="light" title="Show others too" onClick={() => change({ deployment: null })}>
					Of {names || "a deployment"} <span aria-hidden="true">✕</span>
				</Button>
			) : null}
			{pool ? (
				<Button size="xs" variant="light" title="Show others too" onClick={() => change({ pool: null })}>
					In work pool {pool} <span aria-hidden="true">✕</span>
				</Button>
			) : null}
		</>
	);
}

function Typed({
	name,
	label,
	hint,
	filters,
	change,
	wide = false,
}: {
	name: string;
	label: string;
	hint: string;
	filters: URLSearchParams;
	change: Change;
	wide?: boolean;
}) {
	const there = filters.get(name) ?? "";
	const [value, setValue] = useState(there);
	const later = useDebouncedCallback((text: string) => change({ [name]: text.trim() }), 250);
	useEffect(() => setValue((now) => (now.trim() === there ? now : there)), [there]);
	return (
		<TextInput
			size="xs"
			label={label}
			placeholder={hint}
			name={name}
			className={wide ? "grow" : undefined}
			w={wide ? undefined : 130}
			miw={wide ? 180 : undefined}
			value={value}
			onChange={(event) => {
				setValue(event.currentTarget.value);
				later(event.currentTarget.value);
			}}
		/>
	);
}

function Chosen({ chosen, clear }: { chosen: ReadonlySet<string>; clear: () => void }) {
	const queries = useQueryClient();
	if (chosen.size === 0) return null;
	const ids = [...chosen];
	const act = (deed: Parameters<typeof bulk>[0]) => async (reason: string) => {
		const told = await bulk(deed, ids, reason);
		clear();
		void queries.invalidateQueries({ queryKey: ["flow-runs"] });
		return told;
	};
	return (
		<Group mb="sm" gap="xs" role="toolbar" aria-label="Chosen runs">
			<Text size="sm" fw={600}>
				{many(chosen.size, "run")} chosen
			</Text>
			<Deed label="Retry" title={`Retry ${many(chosen.size, "run")}?`} act={act("retry")} why>
				Those of deployments that have ended wait to run again under the same id, and a worker starts them. Open ones
				refuse; runs of no deployment stay as they are.
			</Deed>
			<Deed
				label="Cancel"
				title={`Cancel ${many(chosen.size, "run")}?`}
				act={act("cancel")}
				danger
				why
				confirm="Cancel runs"
			>
				Each is asked to stop. Those that have ended stay as they are.
			</Deed>
			<Deed
				label="Delete"
				title={`Delete ${many(chosen.size, "run")}?`}
				act={act("delete")}
				danger
				confirm="Delete runs"
			>
				Their states, logs and task runs are deleted with them. Artifacts stay. A run that a process holds is not
				deleted.
			</Deed>
			<Button size="xs" variant="subtle" onClick={clear}>
				Choose none
			</Button>
		</Group>
	);
}
