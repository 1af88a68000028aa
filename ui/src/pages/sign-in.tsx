/** The door: who are you? */
import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { carry, post } from "../api/client";
import icon from "../assets/icon.svg";

export function SignIn({ ended }: { ended: boolean }) {
	const queries = useQueryClient();
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [problem, setProblem] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);
	const enter = async (event: FormEvent) => {
		event.preventDefault();
		setBusy(true);
		setProblem(null);
		try {
			const me = await post("/sign-ins", { name, password });
			carry(me.csrf);
			// What the one before saw is not for the next.
			queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "me" });
			await queries.invalidateQueries({ queryKey: ["me"] });
		} catch (error) {
			setProblem(error instanceof Error ? error.message : String(error));
		} finally {
			setBusy(false);
		}
	};
	return (
		<main style={{ margin: "12vh auto", maxWidth: 400 }}>
			<Paper withBorder p="xl" radius="md">
				<form onSubmit={(event) => void enter(event)}>
					<Stack>
						<Title order={1} size="h3" style={{ display: "flex", alignItems: "center", gap: 10 }}>
							<img src={icon} width="30" height="30" alt="" />
							Sign in to Segue
						</Title>
						{ended ? (
							<Text size="sm" role="status">
								Your sign-in has ended. Sign in again, and this page goes on where it was.
							</Text>
						) : null}
						<TextInput
							label="Name"
							name="name"
							autoComplete="username"
							required
							value={name}
							onChange={(e) => setName(e.currentTarget.value)}
							autoFocus
						/>
						<PasswordInput
							label="Password"
							name="password"
							autoComplete="current-password"
							required
							value={password}
							onChange={(e) => setPassword(e.currentTarget.value)}
						/>
						{problem ? (
							<Text c="var(--state-failed)" size="sm" role="alert">
								{problem}
							</Text>
						) : null}
						<Button type="submit" loading={busy}>
							Sign in
						</Button>
						<Text size="sm" c="dimmed">
							An admin makes accounts: <code style={{ display: "block" }}>segue user create NAME --role operator</code>
						</Text>
					</Stack>
				</form>
			</Paper>
		</main>
	);
}
