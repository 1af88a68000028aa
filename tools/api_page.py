"""The page of the reference that shows the API, made from its OpenAPI description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tools.openapi import document
from tools.pages import NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]


def api_page() -> str:
    """Every operation: where it is, what it takes, what it answers, what can go wrong."""
    api = document()
    parts = [
        "# The HTTP API\n",
        NOTE,
        "A server shows the same at `/api/docs`, where it can be tried, and as an OpenAPI document at `/api/openapi.json`.",
        "How it is used is told in [Use the API](../how-to/use-the-api.md).\n",
        api["info"]["description"],
    ]
    for tag in api["tags"]:
        within = [
            (method, path, way)
            for path, ways in api["paths"].items()
            for method, way in ways.items()
            if tag["name"] in way["tags"]
        ]
        if within:
            parts += [f"## {tag['name']}\n", f"{tag['description']}\n"]
            parts += ["\n".join(_operation(method, path, way, api)) for method, path, way in within]
    parts += ["## Things\n", "\n".join(_things(api))]
    return "\n".join(parts) + "\n"


def _operation(method: str, path: str, way: Json, api: Json) -> Iterator[str]:
    yield f"### {method.upper()} /api{path}\n"
    yield f"{way['summary']} {_line(way['description'])}\n"
    named = [parameter for parameter in way["parameters"] if parameter.get("in") == "query"]
    if named:
        yield "| name | is | means |"
        yield "|---|---|---|"
        for each in named:
            yield f"| `{each['name']}` | {_kind(each['schema'], api)} | {_line(each.get('description', ''))} |"
        yield ""
    body = way.get("requestBody")
    if body is not None:
        schema = body["content"]["application/json"]["schema"]
        yield f"Body: {_kind(schema, api)}\n" if "properties" not in schema else "\n".join(_fields(schema, api))
    yield f"Answers {_answer(way['responses']['200'], api)}; problems: {', '.join(_codes(way, api))}.\n"


def _answer(answer: Json, api: Json) -> str:
    kinds = [
        _kind(media["schema"], api) if kind == "application/json" and "schema" in media else f"`{kind}`"
        for kind, media in answer["content"].items()
    ]
    return " or ".join(kinds)


def _codes(way: Json, api: Json) -> Iterator[str]:
    for status, given in way["responses"].items():
        if "$ref" in given:
            found = api["components"]["responses"][given["$ref"].rpartition("/")[2]]
            schema = found["content"]["application/problem+json"]["schema"]
            yield from (f"{status} `{code}`" for code in schema["allOf"][1]["properties"]["code"]["enum"])


def _things(api: Json) -> Iterator[str]:
    for name, schema in api["components"]["schemas"].items():
        if schema.get("properties"):
            yield f"### {name}\n"
            yield f"{_line(schema.get('description', ''))}\n"
            yield from _fields(schema, api)


def _fields(schema: Json, api: Json) -> Iterator[str]:
    yield "| field | is | means |"
    yield "|---|---|---|"
    needed = schema.get("required", [])
    for name, field in schema["properties"].items():
        default = field.get("default")
        also = (
            []
            if default in (None, [], {}, "")
            else [f"By default `{str(default).lower() if isinstance(default, bool) else default}`."]
        )
        also += ["Required."] if name in needed else []
        means = " ".join([_line(field.get("description", "")), *also]).strip()
        yield f"| `{name}` | {_kind(field, api)} | {means} |"
    yield ""


def _kind(schema: Json, api: Json) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if api["components"]["schemas"][name].get("properties") else name
    for word in ("anyOf", "allOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_kind(each, api) for each in schema[word]))
    if "enum" in schema:
        return " or ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(_kind(each, api) for each in schema['prefixItems'])}]"
        return f"list of {_kind(schema['items'], api)}" if "items" in schema else "list"
    return str(schema.get("format") or schema.get("type") or "any JSON")


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
