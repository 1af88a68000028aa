/** Values as YAML, to be read and kept in a file; what JSON can say, and no more. */

/** A text that can stand without quotes and is no other value then: not `yes`, `1e3`, `2031-01-01` or `~`. */
const PLAIN = /^[A-Za-z_/.][\w ./@+*()-]*$/;
const OTHERWISE = /^(?:true|false|yes|no|on|off|null|y|n|~|[.+-]?(?:\d|inf|nan).*)$/i;

function scalar(value: unknown): string {
	if (typeof value !== "string") return JSON.stringify(value ?? null);
	return PLAIN.test(value) && !OTHERWISE.test(value) && value === value.trim() ? value : JSON.stringify(value);
}

const isMap = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);
const isEmpty = (value: unknown): boolean =>
	(Array.isArray(value) && value.length === 0) || (isMap(value) && Object.keys(value).length === 0);
const isDeep = (value: unknown): boolean => typeof value === "object" && value !== null && !isEmpty(value);

/** Lines of a text that has several, where they can stand as they are. */
function block(value: unknown, pad: string): string | null {
	if (typeof value !== "string" || !value.includes("\n") || /^\s|[^\S\n]$|[^\S\n]\n|[\t\r]/m.test(value)) return null;
	const lines = value.replace(/\n+$/, "").split("\n");
	const end = value.length - value.replace(/\n+$/, "").length;
	if (end > 1 || lines.some((line) => line === "")) return null;
	return `|${end ? "" : "-"}\n${lines.map((line) => pad + line).join("\n")}`;
}

/** Write a value as YAML. */
export function yaml(value: unknown, pad = ""): string {
	if (Array.isArray(value) && value.length) {
		return value
			.map((each) => {
				if (!isDeep(each)) return `${pad}- ${block(each, `${pad}  `) ?? leaf(each)}`;
				// A map begins on the line of its dash.
				return `${pad}- ${yaml(each, `${pad}  `).trimStart()}`;
			})
			.join("\n");
	}
	if (isMap(value) && Object.keys(value).length)
		return Object.entries(value)
			.filter(([, each]) => each !== undefined)
			.map(([name, each]) => {
				const key = `${pad}${scalar(name)}:`;
				if (Array.isArray(each) && each.length && each.every((one) => !isDeep(one) && !block(one, "")))
					return `${key} [${each.map(flow).join(", ")}]`;
				return isDeep(each) ? `${key}\n${yaml(each, `${pad}  `)}` : `${key} ${block(each, `${pad}  `) ?? leaf(each)}`;
			})
			.join("\n");
	return pad + leaf(value);
}

const leaf = (value: unknown): string => (isEmpty(value) ? JSON.stringify(value) : scalar(value));

/** Within brackets a comma and the like would end a text. */
const flow = (value: unknown): string => (typeof value === "string" ? scalar(value) : JSON.stringify(value ?? null));
