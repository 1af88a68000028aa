/** People: who may sign in, with which role. */
import { Button, Group, Modal, PasswordInput, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { patch, post, type Schemas } from "../api/client";
import { newId } from "../api/ids";
import { useMe } from "../api/session";
import { Empty, Shown } from "../parts/conditions";
import { attempt, Deed } from "../parts/deeds";
import { Card, Dim } from "../parts/frame";
import { DEEDS, Rows } from "../parts/rows";
import { Moment } from "../parts/time";

export const ROLES = ["viewer", "operator", "admin"];

type Account = Schemas["Account"];

/** What is said where nobody has an account yet. */
export function NoAccounts() {
	return (
		<Card>
			<Empty title="Nobody has an account" step="segue user create ann --role admin">
				Whoever works on this machine may do everything, and no other machine is served. The first account, an admin's,
				changes both: from then on each change bears a name.
			</Empty>
		</Card>
	);
}

export function People() {
	const me = useMe();
	const queries = useQueryClient();
	const [made, setMade] = useState(false);
	const people = useQuery({ queryKey: ["people"], queryFn: () => post("/users/list", { limit: 500 }) });
	const again = () => void queries.invalidateQueries({ queryKey: ["people"] });
	const change = async (name: string, edit: Partial<Schemas["UserEdit"]>, reason?: string) => {
		await patch("/users/{name}", edit as never, { name }, reason);
		again();
	};
	return (
		<div className="stack">
			<Group justify="flex-end">
				<Button size="xs" onClick={() => setMade(true)}>
					New account
				</Button>
			</Group>
			<Card flush>
				<Shown of={people}>
					{(data) =>
						data.items.length === 0 ? (
							<NoAccounts />
						) : (
							<Rows heads={["Name", "Role", "Signed in", "Made", DEEDS]}>
								{data.items.map((each) => (
									<tr key={each.id}>
										<td className="wide">
											{each.name} {each.disabled ? <Dim>(disabled)</Dim> : null}
											{each.name === me.name ? <Dim>(you)</Dim> : null}
											{each.has_password ? null : <Dim>(keys alone)</Dim>}
										</td>
										<td>
											<Select
												size="xs"
												w={120}
												aria-label={`Role of ${each.name}`}
												data={ROLES}
												value={each.role}
												allowDeselect={false}
												onChange={(role) =>
													void attempt(async () => {
														await change(each.name, { role });
														return `${each.name} is ${role} now.`;
													})
												}
											/>
										</td>
										<td>{each.last_sign_in ? <Moment at={each.last_sign_in} /> : <Dim>never</Dim>}</td>
										<td>
											<Moment at={each.created} />
										</td>
										<td>
											<Deeds account={each} change={change} />
										</td>
									</tr>
								))}
							</Rows>
						)
					}
				</Shown>
			</Card>
			<NewAccount opened={made} close={() => setMade(false)} done={again} />
		</div>
	);
}

interface DeedsProps {
	account: Account;
	change: (name: string, edit: Partial<Schemas["UserEdit"]>, reason?: string) => Promise<void>;
}

function Deeds({ account, change }: DeedsProps) {
	const { name } = account;
	const [password, setPassword] = useState("");
	return (
		<Group gap={6} wrap="nowrap">
			<Deed
				label="New password"
				title={`A new password for ${name}`}
				confirm="Set the password"
				act={async () => {
					await change(name, { password });
					setPassword("");
					return `${name} has a new password; every sign-in of theirs has ended.`;
				}}
			>
				<PasswordInput
					label="Password"
					name="new-password"
					autoComplete="new-password"
					required
					value={password}
					onChange={(e) => setPassword(e.currentTarget.value)}
				/>
			</Deed>
			{account.disabled ? (
				<Deed
					label="Enable"
					title={`Enable ${name}?`}
					why
					act={async (reason) => {
						await change(name, { disabled: false }, reason);
						return `${name} may come in again.`;
					}}
				/>
			) : (
				<Deed
					label="Disable"
					title={`Disable ${name}?`}
					danger
					why
					act={async (reason) => {
						await change(name, { disabled: true }, reason);
						return `${name} is disabled.`;
					}}
				>
					Neither password nor keys nor sign-ins of {name} are taken any more. What {name} did keeps the name.
				</Deed>
			)}
		</Group>
	);
}

function NewAccount({ opened, close, done }: { opened: boolean; close: () => void; done: () => void }) {
	const [name, setName] = useState("");
	const [role, setRole] = useState("operator");
	const [password, setPassword] = useState("");
	const make = () =>
		attempt(async () => {
			await post("/users", { id: newId(), name, role, password: password || undefined });
			setName("");
			setPassword("");
			close();
			done();
			return `${name} has an account.`;
		});
	return (
		<Modal
			opened={opened}
			onClose={close}
			title={<strong>New account</strong>}
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
					name="account-name"
					required
					data-autofocus
					value={name}
					onChange={(e) => setName(e.currentTarget.value)}
				/>
				<Select
					mt="sm"
					label="Role"
					description="A viewer sees, an operator runs and changes as well, an admin does everything"
					data={ROLES}
					value={role}
					allowDeselect={false}
					onChange={(value) => setRole(value ?? "viewer")}
				/>
				<PasswordInput
					mt="sm"
					label="Password"
					name="account-password"
					description="Without one the person has keys alone, and no browser"
					autoComplete="new-password"
					value={password}
					onChange={(e) => setPassword(e.currentTarget.value)}
				/>
				<Group justify="flex-end" mt="md">
					<Button type="submit" className="confirm">
						Make the account
					</Button>
				</Group>
			</form>
		</Modal>
	);
}
