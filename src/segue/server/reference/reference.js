// The reference of the API: reads openapi.json, lists what there is, shows one operation at a time and lets it be tried.
"use strict";

const BASE = new URL(".", location.href);
const main = document.getElementById("main");
const search = document.getElementById("search");
const list = document.getElementById("list");
const METHODS = ["get", "post", "put", "patch", "delete"];

let api;
let fields;
let operations = [];

async function start() {
  const answer = await fetch(new URL("openapi.json", BASE));
  if (!answer.ok) throw new Error(`openapi.json was answered with status ${answer.status}`);
  api = await answer.json();
  fields = new Fields(api.components);
  operations = Object.entries(api.paths).flatMap(([path, ways]) =>
    METHODS.filter((method) => ways[method]).map((method) => ({ path, method, ...ways[method] })));
  fill();
  show();
}

// --- the list ------------------------------------------------------------------------------------------------------

function fill() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (each) => {
    const text = `${each.method} ${each.path} ${each.operationId} ${each.summary} ${each.description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const found = operations.filter(fits);
  list.replaceChildren(...api.tags.flatMap((tag) => {
    const within = found.filter((each) => each.tags.includes(tag.name));
    if (!within.length) return [];
    return [make("section", {}, make("h2", { title: tag.description }, tag.name), make("ul", {}, ...within.map(entry)))];
  }));
  const none = document.getElementById("none");
  none.hidden = found.length > 0;
  none.textContent = `No operation has “${search.value}” in it.`;
  mark();
}

function entry(each) {
  return make("li", {}, make("a", { href: `#${each.operationId}`, title: `${each.method.toUpperCase()} ${each.path}: ${each.summary}` },
    make("span", { class: `method ${each.method}` }, each.method), make("span", { class: "path" }, each.path)));
}

function mark() {
  const here = decodeURIComponent(location.hash.slice(1));
  for (const link of list.querySelectorAll("a")) {
    if (link.hash.slice(1) === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

// --- one operation -------------------------------------------------------------------------------------------------

function show() {
  const here = decodeURIComponent(location.hash.slice(1));
  const found = operations.find((each) => each.operationId === here);
  document.title = found ? `${found.operationId} · Segue API` : "Segue API";
  main.replaceChildren(...(found ? operation(found) : welcome()));
  main.scrollTop = 0;
  mark();
}

function welcome() {
  return [make("h1", {}, api.info.title), ...prose(api.info.description), make("p", { class: "faint" },
    `${operations.length} operations. `, make("kbd", {}, "/"), " searches, the arrow keys go through the list.")];
}

function operation(found) {
  const parameters = found.parameters.map((each) => fields.resolve(each).schema);
  const body = found.requestBody?.content["application/json"];
  const parts = [
    make("h1", {}, make("span", { class: `method ${found.method}` }, found.method), make("span", { class: "path" }, `/api${found.path}`)),
    make("p", {}, make("strong", {}, found.summary)),
    ...prose(found.description ?? ""),
    ...attempt(found, parameters, body),
  ];
  if (body) parts.push(make("h2", {}, "Body"), fields.draw(body.schema, { open: true }));
  parts.push(make("h2", {}, "Answers"), answers(found));
  return parts;
}

function answers(found) {
  return make("table", {}, ...Object.entries(found.responses).map(([status, given]) => {
    const { schema: said } = fields.resolve(given);
    const [kind, media] = Object.entries(said.content ?? {})[0] ?? [];
    const shape = media?.schema && !kind.includes("problem") ? fields.draw(media.schema, { open: false }) : null;
    return make("tr", {}, make("td", {}, status), make("td", {}, ...inline(said.description), shape));
  }));
}

// --- trying it -----------------------------------------------------------------------------------------------------

function attempt(found, parameters, body) {
  const inputs = new Map();
  const rows = parameters.map((parameter) => {
    const input = field(parameter);
    inputs.set(parameter, input);
    const kind = parameter.in === "query" ? fields.kind(parameter.schema) : parameter.in;
    return make("tr", {}, make("td", { class: parameter.required ? "required" : "" }, make("label", { for: input.id }, parameter.name)),
      make("td", {}, input), make("td", {}, make("code", {}, kind), ...fields.said({ ...parameter.schema, description: parameter.description })));
  });
  const text = body && make("textarea", { id: "body", spellcheck: "false", "aria-label": "Body" });
  const samples = body ? { ...body.examples } : {};
  if (body && !Object.keys(samples).length) samples["the least"] = { value: fields.example(body.schema) };
  const choices = Object.entries(samples).map(([name, sample]) =>
    make("button", { type: "button", onclick: () => put(sample) }, name));
  const put = (sample) => {
    text.value = JSON.stringify(sample.value, null, 2);
    text.dispatchEvent(new Event("input"));
  };
  if (body) text.value = JSON.stringify(Object.values(samples)[0].value, null, 2);
  const typed = make("pre", { "aria-label": "The same on a command line" });
  const told = make("div", { role: "status" });
  const request = () => composed(found, inputs, text);
  const update = () => { typed.textContent = commandLine(request()); };
  const form = make("form", { oninput: update, onsubmit: (event) => { event.preventDefault(); send(request(), told); } },
    rows.length ? make("table", {}, ...rows) : null,
    body ? make("div", { class: "row" }, make("span", { class: "faint" }, "Body, for example:"), ...choices) : null,
    text ?? null,
    make("div", { class: "row" }, make("button", { class: "go" }, "Send"), warning(found)));
  update();
  return [make("h2", {}, "Try it"), form, typed, told];
}

function warning(found) {
  const changes = !["read", "public"].includes(found["x-segue-access"]);
  return changes ? make("span", { class: "faint" }, "This changes what is recorded.") : null;
}

function field(parameter) {
  const id = `p-${parameter.in}-${parameter.name}`;
  const schema = parameter.schema;
  if (schema.type === "boolean") return make("select", { id }, ...["", "true", "false"].map((each) => make("option", {}, each)));
  const given = parameter.example;
  const hint = schema.type === "array" ? "several, parted by spaces" : schema.default ?? "";
  return make("input", { id, required: parameter.required, placeholder: given === undefined ? String(hint) : `such as ${[].concat(given).join(" ")}` });
}

function composed(found, inputs, text) {
  let path = found.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const [parameter, input] of inputs) {
    const value = input.value.trim();
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (!value) continue;
    else if (parameter.in === "header") headers[parameter.name] = value;
    else if (parameter.schema.type === "array") value.split(/\s+/).forEach((each) => query.append(parameter.name, each));
    else query.append(parameter.name, value);
  }
  const key = document.getElementById("key").value;
  if (key) headers.Authorization = `Bearer ${key}`;
  if (text) headers["Content-Type"] = "application/json";
  const target = path.slice(1) + (query.size ? `?${query}` : "");
  return { method: found.method.toUpperCase(), url: new URL(target, BASE), headers, body: text?.value };
}

function commandLine({ method, url, headers, body }) {
  const quoted = (value) => `'${value.replaceAll("'", "'\\''")}'`;
  const shown = Object.entries(headers).map(([name, value]) => ` \\\n  -H ${quoted(`${name}: ${name === "Authorization" ? "Bearer $KEY" : value}`)}`);
  const way = method === "GET" ? "" : ` -X ${method}`;
  return `curl${way} ${quoted(url.href)}${shown.join("")}${body === undefined ? "" : ` \\\n  -d ${quoted(body)}`}`;
}

async function send({ method, url, headers, body }, told) {
  told.replaceChildren(make("p", { class: "faint" }, "Asking…"));
  const began = performance.now();
  const stop = new AbortController();
  try {
    const answer = await fetch(url, { method, headers, body, signal: stop.signal });
    const took = Math.round(performance.now() - began);
    const head = make("p", {}, make("span", { class: answer.ok || answer.status === 304 ? "good" : "bad" }, `${answer.status}`),
      make("span", { class: "faint" }, ` in ${took} ms · ${[...answer.headers].map(([name, value]) => `${name}: ${value}`).join(" · ")}`));
    const shown = make("pre", { tabindex: "0", "aria-label": "Answer" });
    const kind = answer.headers.get("content-type") ?? "";
    if (kind.includes("event-stream")) {
      told.replaceChildren(head, make("button", { type: "button", onclick: () => stop.abort() }, "Stop"), shown);
      await follow(answer.body, shown);
      return;
    }
    const text = await answer.text();
    shown.textContent = kind.includes("json") && text ? JSON.stringify(JSON.parse(text), null, 2) : text;
    told.replaceChildren(head, shown);
  } catch (problem) {
    if (problem.name !== "AbortError") told.replaceChildren(make("p", { class: "bad" }, `No answer: ${problem.message}`));
  }
}

async function follow(body, shown) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    shown.textContent = (shown.textContent + value).slice(-100_000);
    shown.scrollTop = shown.scrollHeight;
  }
}

// --- keys ----------------------------------------------------------------------------------------------------------

function keys(event) {
  const typing = ["INPUT", "TEXTAREA", "SELECT"].includes(event.target.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "Escape" && event.target === search) {
    search.value = "";
    fill();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const links = [...list.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (at < 0 && document.activeElement !== search) return;
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) search.focus();
    else links[Math.min(next, links.length - 1)]?.focus();
  }
}

search.addEventListener("input", fill);
document.addEventListener("keydown", keys);
window.addEventListener("hashchange", show);
start().catch((problem) => main.replaceChildren(make("p", { class: "bad" }, `The description of the API cannot be read: ${problem.message}.`)));
