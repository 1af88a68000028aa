"""A room with a terminal and a browser: a server, programs that report to it, and its pages on the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser import Browser, browsing
from tests.e2e.cli.desk import Desk
from tests.serving_process import ServerProcess

AXE = Path("ui/node_modules/axe-core/axe.min.js")


class Terminal(Desk):
    """Where programs are started that report to the server."""

    url: str = ""
    #: The key that programs show; none where there are no accounts.
    key: str = ""
    #: What the next programs have in their environment as well.
    more: Mapping[str, str] = {}

    def surroundings(self) -> dict[str, str]:
        """Tell every program where the server is, and whose key it has."""
        shown = {"SEGUE_API_KEY": self.key} if self.key else {}
        return super().surroundings() | {"SEGUE_API_URL": self.url, **self.more} | shown


@dataclass
class Room:
    """What a test has."""

    server: ServerProcess
    desk: Terminal
    browser: Browser

    def go(self, place: str = "") -> None:
        """Open a place of the pages."""
        self.browser.go(f"{self.server.url.removesuffix('/api')}/ui{place}")

    def visit(self, place: str) -> None:
        """Open a place as a link on a page does: nothing is loaded anew but what is on it."""
        for path in ("/between", place):
            self.browser.run(
                f"history.pushState(null, '', {json.dumps('/ui' + path)}); dispatchEvent(new Event('popstate'))"
            )
            self.browser.until(f"document.title.startsWith('No such page') || {json.dumps(path)} !== '/between'")
        there = (
            "document.title.startsWith('No such page')"
            if place == "/no-such-page"
            else "!document.title.startsWith('No such page')"
        )
        self.browser.until(f"{there} && !!document.querySelector('h1') && !document.querySelector('[aria-busy=true]')")

    def sees(self, text: str) -> None:
        """Wait until the page shows a text."""
        self.browser.until(f"document.body.innerText.includes({json.dumps(text)})")

    def press(self, name: str, within: str = "body") -> None:
        """Wait for a button, a link or a menu's item by its name, and press it; a name that ends in `…` is a beginning."""
        called = f"=== {json.dumps(name)}" if not name.endswith("…") else f".startsWith({json.dumps(name[:-1])})"
        found = (
            f"[...document.querySelectorAll({json.dumps(within)} + ' :is(button, a, [role=menuitem], [role=option], [role=tab])')]"
            f".find(each => (each.ariaLabel || each.innerText).trim(){called} && !each.disabled"
            # A tab that is open already is no button of the same name.
            " && !(each.role === 'tab' && each.ariaSelected === 'true'))"
        )
        self.browser.until(f"!!{found}")
        self.browser.run(f"{found}.click()")

    def type(self, field: str, text: str) -> None:
        """Wait for a field and type into it."""
        self.browser.until(f"!!document.querySelector({json.dumps(field)})")
        self.browser.type(field, text)

    def clear(self, field: str) -> None:
        """Take out what stands in a field."""
        self.browser.run(f"document.querySelector({json.dumps(field)}).select(); document.execCommand('delete')")

    def choose(self, label: str, option: str, within: str = "body") -> None:
        """Choose from a field that offers what may stand in it; `within` tells the offer from what else is called so."""
        called = f"each.innerText.replace('*', '').trim() === {json.dumps(label)}"
        found = f"[...document.querySelectorAll('label')].find(each => {called})"
        self.browser.until(f"!!{found}")
        self.browser.run(f"document.getElementById({found}.htmlFor).click()")
        self.press(option, within)

    def confirm(self) -> None:
        """Press the button of the dialogue that does what it asks about."""
        self.browser.until("!!document.querySelector('.confirm:not(:disabled)')")
        self.browser.click(".confirm")

    def closed(self) -> None:
        """Wait until the dialogue is gone: while it is on its way out, its button would be taken for that of the next."""
        self.browser.until("!document.querySelector('section[role=dialog]')")

    def at_rest(self) -> None:
        """Wait until the page shows what it loads."""
        self.browser.until("!!document.querySelector('h1') && !document.querySelector('[aria-busy=true]')")

    def theme(self, name: str) -> None:
        """Let the system that the browser runs on be light or dark."""
        self.browser.prefer("prefers-color-scheme", name)

    def faults(self, *rules: str) -> list[str]:
        """Return what axe finds serious on the page as it is, by some of its rules or by all."""
        if not self.browser.run("'axe' in window"):
            self.browser.run(AXE.read_text() + "; 0")
        only = f", runOnly: {json.dumps(rules)}" if rules else ""
        told = self.browser.run(
            f"axe.run(document, {{ resultTypes: ['violations']{only} }}).then(found => JSON.stringify(found.violations"
            ".filter(each => ['serious', 'critical'].includes(each.impact)).map(each => each.id + ': '"
            " + each.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + ' ' + node.failureSummary).join(' | '))))"
        )
        return list(json.loads(told))


@contextmanager
def room_in(folder: Path, **environment: str) -> Iterator[Room]:
    """Open the room while the block lasts; `environment`: of its server."""
    server = ServerProcess(folder / "home", **environment)
    server.start()
    desk = Terminal(folder)
    desk.url = server.url
    try:
        with browsing(folder / "chromium") as browser:
            yield Room(server, desk, browser)
    finally:
        desk.leave()
        server.stop()
