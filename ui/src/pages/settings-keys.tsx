/** Keys: what programs show of whose they are. */
import { Button, Group, Modal, Select, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove, type Schemas } from "../api/client";
import { newId } from "../api/ids";
import { useMay, useMe } from "../api/session";
import { Copyable, Empty, Shown } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Card, Dim } from "../parts/frame";
import { DEEDS, Rows } from "../parts/rows";
import { Moment } from "../parts/time";
import { ROLES } from "./settings-people";

const DAYS: Record<string, number | null> = { "7 days": 7, "90 days": 90, "1 year": 365, "for ever": null };

export function Keys() {
	const queries = useQueryClient();
	const admin = useMay("admin");
	const me = useMe();
	const [asking, setAsking] = useState(false);
	const [made, setMade] = useState<Schemas["MadeKey"] | null>(null);
	const keys = useQuery({ queryKey: ["keys"], queryFn: () => post("/keys/list", { limit: 500 }) });
	const again = () => void queries.invalidateQueries({ queryKey: ["keys"] });
	return (
		<div className="stack">
			<Group justify="space-between">
				<Text size="sm" c="dimmed">
					{admin ? "Everybody's, and those of programs." : "Yours; programs that show one may at most what you may."}
				</Text>
				{me.open ? null : (
					<Button size="xs" onClick={() => setAsking(true)}>
						New key
					</Button>
				)}
			</Group>
			<Card flush>
				<Shown of={keys}>
					{(data) =>
						data.items.length === 0 ? (
							<Empty
								title="No key"
								step={me.open ? "segue user create ann --role admin" : "segue key create nightly --role operator"}
							>
								{me.open
									? "Keys are for servers with accounts; without any, nobody needs one."
									: "Programs on other machines take it from the environment: SEGUE_API_KEY."}
							</Empty>
						) : (
							<Rows heads={["Key", "Of", "May", "Last used", "Ends", DEEDS]}>
								{data.items.map((each) => (
									<tr key={each.id}>
										<td className="wide">
											{each.name} <span className="dim mono">{each.hint}…</span>
										</td>
										<td>{each.user ?? <Dim>a program</Dim>}</td>
										<td>{each.scopes?.length ? each.scopes.join(", ") : (each.role ?? "as the person")}</td>
										<td>{each.last_used ? <Moment at={each.last_used} /> : <Dim>never</Dim>}</td>
										<td>
											{each.revoked ? (
												<Dim>revoked</Dim>
											) : each.expires ? (
												<Moment at={each.expires} />
											) : (
												<Dim>never</Dim>
											)}
										</td>
										<td>
											{each.revoked ? null : (
												<Deed
													label="Revoke"
													title={`Revoke ${each.name}?`}
													danger
													why
													confirm="Revoke the key"
													act={async (reason) => {
														await remove("/keys/{id}", { id: each.id }, reason);
														again();
														return `${each.name} is revoked.`;
													}}
												>
													Every server refuses it within a second. Runs that it began go on.
												</Deed>
											)}
										</td>
									</tr>
								))}
							</Rows>
						)
					}
				</Shown>
			</Card>
			<NewKey
				opened={asking}
				close={() => setAsking(false)}
				done={(key) => {
					setAsking(false);
					setMade(key);
					again();
				}}
			/>
			<Modal
				opened={made !== null}
				onClose={() => setMade(null)}
				title={<strong>{made?.facts.name}</strong>}
				closeButtonProps={{ "aria-label": "Close" }}
				closeOnClickOutside={false}
			>
				<Text size="sm" mb="sm">
					It is shown this once, and is stored nowhere.
				</Text>
				<Copyable text={`export SEGUE_API_KEY=${made?.key ?? ""}`} />
			</Modal>
		</div>
	);
}

interface NewKeyProps {
	opened: boolean;
	close: () => void;
	done: (key: Schemas["MadeKey"]) => void;
}

function NewKey({ opened, close, done }: NewKeyProps) {
	const admin = useMay("admin");
	const me = useMe();
	const [name, setName] = useState("");
	const [user, setUser] = useState<string | null>(null);
	const [role, setRole] = useState<string | null>(null);
	const [until, setUntil] = useState("90 days");
	const people = useQuery({
		queryKey: ["people"],
		queryFn: () => post("/users/list", { limit: 500 }),
		enabled: admin && opened,
	});
	const make = () =>
		attempt(async () => {
			const days = DAYS[until];
			const made = await post("/keys", {
				id: newId(),
				name,
				user: admin ? (user ?? undefined) : (me.name ?? undefined),
				role: role ?? undefined,
				expires: days ? new Date(Date.now() + days * 86_400_000).toISOString() : undefined,
			});
			setName("");
			done(made);
			return undefined;
		});
	return (
		<Modal
			opened={opened}
			onClose={close}
			title={<strong>New key</strong>}
			closeButtonProps={{ "aria-label": "Close" }}
		>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					void make();
				}}
			>
				<TextInput
					label="Name"
					name="key-name"
					description="What or who will use it"
					required
					data-autofocus
					value={name}
					onChange={(e) => setName(e.currentTarget.value)}
				/>
				{admin ? (
					<Select
						mt="sm"
						label="Whose"
						placeholder="A program's own"
						clearable
						clearButtonProps={{ "aria-label": "A program's own" }}
						data={(people.data?.items ?? []).map((each) => each.name)}
						value={user}
						onChange={setUser}
					/>
				) : null}
				<Select
					mt="sm"
					label="May at most what this role may"
					placeholder={user || !admin ? "As much as the person" : "viewer"}
					clearable
					clearButtonProps={{ "aria-label": "As much as the person" }}
					data={ROLES}
					value={role}
					onChange={setRole}
				/>
				<Select
					mt="sm"
					label="Valid"
					data={Object.keys(DAYS)}
					value={until}
					allowDeselect={false}
					onChange={(value) => setUntil(value ?? "90 days")}
				/>
				<Group justify="flex-end" mt="md">
					<Button type="submit" className="confirm">
						Make the key
					</Button>
				</Group>
			</form>
		</Modal>
	);
}
