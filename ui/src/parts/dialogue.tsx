/** A dialogue with a form, and a field for a number that may be none. */
import { Alert, Button, Group, Modal, NumberInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";

/** A dialogue with a form; what the server refuses stands in it until it is mended. */
export function Dialogue({
	title,
	opened,
	close,
	send,
	verb,
	children,
	size = "md",
}: {
	title: string;
	opened: boolean;
	close: () => void;
	send: () => Promise<void>;
	verb: string;
	children: ReactNode;
	size?: string;
}) {
	const [refused, setRefused] = useState<string | null>(null);
	const [busy, setBusy] = useState(false);
	// Some are taken away with what they were about: the focus goes back to where it was all the same.
	useEffect(() => {
		const before = opened ? document.activeElement : null;
		return () => {
			if (before instanceof HTMLElement && before.isConnected) before.focus();
		};
	}, [opened]);
	const go = async (event: FormEvent) => {
		event.preventDefault();
		setBusy(true);
		setRefused(null);
		try {
			await send();
		} catch (error) {
			setRefused(error instanceof Error ? error.message : String(error));
		}
		setBusy(false);
	};
	const leave = () => {
		setRefused(null);
		close();
	};
	return (
		<Modal
			opened={opened}
			onClose={leave}
			size={size}
			title={<strong>{title}</strong>}
			closeButtonProps={{ "aria-label": "Close" }}
		>
			<form noValidate onSubmit={(event) => void go(event)}>
				<div className="stack">{children}</div>
				{refused ? (
					<Alert color="red" role="alert" mt="md" variant="light" title="The server refused this">
						{refused}
					</Alert>
				) : null}
				<Group justify="flex-end" mt="md">
					<Button variant="default" onClick={leave}>
						Not now
					</Button>
					<Button type="submit" loading={busy} className="confirm">
						{verb}
					</Button>
				</Group>
			</form>
		</Modal>
	);
}

/** A number that may be none. */
export function Limit({
	label,
	description,
	name,
	value,
	change,
}: {
	label: string;
	description?: string;
	name: string;
	value: number | null;
	change: (value: number | null) => void;
}) {
	return (
		<NumberInput
			label={label}
			description={description}
			name={name}
			min={0}
			allowDecimal={false}
			placeholder="No limit"
			value={value ?? ""}
			onChange={(given) => change(given === "" ? null : Number(given))}
		/>
	);
}
