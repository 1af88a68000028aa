/** What an artifact holds, by its type. Markdown is cleaned, and nothing is fetched from elsewhere. */
import { Anchor, Code, Progress, Text } from "@mantine/core";
import DOMPurify from "dompurify";
import { marked } from "marked";
import type { Schemas } from "../api/client";

/** Addresses that a person may be sent to. */
const safe = (url: string): string | undefined => (/^(https?:|mailto:)/i.test(url.trim()) ? url : undefined);

export function Markdown({ text }: { text: string }) {
	const html = DOMPurify.sanitize(marked.parse(text, { async: false, gfm: true }), {
		FORBID_TAGS: ["style", "form", "input", "button", "iframe", "video", "audio"],
		FORBID_ATTR: ["style", "class", "id", "name"],
	});
	// biome-ignore lint/security/noDangerouslySetInnerHtml: cleaned in the line above, and the policy of the page runs no script of it
	return <div className="markdown" dangerouslySetInnerHTML={{ __html: html }} />;
}

export function ArtifactBody({ of }: { of: Schemas["Artifact"] }) {
	const data = of.data;
	switch (of.type) {
		case "markdown":
			return <Markdown text={String(data)} />;
		case "table":
			return <Table data={data} />;
		case "progress":
			return (
				<>
					<Progress value={Number(data)} size="lg" aria-label={`${of.key ?? "Progress"}: ${data} %`} />
					<Text size="sm" mt={4}>{`${Math.round(Number(data))} %`}</Text>
				</>
			);
		case "image": {
			const url = typeof data === "string" ? data : String((data as { image_url?: string })?.image_url ?? "");
			if (url.startsWith("data:image/"))
				return <img src={url} alt={of.description ?? of.key ?? "Image"} style={{ maxWidth: "100%" }} />;
			return (
				<Text size="sm">
					The picture is elsewhere, and these pages fetch nothing from elsewhere:{" "}
					<Anchor href={safe(url)} target="_blank" rel="noreferrer">
						{url}
					</Anchor>
				</Text>
			);
		}
		default:
			if (typeof data === "string" && /^\[.*\]\(.*\)$|^https?:/.test(data)) return <Markdown text={data} />;
			return typeof data === "string" ? <Markdown text={data} /> : <Code block>{JSON.stringify(data, null, 2)}</Code>;
	}
}

function Table({ data }: { data: unknown }) {
	const read = typeof data === "string" ? (JSON.parse(data) as unknown) : data;
	const rows: unknown[][] = [];
	let names: string[] = [];
	if (Array.isArray(read) && read.length > 0 && Array.isArray(read[0])) rows.push(...(read as unknown[][]));
	else if (Array.isArray(read)) {
		names = [...new Set(read.flatMap((row) => Object.keys((row ?? {}) as object)))];
		for (const row of read) rows.push(names.map((name) => (row as Record<string, unknown>)?.[name]));
	} else if (read && typeof read === "object") {
		names = Object.keys(read);
		const columns = Object.values(read as Record<string, unknown[]>);
		const length = Math.max(0, ...columns.map((column) => (Array.isArray(column) ? column.length : 1)));
		for (let at = 0; at < length; at++)
			rows.push(columns.map((column) => (Array.isArray(column) ? column[at] : column)));
	}
	return (
		<div className="scroll">
			<table className="rows">
				{names.length ? (
					<thead>
						<tr>
							{names.map((name) => (
								<th key={name}>{name}</th>
							))}
						</tr>
					</thead>
				) : null}
				<tbody>
					{rows.slice(0, 500).map((row, at) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: rows of a table have no other name
						<tr key={at}>
							{row.map((cell, column) => (
								// biome-ignore lint/suspicious/noArrayIndexKey: and neither have its cells
								<td key={column}>{typeof cell === "object" ? JSON.stringify(cell) : String(cell ?? "")}</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
