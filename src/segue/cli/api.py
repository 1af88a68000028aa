"""`segue api`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec
import typer

from segue.cli.api_ways import Reply, ask
from segue.cli.faults import Exit, Fault
from segue.cli.group import single
from segue.cli.options import Output, OutputOption, ParameterOption, ReasonOption, parameters
from segue.server.portless import Request
from segue.wire import codec
from segue.wire.codec import BODILESS
from segue.wire.table import OPERATIONS

_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~\w-]+", re.ASCII)
_UNCHANGED = HTTPStatus.NOT_MODIFIED


def _complete_method(incomplete: str) -> list[str]:
    return [method for method in _METHODS if method.startswith(incomplete.upper())]


def _complete_path(ctx: typer.Context, incomplete: str) -> list[str]:
    method = str(ctx.params.get("method") or "").upper()
    ways = [way for operation in OPERATIONS.values() for way in operation.ways]
    found = {path for each, path in ways if not method or each == method}
    return sorted(path for path in found if path.startswith(incomplete))


def api(
    method: Annotated[
        str, typer.Argument(help="GET, POST, PATCH or DELETE.", metavar="METHOD", autocompletion=_complete_method)
    ],
    path: Annotated[
        str,
        typer.Argument(help="A path below /api, such as /flow-runs.", metavar="PATH", autocompletion=_complete_path),
    ],
    param: ParameterOption = None,
    data: Annotated[
        str | None,
        typer.Option("--data", "-d", metavar="JSON", help="The whole body; @FILE reads a file, @- standard input."),
    ] = None,
    query: Annotated[
        list[str] | None,
        typer.Option("--query", "-q", metavar="KEY=VALUE", help="A name of the query; repeat for several."),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="NAME: VALUE", help="A header; repeat for several.")
    ] = None,
    paginate: Annotated[
        bool, typer.Option("--paginate", help="Ask for every page of a list; prints one array.")
    ] = False,
    include: Annotated[bool, typer.Option("--include", "-i", help="Print status and headers as well.")] = False,
    reason: ReasonOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Call the API: of the server that SEGUE_API_URL names, or in this process where there is none.

    Prints the answer as JSON (`-o json`: exactly as it came). The server's page /api/docs lists what there is.

    For example:

        segue api GET /flow-runs -q state_types=FAILED -q limit=5
        segue api POST /variables -p name=threshold -p value=0.9
        segue api GET /flows --paginate -o json
    """
    request = _request(method, path, param, data, query, header, reason)
    if paginate:
        _print_pages(request, output)
        return
    reply = ask(request, told=lambda told: _print_head(told) if include else None, read=_stream)
    if output is Output.JSON or not reply.is_json:
        typer.echo(reply.body, nl=bool(reply.body) and not reply.body.endswith(b"\n"))
    elif reply.body and not reply.is_problem:
        typer.echo(msgspec.json.format(reply.body, indent=2))
    _raise_problem(reply)


def _request(
    method: str,
    path: str,
    param: Sequence[str] | None,
    data: str | None,
    query: Sequence[str] | None,
    header: Sequence[str] | None,
    reason: str | None,
) -> Request:
    method = method.upper()
    if method not in _METHODS:
        raise Fault(f"{method!r} is no method; choose one of {', '.join(_METHODS)}.", Exit.USAGE)
    body = _body(param, data)
    if method in BODILESS and body is not None:
        raise Fault(f"{method} has no body; what it asks for is written --query KEY=VALUE.", Exit.USAGE)
    place, _, asked = path.partition("?")
    place = "/" + place.strip().removeprefix("/").removeprefix("api/")
    pairs = [*parse_qsl(asked, keep_blank_values=True), *(_pair(each, "--query") for each in query or ())]
    headers = dict(_header(each) for each in header or ())
    if body is not None:
        headers.setdefault("content-type", codec.JSON)
    if reason is not None:
        headers["segue-reason"] = quote(reason)
    # What is quoted already stays as it is.
    target = quote(place, safe="/%:@!$&'()*+,;=~{}")
    return Request(method, f"{target}?{urlencode(pairs)}" if pairs else target, headers, body)


def _body(param: Sequence[str] | None, data: str | None) -> bytes | None:
    if data is None:
        return codec.encode(parameters(param)) if param else None
    text = data.encode()
    if data.startswith("@"):
        try:
            text = sys.stdin.buffer.read() if data == "@-" else Path(data[1:]).expanduser().read_bytes()
        except OSError as problem:
            raise Fault(f"{data[1:]} cannot be read: {problem.strerror}.", Exit.USAGE) from problem
    if not param:
        return text
    try:
        whole = msgspec.json.decode(text, type=dict[str, object])
    except msgspec.MsgspecError as problem:
        raise Fault(f"--param adds to a JSON object, and --data is none: {problem}.", Exit.USAGE) from problem
    return codec.encode({**whole, **parameters(param)})


def _pair(text: str, option: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise Fault(f"{option} is written KEY=VALUE, not {text!r}.", Exit.USAGE)
    return key.strip(), value


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not _HEADER.fullmatch(name.strip()) or not value.isprintable() or not value.isascii():
        raise Fault(f"--header is written 'NAME: VALUE', in plain letters, not {text!r}.", Exit.USAGE)
    return name.strip().lower(), value.strip()


def _print_head(reply: Reply) -> None:
    phrase = HTTPStatus(reply.status).phrase
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in reply.headers.items())]
    typer.echo("\n".join([*lines, ""]))


def _stream(part: bytes) -> None:
    typer.echo(part, nl=False)


def _raise_problem(reply: Reply) -> None:
    if reply.status < HTTPStatus.BAD_REQUEST or reply.status == _UNCHANGED:
        return
    problem = codec.read_problem(reply.body)
    if problem is not None:
        raise problem
    raise Fault(f"It was answered with status {reply.status}.")


def _print_pages(request: Request, output: Output) -> None:
    """Print what every page holds as one array, each page as soon as it came."""
    first = True
    for item in _items(request):
        text = bytes(item) if output is Output.JSON else msgspec.json.format(bytes(item), indent=2)
        typer.echo(b"[\n" if first else b",\n", nl=False)
        typer.echo(text, nl=False)
        first = False
    typer.echo("[]" if first else "\n]")


class _Page(msgspec.Struct):
    items: list[msgspec.Raw]
    next: str | None = None


def _items(request: Request) -> Iterator[msgspec.Raw]:
    while True:
        reply = ask(request)
        _raise_problem(reply)
        try:
            page = msgspec.json.decode(reply.body, type=_Page)
        except msgspec.MsgspecError:
            raise Fault(
                f"{request.method} {unquote(request.target)} answers with no list of pages.", Exit.USAGE
            ) from None
        yield from page.items
        if page.next is None:
            return
        request = _following(request, page.next)


def _following(request: Request, after: str) -> Request:
    if request.method not in BODILESS:
        whole = msgspec.json.decode(request.body or b"{}", type=dict[str, object])
        return Request(request.method, request.target, request.headers, codec.encode({**whole, "after": after}))
    place, _, asked = request.target.partition("?")
    pairs = [pair for pair in parse_qsl(asked, keep_blank_values=True) if pair[0] != "after"]
    return Request(request.method, f"{place}?{urlencode([*pairs, ('after', after)])}", request.headers, None)


app = single(api)
