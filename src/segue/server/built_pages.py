"""The web pages as they were built: one document, told anew which styles are its own, and files that never change."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

from segue.host.secrets import new_token
from segue.model.errors import NotFound
from segue.server.api import Awaited
from segue.server.guard import Admitted
from segue.wire.operation import Page
from segue.wire.pages import UI_FOLDER, UI_HOME, UI_LINK, UI_NOUN, UI_PAGE, UI_PART, UI_RUN, UI_THING, Place
from segue.wire.requests import ByName

#: Written by `make ui`; a checkout in which that was not done has none.
BUILT = Path(__file__).with_name("ui")
#: Where the document has the word that the policy names; a new one each time it is shown.
_WORD = "segue-nonce"
_KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
#: Its name tells what is in it, so it is never asked for twice.
_FOR_EVER = "public, max-age=31536000, immutable"
_BARE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Segue</title>
<h1>The web pages were not built</h1>
<p>This server runs from a checkout in which they are missing. With Node.js installed, <code>make ui</code> builds them;
then load this page again. The API works all the same: see <a href="/api/docs">its description</a>.</p></html>
"""


class Ui:
    """Shows the built pages; `folder`: where they are, None for a server that shows none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._parts: dict[str, tuple[bytes, bytes]] = {}
        self.answers: Mapping[str, Awaited] = {
            **{each.name: self._page for each in (UI_HOME, UI_PAGE, UI_FOLDER, UI_NOUN, UI_THING, UI_LINK, UI_RUN)},
            UI_PART.name: self._part,
        }

    async def _page(self, _: Place, __: Admitted) -> Page:
        if self._folder is None:
            raise NotFound(kind="web page", id="of this server, which was started with --no-ui")
        try:
            text = (self._folder / "index.html").read_text(encoding="utf-8")
        except FileNotFoundError:
            text = _NOT_BUILT
        nonce = new_token("nonce")
        return Page(kind="text/html; charset=utf-8", body=text.replace(_WORD, nonce).encode(), headers=_headers(nonce))

    async def _part(self, request: ByName, admitted: Admitted) -> Page:
        path = None if self._folder is None else self._folder / "parts" / request.name
        if path is None or "/" in request.name or path.suffix not in _KINDS or not path.is_file():
            raise NotFound(kind="part of the web pages", id=request.name)
        if request.name not in self._parts:
            body = path.read_bytes()
            self._parts[request.name] = (body, gzip.compress(body, mtime=0))
        plain, packed = self._parts[request.name]
        headers = {**_BARE, "cache-control": _FOR_EVER, "vary": "accept-encoding"}
        if "gzip" in admitted.arrival.headers.get("accept-encoding", ""):
            return Page(kind=_KINDS[path.suffix], body=packed, headers={**headers, "content-encoding": "gzip"})
        return Page(kind=_KINDS[path.suffix], body=plain, headers=headers)


def _headers(nonce: str) -> dict[str, str]:
    """Nothing of anybody else's: no script, style, picture or frame, and no word to another server."""
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {**_BARE, "content-security-policy": policy, "cache-control": "no-store"}
