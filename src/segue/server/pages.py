"""What a server has as files: the description of its API, pages on which to read it and to sign in, types of blocks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from segue.model.errors import NotFound
from segue.server.api import Awaited
from segue.server.guard import Admitted
from segue.wire.blocks import BLOCK_TYPE_STANDARD, StandardBlocks
from segue.wire.operation import Page
from segue.wire.people import LOGIN_PAGE, LOGIN_PART, Login
from segue.wire.requests import ByName, Nothing
from segue.wire.servers import SERVER_DOCS, SERVER_DOCS_PART, SERVER_OPENAPI, Part

#: Written by `make docs` from the table of operations.
DESCRIPTION = Path(__file__).with_name("openapi.json")
#: Written by `make docs` from their classes, which a server never imports.
STANDARD_BLOCKS = Path(__file__).with_name("standard_blocks.json")
_FOLDER = Path(__file__).with_name("reference")
_LOGIN = Path(__file__).with_name("login")
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
#: Nothing of anybody else's: no script, style, picture or frame, and no word to another server.
_CLOSED = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


@cache
def _parts(folder: Path) -> Mapping[str, Page]:
    return {
        path.name: Page(kind=_KINDS[path.suffix], body=path.read_bytes(), headers=_CLOSED) for path in folder.iterdir()
    }


async def description(_: Nothing, __: Admitted) -> Page:
    """Return the OpenAPI document."""
    return Page(kind="application/json", body=DESCRIPTION.read_bytes(), headers={"cache-control": "no-cache"})


async def standard_blocks(_: Nothing, __: Admitted) -> StandardBlocks:
    """Return the block types that come with Segue."""
    return _standard_blocks()


@cache
def _standard_blocks() -> StandardBlocks:
    return msgspec.json.decode(STANDARD_BLOCKS.read_bytes(), type=StandardBlocks)


async def docs(_: Nothing, __: Admitted) -> Page:
    """Return the page that shows it."""
    return _parts(_FOLDER)["index.html"]


async def docs_part(request: Part, _: Admitted) -> Page:
    """Return a part of the page; raises `NotFound`."""
    found = _parts(_FOLDER).get(request.name)
    if found is None:
        raise NotFound(kind="part of the reference", id=request.name)
    return found


async def login(_: Login, __: Admitted) -> Page:
    """Return the page on which people sign in."""
    return _parts(_LOGIN)["login.html"]


async def login_part(request: ByName, _: Admitted) -> Page:
    """Return a part of the page; raises `NotFound`."""
    found = _parts(_LOGIN).get(request.name)
    if found is None:
        raise NotFound(kind="part of the login page", id=request.name)
    return found


PAGES: Mapping[str, Awaited] = {
    BLOCK_TYPE_STANDARD.name: standard_blocks,
    LOGIN_PAGE.name: login,
    LOGIN_PART.name: login_part,
    SERVER_OPENAPI.name: description,
    SERVER_DOCS.name: docs,
    SERVER_DOCS_PART.name: docs_part,
}
