"""A page that is open for long: the server goes and comes back, cannot answer for a while, forgets who looks."""

from __future__ import annotations

import apsw

from tests.e2e.ui.room import Room
from tests.e2e.ui.world import World, enter

QUICK = """
    import sys
    from segue import flow

    @flow(flow_run_name=sys.argv[1])
    def quick():
        pass

    quick()
"""
#: Somebody comes back to the tab: what is old is asked for again.
COMES_BACK = "document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))"


def test_what_goes_wrong_shows_and_heals_without_loading_anew(office: tuple[World, Room]) -> None:
    world, room = office
    quick = world.desk.write("quick.py", QUICK)
    world.desk.python(quick, "before")
    world.desk.segue("variable", "set", "region", "north")
    room.browser.resize(1440, 900)
    enter(room, "bob")
    room.visit("/flow-runs")
    room.sees("before")
    room.browser.run("window.same = true")

    # Killed and started again.
    world.server.kill()
    room.sees("The connection to the server is lost. Trying again…")
    room.sees("Connection lost")
    room.sees("before")
    world.server.start()
    room.browser.until("document.querySelector('.lost').innerText === ''")
    world.desk.python(quick, "after")
    room.browser.until("document.querySelector('[data-run=after]').innerText.includes('Completed')")

    # The server answers, but not this: what was there stays, is called old, and is asked for until it comes.
    room.visit("/variables")
    room.sees("region")
    database = apsw.Connection(str(world.server.home / "segue.db"))
    database.setbusytimeout(10_000)
    database.execute("ALTER TABLE variable RENAME TO away")
    old = "document.querySelector('.lost').innerText.startsWith('What is shown may be old:')"
    room.browser.until(f"({COMES_BACK}, {old})")
    room.sees("region")
    # What was never there is not made up.
    room.visit("/variables?name=nor")
    room.sees("This could not be shown")
    database.execute("ALTER TABLE away RENAME TO variable")
    database.close()
    room.browser.until("document.querySelector('.lost').innerText === ''")
    room.sees("No variable")

    # Signed out elsewhere: the door, and behind it the same page.
    room.visit("/variables")
    world.on_the_server("user", "set-password", "bob", input="another good word\n")
    room.browser.until(f"({COMES_BACK}, document.body.innerText.includes('Your sign-in has ended'))")
    room.type("input[name=name]", "bob")
    room.type("input[name=password]", "another good word")
    room.press("Sign in")
    room.sees("region")
    assert room.browser.run("location.pathname") == "/ui/variables"
    assert room.browser.run("window.same") is True
