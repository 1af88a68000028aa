"""The web pages in a real browser, over a year of runs: when the first run is seen, what pages ask for, how smoothly one moves.

`--database URL` looks at a database that is there; without it one is made, as for `pages`, and removed afterwards.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.generate import generate
from bench.harness import Bench, Failed
from bench.history import DAY, History
from bench.pages import FULL, QUICK
from bench.peers import Segue
from bench.servers import Server, serving
from bench.table import Row
from tests.browser import Browser, browsing, chromium

#: Milliseconds that a page's question may take, and until the first row of a list is there.
_API, _FIRST = 100, 1_000
_TIMES = 9
_BARS, _FRAMES = 10_000, 240
#: Where a page is, and what tells that it is there; `{run}` and `{flow}` stand for the newest ones.
_PAGES = {
    "Overview": "/",
    "Overview, 30 days": "/?range=30d",
    "Runs": "/flow-runs",
    "Runs that failed": "/flow-runs?state=FAILED,CRASHED",
    "Runs by text": "/flow-runs?text=warehouse%20did%20not%20answer",
    "Runs of a flow by parameter": "/flow-runs?flow=extract-orders&parameter=region%3Deu-west",
    "Run": "/flow-runs/{run}",
    "Task runs of a run": "/flow-runs/{run}?tab=tasks",
    "Flows": "/flows",
    "Flow": "/flows/{flow}",
    "Deployments": "/deployments",
    "Work pools": "/work-pools",
    "Automations": "/automations",
    "Artifacts": "/artifacts",
    "Events": "/events",
    "Variables": "/variables",
    "Blocks": "/blocks",
    "Limits": "/limits",
    "Settings": "/settings?tab=server",
}
#: Kept by the page from its first moment on: when the first run stood there, painted.
_SEEN = """
(() => {
    const look = () => document.querySelector('[data-run] a')
        ? requestAnimationFrame(() => { window.firstRun = performance.now() }) : requestAnimationFrame(look);
    look();
})()
"""
_ASKED = """
JSON.stringify(performance.getEntriesByType('resource')
    .filter((each) => each.name.includes('/api/') && !each.name.includes('/stream') && each.responseEnd > 0)
    .map((each) => [new URL(each.name).pathname, each.responseEnd - each.requestStart]))
"""
#: Kept by the page: how many of its questions have no answer yet, so that a slow one is waited for and not left out.
_ASKING = """
window.asking = 0;
const ask = window.fetch;
window.fetch = (...given) => { window.asking++; return ask(...given).finally(() => { window.asking-- }) };
"""
_ANSWERED = "window.asking === 0"
_AT_REST = "!!document.querySelector('h1') && !document.querySelector('[aria-busy=true]')"
#: The canvas is dragged to and fro, a step with each frame, and the frames are timed.
_PANNED = """
(async () => {
    const canvas = document.querySelector('.timeline canvas');
    const box = canvas.getBoundingClientRect();
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const to = (kind, x) => canvas.dispatchEvent(new PointerEvent(kind,
        { bubbles: true, pointerId: 1, isPrimary: true, button: 0, buttons: 1, clientX: x, clientY: box.top + 60 }));
    canvas.setPointerCapture = () => {};
    to('pointerdown', box.left + 400);
    const times = [await frame()];
    for (let at = 0; at < FRAMES; at++) {
        to('pointermove', box.left + 400 + 300 * Math.sin(at / 20));
        times.push(await frame());
    }
    to('pointermove', box.left + 399);
    to('pointerup', box.left + 399);
    return JSON.stringify(times.slice(1).map((time, at) => time - times[at]));
})()
"""


def measure(bench: Bench, segue: Segue, database: str = "") -> Iterator[Row]:
    """Measure the pages."""
    if chromium() is None:
        yield Row("web pages in a browser", "ms", notes=["no browser: Chromium is not here and cannot be installed"])
        return
    try:
        with _filled(bench, database) as (url, home, told), serving(bench, segue, home, database=url) as server:
            yield from _timed(bench, server, told)
        with serving(bench, segue) as server:
            yield _smooth(bench, server)
    except Failed as problem:
        yield Row("web pages in a browser", "ms", notes=[str(problem)])


@contextmanager
def _filled(bench: Bench, database: str) -> Iterator[tuple[str, Path, str]]:
    """Give a database with a year in it: its address, a home, and how much that is."""
    with bench.home() as home:
        if database:
            yield (
                database,
                home,
                f"the {'PostgreSQL' if database.startswith('postgresql') else 'SQLite'} database that was given",
            )
            return
        size, end = QUICK if bench.quick else FULL, time.time_ns() // 1000
        made = generate("", home / "segue", History(size.runs, size.task_runs, end - 365 * DAY, end))
        yield "", home, f"SQLite, {made['flow_run']:,} flow runs, {made['task_run']:,} task runs"


def _timed(bench: Bench, server: Server, told: str) -> Iterator[Row]:
    (run,) = server.ask("/flow-runs/list", {"where": {"state_types": ["COMPLETED"]}, "limit": 1})["items"]
    first = Row("first row of Runs seen, cold browser cache", "ms", budget=_FIRST, better="less")
    first.notes.append(f"{told}; median of {_TIMES}")
    found = bench.median(lambda: _first(bench, server), _TIMES)
    first.segue, first.foreign = found.value, found.foreign
    yield first
    with _browser(bench) as browser:
        browser.at_first(_ASKING)
        for name, path in _PAGES.items():
            row = Row(f"questions of the page {name}, p95", "ms", budget=_API, better="less")
            place = path.format(run=run["id"], flow=run["flow_id"])
            quiet = bench.quietly(lambda place=place: _asked(browser, server, place))
            times = sorted(time for _, time in quiet.value)
            slowest = max(quiet.value, key=lambda each: each[1])
            row.segue, row.foreign = times[min(len(times) - 1, int(0.95 * len(times)))], quiet.foreign
            row.notes.append(
                f"{len(times)} questions of {_TIMES} visits; the slowest, {slowest[0]}, {slowest[1]:.0f} ms"
            )
            yield row


@contextmanager
def _browser(bench: Bench) -> Iterator[Browser]:
    with bench.home() as folder, browsing(folder) as browser:
        browser.resize(1440, 900)
        yield browser


def _pages(server: Server, path: str) -> str:
    return f"{server.url.removesuffix('/api')}/ui{path}"


def _first(bench: Bench, server: Server) -> float:
    """Milliseconds from the navigation of a browser that has nothing yet to the frame that shows the first run."""
    with _browser(bench) as browser:
        browser.at_first(_SEEN)
        browser.go(_pages(server, "/flow-runs"))
        browser.until("window.firstRun > 0")
        return float(browser.run("window.firstRun"))


def _asked(browser: Browser, server: Server, path: str) -> list[tuple[str, float]]:
    """What a page asked the API for on several visits, and how many milliseconds each answer took."""
    found: list[tuple[str, float]] = []
    for _ in range(_TIMES):
        browser.go(_pages(server, path))
        browser.until(_AT_REST)
        browser.run("new Promise((done) => setTimeout(done, 300))")
        browser.until(_ANSWERED)
        found += [(str(where), float(took)) for where, took in json.loads(browser.run(_ASKED))]
    return found


def _smooth(bench: Bench, server: Server) -> Row:
    """Frames a second while a timeline of many bars is dragged."""
    row = Row(f"frames while a timeline of {_BARS:,} bars is dragged", "/s", budget=50)
    server.program("sequential", _BARS)
    (run,) = server.ask("/flow-runs/list", {"limit": 1})["items"]
    with _browser(bench) as browser:
        browser.go(_pages(server, f"/flow-runs/{run['id']}"))
        browser.until(f"document.querySelector('.timeline canvas')?.ariaLabel.includes('{_BARS} task runs')")
        browser.until(_AT_REST)
        # Closer, so that bars are drawn one by one, and then as a whole.
        panned = _PANNED.replace("FRAMES", str(_FRAMES))
        whole = bench.quietly(lambda: json.loads(browser.run(panned)))
        for _ in range(6):
            browser.run("document.querySelector('button[aria-label=\"Zoom in\"]').click()")
        close = bench.quietly(lambda: json.loads(browser.run(panned)))
    rates = [1000 / statistics.fmean(each.value) for each in (whole, close)]
    row.segue, row.foreign = min(rates), max((each.foreign or 0.0) for each in (whole, close))
    slowest = max(max(each.value) for each in (whole, close))
    row.notes.append(f"all in view {rates[0]:.0f}/s, zoomed in {rates[1]:.0f}/s; the longest frame {slowest:.0f} ms")
    return row
