/** Ctrl-K: go anywhere by typing a part of its name, or the beginning of an id. */
import { Modal, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { post } from "./api/client";
import { navigate } from "./parts/router";
import { StateBadge } from "./parts/states";
import { PLACES } from "./places";

interface Hit {
	to: string;
	title: string;
	what: string;
	state?: { type: string; name: string };
}

async function find(text: string): Promise<Hit[]> {
	const isId = /^[0-9a-f-]{8,}$/i.test(text);
	const isWhole = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
	const [runs, flows, deployments, pools, automations, blocks, artifacts, variables, tasks] = await Promise.all([
		post("/flow-runs/list", { where: isId ? { id_or_name: text.toLowerCase() } : { name_like: text }, limit: 8 }),
		post("/flows/list", { name_like: text, limit: 5 }),
		post("/deployments/list", isId ? { ref: text.toLowerCase() } : { name_like: text, limit: 5 }),
		post("/work-pools/list", { name_like: text, limit: 5 }),
		post("/automations/list", isWhole ? { ids: [text.toLowerCase()] } : { name_like: text, limit: 5 }),
		post("/block-documents/list", isWhole ? { ids: [text.toLowerCase()] } : { name_like: text, limit: 5 }),
		post("/artifacts/list", isWhole ? { ids: [text.toLowerCase()] } : { key_like: text, latest: true, limit: 5 }),
		post("/variables/list", { name_like: text, limit: 5 }),
		isWhole ? post("/task-runs/list", { where: { ids: [text.toLowerCase()] } }) : { items: [] },
	]);
	return [
		...deployments.items.map((each) => ({
			to: `/deployments/${each.id}`,
			title: each.name,
			what: `Deployment of ${each.flow_name}`,
		})),
		...pools.items.map((pool) => ({
			to: `/work-pools/${encodeURIComponent(pool.name)}`,
			title: pool.name,
			what: `Work pool, ${pool.type}`,
		})),
		...automations.items.map((each) => ({ to: `/automations/${each.id}`, title: each.name, what: "Automation" })),
		...flows.items.map((flow) => ({ to: `/flows/${flow.id}`, title: flow.name, what: "Flow" })),
		...runs.items.map((run) => ({
			to: `/flow-runs/${run.id}`,
			title: run.name,
			what: run.flow_name,
			state: run.state,
		})),
		...tasks.items.map((run) => ({ to: `/task-runs/${run.id}`, title: run.name, what: "Task run", state: run.state })),
		...blocks.items.map((each) => ({
			to: `/blocks/${each.id}`,
			title: each.name ?? each.block_type_slug,
			what: `Block, ${each.block_type_slug}`,
		})),
		...artifacts.items.map((each) => ({
			to: `/artifacts/${each.id}`,
			title: each.key ?? each.type,
			what: `Artifact, ${each.type}`,
		})),
		...variables.items.map((each) => ({
			to: `/variables?name=${encodeURIComponent(each.name)}`,
			title: each.name,
			what: "Variable",
		})),
	];
}

export function Palette({ opened, close }: { opened: boolean; close: () => void }) {
	return (
		<Modal
			opened={opened}
			onClose={close}
			title="Search"
			closeButtonProps={{ "aria-label": "Close" }}
			size="lg"
			padding="sm"
			yOffset="12vh"
		>
			{opened ? <Search close={close} /> : null}
		</Modal>
	);
}

function Search({ close }: { close: () => void }) {
	const [text, setText] = useState("");
	const [at, setAt] = useState(0);
	const [asked] = useDebouncedValue(text.trim(), 120);
	const found = useQuery({
		queryKey: ["flow-runs", "search", asked],
		queryFn: () => find(asked),
		enabled: asked !== "",
		placeholderData: keepPreviousData,
	});
	const places: Hit[] = PLACES.filter((place) => place.title.toLowerCase().includes(text.trim().toLowerCase())).map(
		(place) => ({ to: place.to, title: place.title, what: "Page" }),
	);
	const hits = [...places, ...(asked === "" ? [] : (found.data ?? []))];
	const here = Math.min(at, Math.max(0, hits.length - 1));
	const list = useRef<HTMLDivElement>(null);
	// What the keys stand on is seen, however many there are.
	useEffect(() => {
		list.current?.children[here]?.scrollIntoView({ block: "nearest" });
	}, [here]);
	const go = (hit: Hit | undefined) => {
		if (hit === undefined) return;
		close();
		navigate(hit.to);
	};
	const key = (event: KeyboardEvent) => {
		if (event.key === "ArrowDown") setAt(Math.min(here + 1, hits.length - 1));
		else if (event.key === "ArrowUp") setAt(Math.max(here - 1, 0));
		else if (event.key === "Enter") go(hits[here]);
		else return;
		event.preventDefault();
	};
	return (
		<>
			<TextInput
				data-autofocus
				placeholder="A name, the beginning of an id, or a page"
				aria-label="Search everything that has a name, and pages"
				role="combobox"
				aria-expanded="true"
				aria-controls="palette"
				aria-activedescendant={hits.length ? `palette-${here}` : undefined}
				value={text}
				onChange={(event) => {
					setText(event.currentTarget.value);
					setAt(0);
				}}
				onKeyDown={key}
			/>
			<div ref={list} role="listbox" id="palette" aria-label="Found" className="palette-list">
				{hits.map((hit, place) => (
					// biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
					// biome-ignore lint/a11y/useFocusableInteractive: the field above keeps the focus, as comboboxes do
					<div
						key={hit.to}
						id={`palette-${place}`}
						role="option"
						aria-selected={place === here}
						className="palette-row"
						onClick={() => go(hit)}
						onMouseMove={() => setAt(place)}
					>
						{hit.state ? <StateBadge state={hit.state} /> : null}
						<strong>{hit.title}</strong>
						<span className="dim">{hit.what}</span>
					</div>
				))}
				{hits.length === 0 ? (
					<Text p="md" size="sm" c="dimmed">
						{found.isFetching ? "Looking…" : `Nothing has ${text} in its name.`}
					</Text>
				) : null}
			</div>
		</>
	);
}
