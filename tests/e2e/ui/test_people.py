"""People with different roles at the same pages: what one may not do is not offered, and refused where it is tried."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.browser import browsing
from tests.e2e.ui.room import Room, Terminal
from tests.e2e.ui.world import World, enter, leave

#: Buttons that a viewer has no use for.
OFFERED = {
    "/variables": {"New variable", "Change region", "Delete"},
    "/limits": {"Make"},
    "/automations": {"New automation"},
}

SLEEPER = """
    import time
    from segue import flow

    @flow(flow_run_name="nightly-sleep")
    def nightly():
        time.sleep(600)

    nightly()
"""


@contextmanager
def second(room: Room) -> Iterator[Room]:
    """Open a browser of somebody else."""
    with browsing(room.desk.folder / "second") as browser:
        yield Room(room.server, room.desk, browser)


def offered(room: Room) -> set[str]:
    """Return the names of all buttons of the page."""
    found = room.browser.run(
        "JSON.stringify([...document.querySelectorAll('main button')].map(each => (each.ariaLabel || each.innerText).trim()))"
    )
    return set(json.loads(found))


def test_two_people_see_and_may_do_different_things(office: tuple[World, Room]) -> None:
    world, bobs = office
    world.desk.segue("variable", "set", "region", "north")
    process = bobs.desk.start(sys.executable, bobs.desk.write("sleeper.py", SLEEPER))
    enter(bobs, "bob")
    with second(bobs) as veras:
        enter(veras, "vera")
        for each in (bobs, veras):
            each.go("/flow-runs?state=RUNNING")
            each.press("nightly-sleep", "[data-run]")
            each.sees("Timeline")
        bobs.browser.until("[...document.querySelectorAll('main button')].some(each => each.innerText === 'Cancel')")
        assert "Cancel" not in offered(veras)
        veras.go("/flow-runs")
        veras.sees("nightly-sleep")
        assert not veras.browser.run("!!document.querySelector('[data-run] input')")
        for path, buttons in OFFERED.items():
            for each in (bobs, veras):
                each.go(path)
                settle(each)
            assert buttons <= offered(bobs)
            assert not buttons & offered(veras)
        for noun in ("blocks", "automations"):
            veras.go(f"/{noun}/new")
            veras.sees(f"Your role lets you look, not make {noun}")
        veras.go("/settings?tab=people")
        veras.sees("Keys")
        assert "People" not in str(veras.browser.run("document.querySelector('[role=tablist]').innerText"))
        # Asked for all the same, it is refused, and says what is missing.
        refused = str(
            veras.browser.run(
                "fetch('/api/me').then(me => me.json()).then(me => fetch('/api/variables', { method: 'POST', headers: "
                "{ 'content-type': 'application/json', 'segue-csrf': me.csrf }, body: JSON.stringify({ name: 'x', value: 1 }) }))"
                ".then(answer => answer.text())"
            )
        )
        assert "vera may not edit here" in refused
        # Bob's role is taken from him while he looks: his next deed is refused in the server's words.
        bobs.go("/variables")
        bobs.press("Change region")
        bobs.sees("JSON; what is none is text")
        has_role(world, bobs, "viewer")
        bobs.press("Save")
        bobs.sees("bob may not edit here")
        bobs.go("/variables")
        bobs.sees("region")
        assert "New variable" not in offered(bobs)
        has_role(world, bobs, "operator")
        bobs.go("/flow-runs?state=RUNNING")
        bobs.press("nightly-sleep", "[data-run]")
        bobs.press("Cancel")
        bobs.confirm()
        # And vera sees it happen, with his name.
        veras.go("/flow-runs?flow=nightly")
        veras.press("nightly-sleep", "[data-run]")
        veras.browser.until("document.querySelector('h1').innerText.includes('Cancelled')")
        veras.press("States (4)")
        veras.sees("bob, by the web pages")
    _, said = process.communicate(timeout=60)
    assert "bob" in said


def has_role(world: World, room: Room, role: str) -> None:
    """Give bob a role, and wait until the server knows it."""
    world.on_the_server("user", "set-role", "bob", role)
    room.browser.until(f"fetch('/api/me').then(told => told.json()).then(me => me.role === {json.dumps(role)})")


def settle(room: Room) -> None:
    room.browser.until("!!document.querySelector('main h1') && !document.querySelector('[aria-busy=true]')")


def test_an_admin_looks_after_people_and_keys(office: tuple[World, Room]) -> None:
    _, room = office
    enter(room, "ann")
    room.go("/settings?tab=people")
    room.press("New account")
    room.type("input[name=account-name]", "carl")
    room.type("input[name=account-password]", "a long enough word")
    room.confirm()
    room.sees("carl has an account")
    room.closed()
    room.go("/settings?tab=keys")
    room.press("New key")
    room.type("input[name=key-name]", "nightly")
    room.choose("Whose", "carl")
    room.confirm()
    room.sees("It is shown this once")
    shown = str(room.browser.run("document.querySelector('.copyable pre').innerText")).strip()
    key = shown.removeprefix("export SEGUE_API_KEY=")
    carls = Terminal(room.desk.folder)
    carls.url, carls.key = room.desk.url, key
    me = carls.segue("whoami", "-o", "json")
    assert json.loads(me.stdout)["name"] == "carl"
    # The dialogue before it may still be on its way out, and has a button of this name as well.
    room.press("Close", "section[role=dialog]:has(.copyable)")
    room.closed()
    room.press("Revoke", "tr:has(td)")
    room.confirm()
    room.sees("nightly is revoked")
    room.closed()
    room.desk.wait_for(lambda: carls.segue("flow-run", "ls").returncode == 4, "the key to be refused")
    room.go("/settings?tab=people")
    room.press("Disable", "tr:nth-child(3)")
    room.confirm()
    room.sees("carl is disabled")
    room.sees("(disabled)")
    room.closed()
    # One admin always remains.
    room.press("Disable", "tr:nth-child(1)")
    room.confirm()
    room.sees("ann is the only admin who can sign in")
    room.press("Not now")
    room.go("/settings?tab=server")
    room.sees("reaper")
    room.sees("30 days")
    leave(room, "ann")
    room.type("input[name=name]", "carl")
    room.type("input[name=password]", "a long enough word")
    room.press("Sign in")
    room.browser.until("!!document.querySelector('[role=alert]')")
