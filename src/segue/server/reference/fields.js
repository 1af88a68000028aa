// What things look like: schemas drawn as nested lists of fields, and examples made from them.
"use strict";

/** Make an element: `make("p", {class: "faint"}, "text", child)`; text is never read as markup. */
function make(name, attributes, ...children) {
  const found = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith("on")) found.addEventListener(key.slice(2), value);
    else if (value === true) found.setAttribute(key, "");
    else if (value !== false && value !== undefined) found.setAttribute(key, value);
  }
  found.append(...children.filter((child) => child !== null && child !== undefined));
  return found;
}

/** Text with `code` in backticks, **strong** words and paragraphs, as elements. */
function prose(text) {
  return text.split(/\n\n+/).map((part) => {
    const lines = part.split("\n");
    if (lines.every((line) => /^(\* |  )/.test(line))) {
      const items = part.split(/^\* /m).filter(Boolean);
      return make("ul", {}, ...items.map((item) => make("li", {}, ...inline(item.replace(/\n\s*/g, " ")))));
    }
    return make("p", {}, ...inline(lines.join(" ")));
  });
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
    if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return make("strong", {}, part.slice(2, -2));
    return part;
  });
}

class Fields {
  constructor(components) {
    this.components = components;
  }

  /** What a reference points to, and its name. */
  resolve(schema) {
    if (!schema?.$ref) return { schema: schema ?? {}, name: schema?.title };
    const [, , kind, name] = schema.$ref.split("/");
    return { schema: this.components[kind][name], name };
  }

  /** One word or a few for the kind of a value. */
  kind(given) {
    const { schema, name } = this.resolve(given);
    const options = schema.anyOf ?? schema.oneOf;
    if (options) return [...new Set(options.map((each) => this.kind(each)))].join(" | ");
    if (schema.allOf) return schema.allOf.map((each) => this.kind(each)).join(" & ");
    if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" | ");
    if (schema.type === "array") return schema.items ? `[${this.kind(schema.items)}]` : "array";
    if (schema.type === "object") return name ?? "object";
    return schema.format ?? schema.type ?? "any JSON";
  }

  /** The structures inside a value that can be opened. */
  within(given) {
    const { schema } = this.resolve(given);
    const options = schema.anyOf ?? schema.oneOf ?? schema.allOf;
    if (options) return options.flatMap((each) => this.within(each));
    if (schema.type === "array" && schema.items) return this.within(schema.items);
    return schema.properties ? [given] : [];
  }

  /** A structure as an element that can be opened; what is inside is drawn when it is. */
  draw(given, { open = false } = {}) {
    const inside = this.within(given);
    if (!inside.length) return make("p", {}, make("code", {}, this.kind(given)));
    return make("div", {}, ...inside.map((each) => this.#structure(each, open)));
  }

  #structure(given, open) {
    const { schema, name } = this.resolve(given);
    const body = make("div", { class: "within" });
    const fill = () => {
      if (!body.childElementCount) body.append(...this.#lines(schema));
    };
    const found = make("details", { open, ontoggle: fill }, make("summary", {}, make("code", {}, name ?? "object"), ` ${schema.description ?? ""}`), body);
    if (open) fill();
    return found;
  }

  #lines(schema) {
    const rows = Object.entries(schema.properties ?? {}).map(([name, field]) =>
      make("tr", {},
        make("td", { class: schema.required?.includes(name) ? "required" : "" }, name),
        make("td", {}, make("code", {}, this.kind(field)), ...this.said(field), ...this.within(field).map((each) => this.#structure(each, false))),
      ));
    return rows.length ? [make("table", {}, ...rows)] : [make("p", { class: "faint" }, "Nothing.")];
  }

  /** What is said of a field, and within which bounds it must be. */
  said(field) {
    const said = [];
    if (field.description) said.push(make("div", {}, ...inline(field.description)));
    const facts = [];
    if (field.default !== undefined && field.default !== null) facts.push(`default ${JSON.stringify(field.default)}`);
    if (field.minimum !== undefined && field.minimum > -1e15) facts.push(`at least ${field.minimum}`);
    if (field.maximum !== undefined && field.maximum < 1e15) facts.push(`at most ${field.maximum}`);
    if (facts.length) said.push(make("div", { class: "faint" }, facts.join(", ")));
    return said;
  }

  /** A value that a schema would take: what it must have, and no more. */
  example(given, depth = 0) {
    const { schema } = this.resolve(given);
    const options = (schema.anyOf ?? schema.oneOf)?.filter((each) => each.type !== "null");
    if (options?.length) return this.example(options[0], depth);
    if (schema.enum) return schema.enum[0];
    if (depth > 5) return null;
    switch (schema.type) {
      case "object":
        return Object.fromEntries((schema.required ?? []).map((name) => [name, this.example(schema.properties[name], depth + 1)]));
      case "array":
        return [];
      case "integer":
      case "number":
        return Math.max(0, schema.minimum ?? 0);
      case "boolean":
        return false;
      case "string":
        return schema.format === "date-time" ? new Date().toISOString() : "";
      default:
        return null;
    }
  }
}
