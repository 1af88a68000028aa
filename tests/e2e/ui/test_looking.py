"""What a person finds out by looking: lines, a run's past, artifacts, events, limits, how runs and the server do."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser import chromium
from tests.e2e.ui.room import Room, room_in

PROGRAMS = Path(__file__).parent.resolve() / "programs"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, need: Callable[[str, object], None]) -> Iterator[Room]:
    """A room in which a shop took in its orders twice, and failed once; what is late there is so at once."""
    need("chromium", chromium())
    folder = tmp_path_factory.mktemp("shop")
    with room_in(folder, SEGUE_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS="0") as room:
        done = room.desk.python(PROGRAMS / "orders.py", "2")
        assert done.returncode == 0, done.stderr
        room.browser.resize(1440, 900)
        yield room


def opened(shop: Room, name: str, *, state: str = "COMPLETED") -> None:
    shop.go(f"/flow-runs?flow=orders&state={state}")
    shop.press(name, "[data-run]")
    shop.sees("Timeline")
    shop.at_rest()


def lines(shop: Room) -> list[str]:
    return list(
        json.loads(shop.browser.run("JSON.stringify([...document.querySelectorAll('.log')].map(it => it.innerText))"))
    )


def test_lines_are_found_by_level_and_by_text_coloured_and_downloaded(shop: Room) -> None:
    opened(shop, "orders-2031-05-02")
    shop.sees("asking the till of north")
    # What a program coloured for its terminal is coloured here, and without the codes.
    assert shop.browser.run("document.querySelector('.log .ansi-32').innerText") == "clean"
    assert "[32m" not in shop.browser.run("document.querySelector('.logs').innerText")
    shop.browser.click("input[aria-label='Least level']")
    shop.press("WARNING up", "[role=listbox]")
    shop.browser.until("document.querySelectorAll('.log').length === 1")
    assert "the sheet of north is full" in lines(shop)[0]
    shop.browser.click("input[aria-label='Least level']")
    shop.press("All levels", "[role=listbox]")
    shop.type("input[aria-label='Search in the lines']", "Doubtful")
    shop.browser.until("document.querySelectorAll('.log').length === 4")
    assert shop.browser.run("document.querySelectorAll('.log mark').length") == 4
    shop.browser.run(
        "URL.createObjectURL = (blob) => { blob.text().then((text) => { window.written = text }); return 'data:,' }"
    )
    shop.press("Download")
    shop.browser.until("!!window.written")
    written = str(shop.browser.run("window.written"))
    assert len(written.splitlines()) == 4
    assert "clean: 65536 rows, 675 doubtful" in written


def test_task_runs_are_found_on_the_timeline_and_the_record_is_seen_as_it_was(shop: Room) -> None:
    opened(shop, "orders-2031-05-02")
    shop.type("input[aria-label='Search task runs']", "clean")
    shop.sees("4 found")
    thumb = "[aria-label='Moment of the record that is shown']"
    # Far to the left, nothing had begun; in the middle some had; at the end it is the record as it is.
    shop.browser.drag(thumb, -2000)
    shop.browser.until("/0 task runs done, 0 running, 1[0-9] not begun/.test(document.body.innerText)")
    states = "[...document.querySelectorAll('[role=tab]')].find(it => it.innerText.startsWith('States')).innerText"
    assert shop.browser.run(states) != "States (3)"
    width = int(shop.browser.run("document.querySelector('.mantine-Slider-track').clientWidth"))
    shop.browser.drag(thumb, width // 2)
    begun = (
        "(document.body.innerText.match(/(\\d+) task runs? done.* (\\d+) running/) ?? []).slice(1).some(it => it > 0)"
    )
    shop.browser.until(begun)
    shop.browser.drag(thumb, 2000)
    shop.sees("Drag to see the record as it was at any moment")
    shop.browser.until(f"{states} === 'States (3)'")


LEAVES = """
    from segue import flow
    from segue.artifacts import create_image_artifact, create_table_artifact

    @flow
    def leaves():
        dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
        create_image_artifact(image_url=f"data:image/png;base64,{dot}", key="dot", description="A dot")
        create_image_artifact(image_url="https://example.org/far.png", key="far", description="Elsewhere")

    leaves()
"""


def test_artifacts_show_what_they_hold_and_their_versions(shop: Room) -> None:
    assert shop.desk.python(shop.desk.write("leaves.py", LEAVES)).returncode == 0
    shop.go("/artifacts")
    shop.press("rows-by-region")
    shop.sees("65536")
    shop.sees("2 versions")
    assert shop.browser.run("document.body.innerText.match(/this one/g).length") == 1
    here = shop.browser.run("location.pathname")
    shop.browser.run("[...document.querySelectorAll('td a[href*=\"/artifacts/\"] time')].at(-1).click()")
    shop.browser.until(f"location.pathname !== {json.dumps(here)} && location.pathname.includes('/artifacts/')")
    shop.go("/artifacts")
    shop.press("dashboard")
    shop.browser.until("!!document.querySelector('main a[href=\"https://example.org/dashboards/orders\"]')")
    shop.go("/artifacts")
    shop.press("daily-report")
    shop.browser.until("document.querySelector('.markdown h1')?.innerText === 'Orders of 2031-05-02'")
    shop.go("/artifacts")
    shop.press("dot")
    shop.browser.until("document.querySelector('main img')?.naturalWidth === 1")
    # Nothing is fetched from elsewhere, not even a picture.
    shop.go("/artifacts")
    shop.press("far")
    shop.sees("these pages fetch nothing from elsewhere")
    assert not shop.browser.run("!!document.querySelector('main img')")


def test_events_come_as_they_happen_are_counted_and_lead_to_what_they_are_about(shop: Room) -> None:
    shop.go("/events?name=shop.*")
    shop.sees("No event is like that")
    told = shop.desk.segue("event", "emit", "shop.till.opened", "--resource-id", "till.7")
    assert told.returncode == 0, told.stderr
    shop.sees("shop.till.opened")
    counted = "document.querySelector('figure[aria-label=\"Events over time\"] table').innerText"
    shop.browser.until(f"/1 events?/i.test({counted})")
    shop.go("/events?name=segue.flow-run.Failed")
    shop.press("orders-2031-05-31", ".rows")
    shop.sees("200,000 are the least")
    shop.go("/events?text=orders-2031-05-31")
    shop.browser.until("document.querySelectorAll('.rows tbody tr').length >= 3")


HOLDS = """
    import sys, time
    from segue import flow
    from segue.concurrency.sync import concurrency

    @flow(flow_run_name=sys.argv[1])
    def stocktaking():
        with concurrency("warehouse"):
            time.sleep(600)

    stocktaking()
"""


def test_limits_name_who_holds_and_who_waits(shop: Room) -> None:
    shop.go("/limits")
    shop.type("input[placeholder^=database]", "warehouse")
    shop.press("Make")
    shop.sees("warehouse lets 1 at once.")
    program = shop.desk.write("holds.py", HOLDS)
    row = "[...document.querySelectorAll('.rows tbody tr')].find(it => it.innerText.startsWith('warehouse')).cells"
    shop.desk.start(sys.executable, program, "first-in")
    shop.browser.until(f"{row}[1].innerText.includes('1 of 1') && {row}[2].innerText.includes('first-in')")
    shop.desk.start(sys.executable, program, "in-line")
    shop.browser.until(f"{row}[3].innerText.includes('in-line')")
    shop.press("in-line", ".rows")
    shop.sees("warehouse")
    # Both are cancelled at once from the list, and afterwards deleted.
    shop.go("/flow-runs?flow=stocktaking")
    shop.browser.until("document.querySelectorAll('[data-run] input[type=checkbox]').length === 2")
    for name in ("first-in", "in-line"):
        shop.browser.click(f"[data-run={name}] input[type=checkbox]")
    shop.sees("2 runs chosen")
    shop.press("Cancel", "[role=toolbar]")
    shop.type("section[role=dialog] input", "stocktaking")
    shop.confirm()
    shop.browser.until(
        "[...document.querySelectorAll('[data-run]')].filter(it => it.innerText.includes('Cancelled')).length === 2"
    )
    for name in ("first-in", "in-line"):
        assert "stocktaking" in shop.desk.segue("flow-run", "inspect", name).stdout
    shop.go("/flow-runs?flow=stocktaking&state=CANCELLED")
    shop.browser.until("document.querySelectorAll('[data-run] input[type=checkbox]').length === 2")
    for name in ("first-in", "in-line"):
        shop.browser.click(f"[data-run={name}] input[type=checkbox]")
    shop.press("Delete", "[role=toolbar]")
    shop.confirm()
    shop.sees("No run is like that")
    assert shop.desk.items("flow-run", "ls", "--flow", "stocktaking") == []


def test_runs_are_filtered_by_tag_time_and_flow_and_the_address_says_it(shop: Room) -> None:
    names = "JSON.stringify([...document.querySelectorAll('[data-run]')].map(it => it.dataset.run).sort())"
    shop.go("/flow-runs")
    shop.type("input[name=tag]", "finance")
    shop.browser.until("location.search === '?tag=finance'")
    shop.choose("Made", "in the last 1h")
    shop.browser.until("new URLSearchParams(location.search).get('since') === '1h'")
    shop.choose("Flow", "orders", "[role=listbox]")
    shop.browser.until("new URLSearchParams(location.search).get('flow') === 'orders'")
    shop.browser.until(f'{names} === \'["orders-2031-05-01","orders-2031-05-02"]\'')
    # Whoever is sent the address sees the same.
    shop.go(str(shop.browser.run("location.pathname.replace('/ui', '') + location.search")))
    shop.browser.until(f'{names} === \'["orders-2031-05-01","orders-2031-05-02"]\'')
    assert shop.browser.run("document.querySelector('input[name=tag]').value") == "finance"


SLEEPS = """
    import time
    from segue import flow

    @flow(flow_run_name="long-one")
    def sleeps():
        time.sleep(600)

    sleeps()
"""


def test_the_overview_says_what_runs_what_failed_what_is_late_and_who_looks_after_it(shop: Room) -> None:
    state = {"type": "SCHEDULED", "id": "s-late", "name": "Scheduled", "timestamp": "2026-01-01T00:00:00Z"}
    run = {
        "id": "r-late", "flow_name": "tardy", "name": "tardy-1", "states": [{**state, "at": "2026-01-01T00:00:00Z"}],
    }  # fmt: skip
    done = shop.desk.segue("api", "POST", "/flow-runs", "-d", json.dumps(run))
    assert done.returncode == 0, done.stderr
    shop.go()
    card = "[...document.querySelectorAll('.card')].find(it => it.querySelector('h2')?.innerText === {}).innerText"
    failures, late, open_now, server = (
        card.format(json.dumps(name)) for name in ("Failures to look at", "Late", "Open now, longest first", "Server")
    )
    shop.browser.until(f"{failures}.includes('200,000 are the least that an ordinary day has')")
    shop.browser.until(f"{late}.includes('tardy-1')")
    process = shop.desk.start(sys.executable, shop.desk.write("sleeps.py", SLEEPS))
    # Told live.
    shop.browser.until(f"{open_now}.includes('long-one')")
    process.kill()
    shop.browser.until(f"{server}.includes('reaper') && {server}.includes('at work')")
    assert "not at work" not in shop.browser.run(server)
    bars = "document.querySelector('figure[aria-label^=\"Flow runs over time\"] table').innerText"
    assert "Failed" in shop.browser.run(bars)
    shop.browser.run("[...document.querySelectorAll('[role=radiogroup] input')].find(it => it.value === '1h').click()")
    shop.browser.until("location.search === '?range=1h'")
    shop.sees("Failed, last 1h")


def test_the_server_says_its_version_what_it_keeps_and_how_it_does(shop: Room) -> None:
    shop.go("/settings?tab=server")
    for text in ("Segue", "0.1.0", "SQLite", "Examination", "How long things are kept", "Log lines", "30 days"):
        shop.sees(text)
    shop.browser.until("[...document.querySelectorAll('.rows tbody tr')].some(it => it.innerText.startsWith('Well'))")
    shop.sees("reaper")


def test_times_are_told_in_the_zone_of_whoever_looks_with_the_exact_one_behind(shop: Room) -> None:
    told = "document.querySelector('[data-run=\"orders-2031-05-02\"] time')"
    seen = []
    for zone in ("Asia/Tokyo", "America/New_York"):
        shop.browser.live_in(zone)
        shop.go("/flow-runs?flow=orders")
        shop.browser.until(f"!!{told}")
        assert "ago" in shop.browser.run(f"{told}.innerText") or "just now" in shop.browser.run(f"{told}.innerText")
        seen.append((shop.browser.run(f"{told}.dateTime"), shop.browser.run(f"{told}.title")))
    (at, tokyo), (same, new_york) = seen
    assert at == same
    assert tokyo != new_york
    assert (tokyo.endswith("(Asia/Tokyo)"), new_york.endswith("(America/New_York)")) == (True, True), seen


#: Answers to one question become something that no page can show.
NONSENSE = """
    window.real = fetch;
    window.fetch = async (asked, ...more) => String(asked.url ?? asked).includes('/variables/list')
        ? new Response(JSON.stringify({ items: [null] }), { headers: { 'content-type': 'application/json' } })
        : real(asked, ...more);
"""


def test_a_page_that_cannot_be_shown_says_so_and_leaves_the_others(shop: Room) -> None:
    assert shop.desk.segue("variable", "set", "depot", "harbour").returncode == 0
    shop.go("/flows")
    shop.sees("orders")
    shop.browser.run(NONSENSE)
    shop.press("Variables", "nav")
    shop.sees("This page cannot be shown")
    # The way to the others is there, and they are.
    shop.press("Flows", "nav")
    shop.sees("orders")
    assert not shop.browser.run("document.body.innerText.includes('This page cannot be shown')")
    shop.press("Variables", "nav")
    shop.sees("This page cannot be shown")
    # It may have been for once.
    shop.browser.run("window.fetch = window.real")
    shop.press("Show it again")
    shop.sees("harbour")
