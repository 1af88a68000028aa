"""The description of the API by the OpenAPI specification (3.1), printed from the table of operations.

What an operation does is said by its handler's docstring, what a field means by the comment above it, what can go wrong by the
errors that the docstring names after `raises`, together with what may happen to every request.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import textwrap
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from segue.model.errors import (
    AlreadyExists,
    BadRequest,
    Forbidden,
    NotFound,
    SegueError,
    StorageProblem,
    TooLarge,
    Unauthorized,
)
from segue.server.api import Broken, WrongKind
from segue.service.handlers import handler_of
from segue.service.repeats import AnswerNotKept, KeyReused
from segue.wire import servers
from segue.wire.asking import WHERE, parameters
from segue.wire.codec import BODILESS, JSON, PROBLEM, names_in
from segue.wire.operation import Access, Durability, Operation, Page
from segue.wire.requests import Nothing
from segue.wire.table import NOUNS, OPERATIONS
from segue.wire.version import API_VERSION, HEADER, ApiVersionMismatch
from segue.wire.versions import Changed
from tools.api_schemas import REF, Json, schemas
from tools.examples import EXAMPLES, QUERIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

AnyOperation = Operation[Any, Any]

_RAISES = re.compile(r"[;.,]? *\braises (?P<names>.*?)(?:\.|$)", re.IGNORECASE | re.DOTALL)
#: The order in which nouns are shown, and what they are; others follow.
_TAGS = {
    "flow-runs": "Runs of flows: read, counted, moved, deleted.",
    "task-runs": "Runs of tasks.",
    "flows": "Flows, known from their first run on.",
    "logs": "Log lines of runs.",
    "artifacts": "What runs leave behind: tables, pages, links, images, progress.",
    "variables": "Named JSON values that all runs share.",
    "events": "What happened, and telling that something did.",
    "stream": "What happens, as it becomes known.",
    "concurrency-limits": "How many may do something at once, or how often; slots of these limits.",
    "block-types": "Kinds of blocks.",
    "block-schemas": "What the documents of a block type look like.",
    "block-documents": "Saved blocks: settings and secrets that flows share.",
    "users": "Accounts of people.",
    "keys": "API keys, for programs.",
    "sign-ins": "Where people are signed in.",
    "me": "Who asks.",
    "inputs": "What is sent to a run that waits for it.",
    "server": "This server.",
    "database": "The database beneath.",
    "upkeep": "Looking after the database; servers and commands do this by themselves.",
    "leases": "Who runs what: spoken by the processes that run flows.",
    "records": "What the processes that run flows record.",
}
_ALWAYS = (ApiVersionMismatch, Forbidden, BadRequest, Broken, StorageProblem)
_MEANS = {
    400: "The client speaks another version of the API.",
    401: "Who asks is not known.",
    403: "This is not allowed.",
    404: "There is no such thing.",
    409: "The state of things does not allow it.",
    412: "It was changed meanwhile.",
    413: "It is too large.",
    415: "The body is no JSON.",
    422: "The request is not valid.",
    429: "It was asked too often.",
    500: "The server failed.",
    503: "The server, or what it stands on, cannot be used now.",
}
_HEADERS: dict[str, Json] = {
    name: {"name": name, "in": "header", "description": says, "schema": {"type": "string"}}
    for name, says in {
        "Segue-Reason": "Why; kept with the change.",
        "Idempotency-Key": "Done once for this key; repeated within a day, the first answer is given again.",
        "If-Match": "Only if the thing still has this version.",
        "If-None-Match": "Only if it does not have this version any more.",
        "Last-Event-ID": "Go on after the message with this id.",
    }.items()
}


def document() -> Json:
    """Return the whole description."""
    operations = [each for each in OPERATIONS.values() if each.below]
    known = schemas(operations)
    paths: dict[str, Json] = {}
    for operation in sorted(operations, key=_place):
        for method, path in operation.ways:
            paths.setdefault(path, {})[method.lower()] = _way(operation, method, path, known)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Segue",
            "version": str(API_VERSION),
            "description": _essay(),
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": "/api", "description": "This server"}],
        "tags": [{"name": name, "description": says} for name, says in _tags().items()],
        "security": [{"key": []}, {"session": []}, {}],
        "paths": paths,
        "components": {
            "schemas": known,
            "responses": _problems(),
            "parameters": _HEADERS,
            "securitySchemes": _security(),
        },
    }


def codes(operation: AnyOperation) -> dict[int, set[str]]:
    """Return the codes of the problems that an operation may answer with, by status."""
    found: dict[int, set[str]] = defaultdict(set)
    for error in _errors(operation):
        found[error.status].add(error.code)
    return found


def _essay() -> str:
    return textwrap.dedent(
        f"""\
        Everything that Segue does is an operation of this API; the command line, the Python package and workers use no other way.

        * **Lists** answer with a page, `{{"items": [...], "next": cursor}}`: 50 things, or as many as `limit` says, up to
          1,000. `next` is null on the last page, and otherwise `after` for the next one. By `GET` conditions are names of the
          query, and one of which several may hold is repeated; by `POST` they are a body. A page may hold fewer than `limit`
          before the last one, even nothing: what no index leads to is looked for a stretch at a time.
        * **Counts** go as far as `at_most` says, and `more` says whether there are more. Without it all are counted, however
          long that takes.
        * **Problems** are `application/problem+json` (RFC 9457). `code` never changes its meaning; `detail` is written for people.
        * **Idempotency**: a `POST` with the header `Idempotency-Key` is done once. Repeated within a day, it gets the first answer
          again. What has an `id` that the client gave is done once for that id as well.
        * **Versions**: what is read comes with an `ETag`. With `If-None-Match` it is sent only if it has changed (else 304),
          with `If-Match` a change is made only to that version (else 412).
        * **Who asks, and why**: an API key as `Authorization: Bearer ...`, and the header `Segue-Reason`, which is kept with
          the change.
        * A client may say which version of the API it speaks (`{HEADER}: {API_VERSION}`); one that this server does not
          speak is refused.
        """
    )


def _security() -> Json:
    return {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, for programs."},
        "session": {"type": "apiKey", "in": "cookie", "name": "segue-session", "description": "A sign-in, for people."},
    }


def _place(operation: AnyOperation) -> tuple[int, int]:
    names = list(_tags())
    return names.index(_noun(operation)), list(OPERATIONS).index(operation.name)


def _tags() -> dict[str, str]:
    found = dict(_TAGS)
    for noun in NOUNS:
        about = (noun.__doc__ or "").strip().partition("\n")[0].partition(";")[0].rstrip(".") + "."
        for value in vars(noun).values():
            if isinstance(value, Operation):
                found.setdefault(_noun(value), about)
    return found


def _noun(operation: AnyOperation) -> str:
    return operation.name.partition(".")[0]


def _way(operation: AnyOperation, method: str, path: str, known: Mapping[str, Json]) -> Json:
    second = (method, path) != operation.ways[0]
    said = _said(operation)
    rest = [inspect.cleandoc(operation.request.__doc__ or "")] if operation.request is not Nothing else []
    if operation.access is not Access.PUBLIC:
        rest.append(f"Needs the right to `{operation.access.value}`.")
    told: Json = {
        "operationId": f"{operation.name}.get" if second else operation.name,
        "tags": [_noun(operation)],
        "summary": said,
        "description": "\n\n".join(rest),
        "parameters": list(_parameters(operation, method, path, known)),
        "responses": _responses(operation, method, path),
        "x-segue-operation": operation.name,
        "x-segue-access": operation.access.value,
    }
    if method not in BODILESS and operation.request is not Nothing:
        body = _body(operation, path, known)
        if body is not None:
            told["requestBody"] = body
    if operation.access is Access.PUBLIC:
        told["security"] = []
    return told


def _said(operation: AnyOperation) -> str:
    """What an operation does, without what it raises."""
    text = " ".join(_docstring(operation).split())
    return _RAISES.split(text)[0].rstrip(" ;,.") + "."


def _docstring(operation: AnyOperation) -> str:
    return operation.says or handler_of(operation).__doc__ or ""


def _parameters(operation: AnyOperation, method: str, path: str, known: Mapping[str, Json]) -> Iterator[Json]:
    type_ = operation.request
    schema = known.get(type_.__name__, {})
    for name in names_in(path):
        found = schema["properties"][name]
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} | _described(found)
    if method in BODILESS:
        example = QUERIES.get(operation.name, {})
        for name, parameter in parameters(type_).items():
            if name in names_in(path):
                continue
            inner = schema["properties"][WHERE] if parameter.inner else None
            home = known[inner["$ref"].rpartition("/")[2]] if inner else schema
            found = dict(home["properties"][name])
            about = _described(found)
            found.pop("description", None)
            told: Json = {"name": name, "in": "query", "schema": _without_null(found), **about}
            if name in example:
                told["example"] = example[name]
            if parameter.field.required:
                told["required"] = True
            yield told
    if operation.durability in {Durability.NOW, Durability.SOON}:
        yield _header("Segue-Reason")
        if method == "POST" and not operation.slow:
            yield _header("Idempotency-Key")
        elif _is_sibling(operation, path):
            yield _header("If-Match")
    elif method == "GET" and operation.durability is Durability.READ and not operation.streamed:
        yield _header("If-None-Match")
    if operation.streamed:
        yield _header("Last-Event-ID")


def _header(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _described(schema: Json) -> Json:
    return {"description": schema["description"]} if "description" in schema else {}


def _without_null(schema: Json) -> Json:
    """The schema of what stands in a query, where nothing is written by leaving it out."""
    found = dict(schema)
    options = [each for each in found.pop("anyOf", []) if each != {"type": "null"}]
    if "default" in found and found["default"] is None:
        del found["default"]
    return found | options[0] if len(options) == 1 else found | ({"anyOf": options} if options else {})


def _is_sibling(operation: AnyOperation, path: str) -> bool:
    return operation.method in {"PATCH", "PUT", "DELETE"} and any(
        other.method == "GET" and other.path == path and other.durability is Durability.READ
        for other in OPERATIONS.values()
    )


def _body(operation: AnyOperation, path: str, known: Mapping[str, Json]) -> Json | None:
    type_ = operation.request
    whole = known[type_.__name__]
    names = names_in(path)
    schema: Json = {"$ref": REF.format(name=type_.__name__)}
    required = [name for name in whole.get("required", []) if name not in names]
    if names:
        left = {name: found for name, found in whole["properties"].items() if name not in names}
        if not left:
            return None
        schema = {**whole, "properties": left, "required": required}
    elif "items" in whole["properties"]:
        schema = {"anyOf": [schema, whole["properties"]["items"]]}
    media: Json = {"schema": schema}
    if operation.name in EXAMPLES:
        media["examples"] = {name: {"value": value} for name, value in EXAMPLES[operation.name].items()}
    return {"content": {JSON: media}, "required": bool(required)}


def _responses(operation: AnyOperation, method: str, path: str) -> Json:
    told: Json = {"200": _answer(operation, method, path)}
    if method == "GET" and operation.durability is Durability.READ and not operation.streamed:
        told["304"] = {"description": "It still has the version that `If-None-Match` names."}
    for status, found in sorted(codes(operation).items()):
        told[str(status)] = {"$ref": f"#/components/responses/{_problem_name(status, found)}"}
    return told


def _problem_name(status: int, found: Iterable[str]) -> str:
    return "_".join([str(status), *sorted(found)])


def _problems() -> dict[str, Json]:
    told: dict[str, Json] = {}
    for operation in OPERATIONS.values():
        for status, found in codes(operation).items():
            schema = {
                "allOf": [{"$ref": REF.format(name="Problem")}, {"properties": {"code": {"enum": sorted(found)}}}]
            }
            listed = ", ".join(f"`{code}`" for code in sorted(found))
            told[_problem_name(status, found)] = {
                "description": f"{_MEANS[status]} Codes: {listed}.", "content": {PROBLEM: {"schema": schema}}
            }  # fmt: skip
    return dict(sorted(told.items()))


def _answer(operation: AnyOperation, method: str, path: str) -> Json:
    if operation.streamed:
        return {"description": "Messages.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    if operation.text is not None:
        return {"description": "The text.", "content": {operation.text: {"schema": {"type": "string"}}}}
    if operation.response is Page:
        kinds = {servers.SERVER_OPENAPI.name: (JSON,), servers.SERVER_DOCS.name: ("text/html",)}
        every = kinds.get(operation.name, ("text/html", "text/javascript", "text/css", "image/svg+xml"))
        return {"description": "The page.", "content": {kind: {} for kind in every}}
    about = (operation.response.__doc__ or "").strip().partition("\n")[0]
    schema = {"$ref": REF.format(name=operation.response.__name__)}
    told: Json = {"description": about, "content": {JSON: {"schema": schema}}}
    headers: Json = {}
    if (method == "GET" and operation.durability is Durability.READ) or _is_sibling(operation, path):
        headers["ETag"] = {"description": "The version.", "schema": {"type": "string"}}
    if method == "POST" and operation.durability in {Durability.NOW, Durability.SOON}:
        headers["Idempotency-Replayed"] = {
            "description": "`true`: this answer was given before, to the same request.", "schema": {"type": "string"}
        }  # fmt: skip
    return told | ({"headers": headers} if headers else {})


def _errors(operation: AnyOperation) -> Iterator[type[SegueError]]:
    known = _known_errors()
    yield from _ALWAYS
    if operation.access is not Access.PUBLIC:
        yield Unauthorized
    yield known["NotSound"]
    if operation.method not in BODILESS:
        yield from (TooLarge, WrongKind)
    if operation.durability in {Durability.NOW, Durability.SOON}:
        if operation.method == "POST" and not operation.slow:
            yield KeyReused
            if operation.secret:
                yield AnswerNotKept
        elif _is_sibling(operation, operation.path):
            yield from (Changed, NotFound)
    elif operation.method == "GET" or operation.get:
        yield Changed
    raised = _RAISES.search(" ".join(_docstring(operation).split()))
    if operation.name == "inputs.put":
        yield AlreadyExists
    for name in re.findall(r"`([A-Z]\w+)`", raised["names"]) if raised else ():
        yield known[name]


def _known_errors() -> dict[str, type[SegueError]]:
    # Every error that an answer can tell of is known once the server is, and every handler.
    importlib.import_module("segue.server.app")
    for operation in OPERATIONS.values():
        if not operation.slow and not operation.says:
            handler_of(operation)
    found: dict[str, type[SegueError]] = {}
    todo = [SegueError]
    while todo:
        kind = todo.pop()
        found[kind.__name__] = kind
        todo += kind.__subclasses__()
    return found


def printed() -> str:
    """Return the description as text: what fits on a line stands on one, so that a change shows where it is."""
    return f"{_text(document(), 0)}\n"


def _text(value: object, depth: int) -> str:
    short = json.dumps(value, ensure_ascii=False)
    if len(short) + depth <= 120 or not isinstance(value, dict | list) or not value:
        return short
    room = " " * (depth + 1)
    if isinstance(value, list):
        lines = [room + _text(each, depth + 1) for each in value]
        return "[\n{}\n{}]".format(",\n".join(lines), " " * depth)
    lines = [f"{room}{json.dumps(name, ensure_ascii=False)}: {_text(each, depth + 1)}" for name, each in value.items()]
    return "{{\n{}\n{}}}".format(",\n".join(lines), " " * depth)
