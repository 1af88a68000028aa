/**
 * What a person does, asked for once more where it cannot be taken back, and answered with what came of it.
 *
 * One rule on all pages: what a person's role does not allow is not offered. There is no button, no field and no box for it, and
 * a switch, which also tells how things are, becomes a word. What the state of a thing does not allow is offered, cannot be
 * pressed, and says why.
 */
import { Alert, Button, Checkbox, CloseButton, Group, Modal, Switch, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { navigate } from "./router";

interface Said {
	id: number;
	text: string;
	bad: boolean;
}

let said: Said[] = [];
const hearing = new Set<() => void>();
let number = 0;

function tell(): void {
	for (const each of hearing) each();
}

/** Say something at the corner of the page. */
export function say(text: string, { bad = false } = {}): void {
	const id = ++number;
	said = [...said, { id, text, bad }];
	tell();
	if (!bad) window.setTimeout(() => hush(id), 6000);
}

function hush(id: number): void {
	said = said.filter((each) => each.id !== id);
	tell();
}

export function Sayings() {
	const all = useSyncExternalStore(
		(listener) => {
			hearing.add(listener);
			return () => hearing.delete(listener);
		},
		() => said,
	);
	return (
		<div className="sayings" aria-live="polite">
			{all.map((each) => (
				<Alert
					key={each.id}
					color={each.bad ? "red" : "green"}
					variant="filled"
					className={each.bad ? "saying bad" : "saying"}
				>
					<Group wrap="nowrap" justify="space-between">
						<span>{each.text}</span>
						<CloseButton size="sm" aria-label="Close" variant="transparent" c="white" onClick={() => hush(each.id)} />
					</Group>
				</Alert>
			))}
		</div>
	);
}

/** Do something and say what came of it. */
export async function attempt(deed: () => Promise<string | undefined>): Promise<boolean> {
	try {
		const text = await deed();
		if (text) say(text);
		return true;
	} catch (error) {
		say(error instanceof Error ? error.message : String(error), { bad: true });
		return false;
	}
}

/** A button that asks before it acts; `why`: the person may say a reason, which the record keeps. */
export function Deed({
	label,
	title,
	children,
	act,
	danger = false,
	why = false,
	may = true,
	unfit,
	confirm,
	check,
	size = "xs",
}: {
	label: string;
	title: string;
	children?: ReactNode;
	act: (reason: string, checked: boolean) => Promise<string | undefined>;
	danger?: boolean;
	why?: boolean;
	/** What a person may not do is not offered. */
	may?: boolean;
	/** Why it cannot be done now; it can if there is nothing to say. */
	unfit?: string;
	/** What the button in the dialogue says, if not the same. */
	confirm?: string;
	check?: string;
	size?: string;
}) {
	const [opened, setOpened] = useState(false);
	const [reason, setReason] = useState("");
	const [checked, setChecked] = useState(false);
	const [busy, setBusy] = useState(false);
	const go = async () => {
		setBusy(true);
		if (await attempt(() => act(reason, checked))) setOpened(false);
		setBusy(false);
	};
	if (!may) return null;
	return (
		<>
			<Button
				size={size}
				variant="default"
				// Not `disabled`: the keyboard must reach it to hear why.
				data-disabled={unfit ? true : undefined}
				aria-disabled={unfit ? true : undefined}
				title={unfit}
				onClick={() => {
					if (!unfit) setOpened(true);
				}}
				c={danger && !unfit ? "var(--state-failed)" : undefined}
			>
				{label}
			</Button>
			<Modal
				opened={opened}
				onClose={() => setOpened(false)}
				title={<strong>{title}</strong>}
				closeButtonProps={{ "aria-label": "Close" }}
			>
				<form
					onSubmit={(event) => {
						event.preventDefault();
						// Nor does it submit the form that its button stands in.
						event.stopPropagation();
						void go();
					}}
				>
					{children ? (
						<Text size="sm" component="div" mb="md">
							{children}
						</Text>
					) : null}
					{why ? (
						<TextInput
							mb="md"
							label="Why (optional)"
							description="Kept with the change"
							value={reason}
							onChange={(e) => setReason(e.currentTarget.value)}
							data-autofocus
						/>
					) : null}
					{check ? (
						<Checkbox mb="md" label={check} checked={checked} onChange={(e) => setChecked(e.currentTarget.checked)} />
					) : null}
					<Group justify="flex-end">
						<Button variant="default" onClick={() => setOpened(false)}>
							Not now
						</Button>
						<Button type="submit" loading={busy} color={danger ? "red" : undefined} className="confirm">
							{confirm ?? label}
						</Button>
					</Group>
				</form>
			</Modal>
		</>
	);
}

/** A thing with a page of its own, in a list: `noun` is what it is, `list` both the place and the query of the list. */
interface OneOf {
	noun: string;
	name: string;
	list: string;
	may: boolean;
	/** What comes of it. */
	children: ReactNode;
}

/** Lets a thing rest, or go on; `said`: what it does from then on. */
export function Turn({
	noun,
	name,
	list,
	may,
	children,
	verb,
	said,
	turn,
}: OneOf & { verb: string; said: string; turn: (reason: string) => Promise<unknown> }) {
	const queries = useQueryClient();
	return (
		<Deed
			label={verb}
			title={`${verb} ${name}?`}
			why
			may={may}
			confirm={`${verb} the ${noun}`}
			act={async (reason) => {
				await turn(reason);
				await queries.invalidateQueries({ queryKey: [list] });
				return `${name} ${said}`;
			}}
		>
			{children}
		</Deed>
	);
}

/** Deletes a thing, and goes to the list that it was in. */
export function Deletion({
	noun,
	name,
	list,
	may,
	children,
	take,
}: OneOf & { take: (reason: string) => Promise<unknown> }) {
	const queries = useQueryClient();
	return (
		<Deed
			label="Delete"
			title={`Delete ${name}?`}
			danger
			why
			may={may}
			confirm={`Delete the ${noun}`}
			act={async (reason) => {
				await take(reason);
				navigate(`/${list}`);
				void queries.invalidateQueries({ queryKey: [list] });
				return `${name} was deleted.`;
			}}
		>
			{children}
		</Deed>
	);
}

/** A switch; for those who may not turn it, the word for how it stands. */
export function Toggle({
	label,
	title,
	may,
	on,
	turn,
	words = ["Active", "Paused"],
}: {
	label: string;
	title?: string;
	may: boolean;
	on: boolean;
	turn: (on: boolean) => void;
	words?: [on: string, off: string];
}) {
	if (!may)
		return (
			<Text size="sm" c="dimmed" component="span">
				{words[on ? 0 : 1]}
			</Text>
		);
	return (
		<Switch
			size="xs"
			aria-label={label}
			title={title}
			checked={on}
			onChange={(event) => turn(event.currentTarget.checked)}
		/>
	);
}
