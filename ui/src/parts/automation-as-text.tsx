/** The whole automation as text, in step with its form: what is wrong is said by its line, and nothing of it is kept till then. */
import { Alert, Anchor, Button, CopyButton, Group, Textarea } from "@mantine/core";
import { useMemo, useRef } from "react";
import type { Draft, Problems } from "./automation-draft";
import { readText } from "./automation-text";
import { Card, Dim } from "./frame";

export type Kind = "yaml" | "json";

export default function AsText({
	kind,
	text,
	change,
	problems,
}: {
	kind: Kind;
	text: string;
	/** What was typed, and the automation that it is; null: it is none. */
	change: (text: string, draft: Draft | null) => void;
	/** What is wrong with the automation that it is. */
	problems: Problems;
}) {
	const field = useRef<HTMLTextAreaElement>(null);
	const read = useMemo(() => readText(text, kind), [text, kind]);
	const others = read.draft ? Object.entries(problems) : [];
	const faults = [...read.faults, ...others.map(([place, said]) => ({ line: read.lineOf(place), text: said }))];
	faults.sort((a, b) => a.line - b.line);
	const show = (line: number) => {
		const lines = text.split("\n");
		const begin = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
		field.current?.focus();
		field.current?.setSelectionRange(begin, begin + (lines[line - 1] ?? "").length);
	};
	return (
		<Card>
			<Textarea
				ref={field}
				label={`The automation as ${kind.toUpperCase()}`}
				name={kind}
				className="mono-field"
				autosize
				minRows={12}
				spellCheck={false}
				error={faults.length > 0}
				value={text}
				onChange={(e) => {
					const next = e.currentTarget.value;
					change(next, readText(next, kind).draft);
				}}
			/>
			{faults.length ? (
				<Alert color="red" role="alert" variant="light" mt="sm" className="faults">
					{faults.map((each) => (
						<div key={`${each.line} ${each.text}`}>
							<Anchor component="button" type="button" size="sm" onClick={() => show(each.line)}>
								Line {each.line}
							</Anchor>{" "}
							{each.text}
						</div>
					))}
				</Alert>
			) : null}
			<Group mt="sm" gap={8}>
				<CopyButton value={text}>
					{({ copied, copy }) => (
						<Button size="xs" variant="default" onClick={copy}>
							{copied ? "Copied" : "Copy"}
						</Button>
					)}
				</CopyButton>
				<Dim>A file for: segue automation create --from-file FILE</Dim>
			</Group>
		</Card>
	);
}
