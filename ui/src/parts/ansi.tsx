/** Text as terminals show it: the colours of SGR sequences, and no other sequence. */
import type { ReactNode } from "react";

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const SEQUENCE = /\u001b\[([0-9;]*)m|\u001b\[[0-9;?]*[A-Za-z]/g;
const WORDS: Record<string, string> = { "1": "bold", "2": "dim", "3": "italic", "4": "underline" };

export interface Piece {
	text: string;
	classes: string[];
}

export function pieces(text: string): Piece[] {
	const found: Piece[] = [];
	let classes: string[] = [];
	let from = 0;
	for (const match of text.matchAll(SEQUENCE)) {
		if (match.index > from) found.push({ text: text.slice(from, match.index), classes });
		from = match.index + match[0].length;
		if (match[1] !== undefined) classes = after(classes, match[1]);
	}
	if (from < text.length) found.push({ text: text.slice(from), classes });
	return found;
}

function after(classes: string[], codes: string): string[] {
	let now = classes;
	const all = codes.split(";");
	for (let at = 0; at < all.length; at++) {
		const code = all[at] ?? "";
		if (code === "" || code === "0") now = [];
		else if (code === "38" || code === "48") at += all[at + 1] === "5" ? 2 : 4;
		else if (WORDS[code]) now = [...now, `ansi-${WORDS[code]}`];
		else if (/^[39][0-7]$/.test(code)) now = [...now.filter((each) => !/^ansi-\d/.test(each)), `ansi-${code}`];
		else if (code === "39") now = now.filter((each) => !/^ansi-\d/.test(each));
		else if (code === "22") now = now.filter((each) => each !== "ansi-bold" && each !== "ansi-dim");
	}
	return now;
}

export const plain = (text: string): string => text.replace(SEQUENCE, "");

function marked(text: string, sought: string): ReactNode {
	const at = sought ? text.toLowerCase().indexOf(sought.toLowerCase()) : -1;
	if (at < 0) return text;
	return (
		<>
			{text.slice(0, at)}
			<mark>{text.slice(at, at + sought.length)}</mark>
			{marked(text.slice(at + sought.length), sought)}
		</>
	);
}

export function Ansi({ text, sought = "" }: { text: string; sought?: string }) {
	return (
		<>
			{pieces(text).map((piece, at) =>
				piece.classes.length ? (
					// biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
					<span key={at} className={piece.classes.join(" ")}>
						{marked(piece.text, sought)}
					</span>
				) : (
					// biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
					<span key={at}>{marked(piece.text, sought)}</span>
				),
			)}
		</>
	);
}
