/** Saved views: filters of the page of runs under a name, one's own or everybody's, kept by the server. */
import { Button, Checkbox, Group, Menu, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove, type Schemas } from "../api/client";
import { useMay, useMe } from "../api/session";
import { Wrong } from "../parts/conditions";
import { attempt } from "../parts/deeds";

type View = Schemas["SavedView"];
type Show = (filters: Record<string, string>) => void;

export function Views({ filters, show }: { filters: Record<string, string>; show: Show }) {
	const me = useMe();
	const mayShare = useMay("edit");
	const [opened, setOpened] = useState(false);
	const views = useQuery({
		queryKey: ["saved-views"],
		queryFn: () => post("/saved-views/list", { limit: 200 }),
		enabled: opened,
	});
	const own = views.data?.items.filter((view) => !view.shared) ?? [];
	const shared = views.data?.items.filter((view) => view.shared) ?? [];
	// Without accounts there is nobody in particular whose a view could be.
	const personal = !me.open;
	return (
		<Menu width={300} position="bottom-end" closeOnItemClick={false} opened={opened} onChange={setOpened}>
			<Menu.Target>
				<Button size="xs" variant="default">
					Views
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				{views.isError ? <Wrong error={views.error} again={() => void views.refetch()} /> : null}
				{personal ? <Listed title="Yours" views={own} show={show} may /> : null}
				<Listed title="Everybody's" views={shared} show={show} may={mayShare} />
				{personal || mayShare ? (
					<>
						<Menu.Divider />
						<Save filters={filters} personal={personal} mayShare={mayShare} />
					</>
				) : null}
			</Menu.Dropdown>
		</Menu>
	);
}

function Listed({ title, views, show, may }: { title: string; views: View[]; show: Show; may: boolean }) {
	const queries = useQueryClient();
	const forget = (view: View) =>
		attempt(async () => {
			await remove("/saved-views/{id}", { id: view.id });
			await queries.invalidateQueries({ queryKey: ["saved-views"] });
			return undefined;
		});
	return (
		<>
			<Menu.Label>{title}</Menu.Label>
			{views.map((view) => (
				<Group key={view.id} wrap="nowrap" gap={4}>
					<Menu.Item className="grow" onClick={() => show(view.filters)}>
						{view.name}
					</Menu.Item>
					{may ? (
						<Menu.Item w="auto" aria-label={`Forget ${view.name}`} onClick={() => void forget(view)}>
							Forget
						</Menu.Item>
					) : null}
				</Group>
			))}
			{views.length === 0 ? (
				<Text size="sm" c="dimmed" px="sm" py={4}>
					None yet
				</Text>
			) : null}
		</>
	);
}

function Save({
	filters,
	personal,
	mayShare,
}: {
	filters: Record<string, string>;
	personal: boolean;
	mayShare: boolean;
}) {
	const queries = useQueryClient();
	const [name, setName] = useState("");
	const [shared, setShared] = useState(false);
	const save = () =>
		attempt(async () => {
			const view = await post("/saved-views", { name, filters, shared });
			await queries.invalidateQueries({ queryKey: ["saved-views"] });
			setName("");
			return `${view.name} is saved${view.shared ? " for everybody" : ""}.`;
		});
	return (
		<form
			style={{ padding: 8 }}
			onSubmit={(event) => {
				event.preventDefault();
				if (name.trim()) void save();
			}}
		>
			<TextInput
				size="xs"
				name="view"
				label="Save these filters as"
				description="A name that is there gets these filters"
				value={name}
				onChange={(e) => setName(e.currentTarget.value)}
				onKeyDown={(e) => {
					// The menu would take letters for the beginnings of its items' names.
					if (e.key !== "Escape" && e.key !== "Tab") e.stopPropagation();
				}}
				rightSectionWidth={54}
				rightSection={
					<Button type="submit" size="compact-xs">
						Save
					</Button>
				}
			/>
			{personal && mayShare ? (
				<Checkbox
					size="xs"
					mt="xs"
					label="For everybody"
					checked={shared}
					onChange={(e) => setShared(e.currentTarget.checked)}
				/>
			) : null}
		</form>
	);
}
