/** What is meant, by labels: of each the values of which one must fit. */
import { Autocomplete, Button, CloseButton, Group, Input, TagsInput } from "@mantine/core";
import type { OwnField } from "./schema-form";

type Match = Record<string, string | string[]>;

const LABELS = ["segue.resource.id", "segue.resource.name", "segue.resource.role"];

function MatchRows({ match, change, called }: { match: Match; change: (match: Match) => void; called: string }) {
	const rows = Object.entries(match);
	const put = (at: number, label: string, value: string | string[]) =>
		change(Object.fromEntries(rows.map((row, place) => (place === at ? [label, value] : row))));
	return (
		<div className="match">
			{rows.map(([label, value], at) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a label that is typed must keep its field
				<Group key={at} gap={8} wrap="nowrap" align="flex-start">
					<Autocomplete
						size="xs"
						className="match-label"
						aria-label={`${called}: label ${at + 1}`}
						placeholder="Label"
						data={LABELS}
						value={label}
						onChange={(text) => {
							if (text === label || !(text in match)) put(at, text, value);
						}}
					/>
					<TagsInput
						size="xs"
						className="grow"
						aria-label={`${called}: values ${at + 1}`}
						placeholder="A value, * at its end for any rest"
						acceptValueOnBlur
						value={Array.isArray(value) ? value : value === "" ? [] : [value]}
						onChange={(texts) => put(at, label, texts.length === 1 ? (texts[0] ?? "") : texts)}
					/>
					<CloseButton
						size="sm"
						aria-label={`${called}: leave out label ${at + 1}`}
						onClick={() => change(Object.fromEntries(rows.filter((_, place) => place !== at)))}
					/>
				</Group>
			))}
			<Button
				size="compact-xs"
				variant="subtle"
				aria-label={`${called}: add a label`}
				disabled={"" in match}
				onClick={() => change({ ...match, [LABELS.find((label) => !(label in match)) ?? ""]: "" })}
			>
				Add a label
			</Button>
		</div>
	);
}

const isMatch = (value: unknown): value is Match =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** One set of labels. */
export const matchField: OwnField = ({ value, set, error, schema }) => (
	<Input.Wrapper label={schema.title} description={schema.description} error={error}>
		<MatchRows match={isMatch(value) ? value : {}} change={set} called={schema.title ?? ""} />
	</Input.Wrapper>
);

/** Several sets of labels, each of which something related must fit. */
export const relatedField: OwnField = ({ value, set, error, schema }) => {
	const all: Match[] = Array.isArray(value) ? value.filter(isMatch) : isMatch(value) ? [value] : [];
	const change = (next: Match[]) => set(next.length === 1 ? next[0] : next.length === 0 ? {} : next);
	const shown = all.length ? all : [{}];
	return (
		<Input.Wrapper label={schema.title} description={schema.description} error={error}>
			{shown.map((match, at) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: they have no name
				<div key={at}>
					{at ? <div className="dim small">and something with</div> : null}
					<MatchRows
						match={match}
						change={(next) => change(shown.map((each, place) => (place === at ? next : each)))}
						called={`${schema.title}${at ? ` (${at + 1})` : ""}`}
					/>
				</div>
			))}
			{Object.keys(shown.at(-1) ?? {}).length ? (
				<Button size="compact-xs" variant="subtle" onClick={() => change([...shown, { "segue.resource.role": "" }])}>
					And something else
				</Button>
			) : null}
		</Input.Wrapper>
	);
};
