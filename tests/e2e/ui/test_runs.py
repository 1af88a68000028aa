"""What a person sees and does about runs, in a real browser on a real server, with programs in real processes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.e2e.ui.room import Room

STEPS = """
    import pathlib
    from segue import flow, task, get_run_logger

    @task
    def step():
        get_run_logger().info("the step is done")

    @flow(flow_run_name="watched", log_prints=True)
    def watched(gate: str):
        print("waiting at the gate")
        while not pathlib.Path(gate).exists():
            pass
        step()
        print("through the gate")

    watched(gate="gate")
"""


def test_a_run_from_a_terminal_appears_and_finishes_while_one_looks(empty_room: Room) -> None:
    room = empty_room
    room.go("/flow-runs")
    room.sees("Nothing has run yet")
    process = room.desk.start(sys.executable, room.desk.write("steps.py", STEPS))
    room.browser.until("document.querySelector('[data-run=watched]').innerText.includes('Running')")
    room.browser.run("window.same = true")
    room.press("watched", "[data-run]")
    room.sees("waiting at the gate")
    Path(room.desk.folder / "gate").touch()
    room.sees("through the gate")
    room.sees("the step is done")
    room.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    # It was told, not loaded anew.
    assert room.browser.run("window.same") is True
    process.communicate(timeout=60)


SLEEPER = """
    import time
    from segue import flow, get_client
    from segue.runtime import flow_run

    @flow(flow_run_name="sleeper")
    def sleeper():
        # As the task runners of clusters do.
        dashboard = {"segue.cluster.dashboard": "http://127.0.0.1:8787/status"}
        get_client(sync_client=True).update_flow_run_labels(flow_run.id, dashboard)
        print("asleep", flush=True)
        time.sleep(600)

    sleeper()
"""


def test_a_run_in_a_sleep_is_cancelled_and_its_process_ends_with_the_name_of_who_did_it(room: Room) -> None:
    process = room.desk.start(sys.executable, room.desk.write("sleeper.py", SLEEPER))
    room.go("/flow-runs?flow=sleeper&state=RUNNING")
    room.press("sleeper", "[data-run]")
    linked = "document.querySelector('a[href=\"http://127.0.0.1:8787/status\"]')?.innerText === 'dashboard'"
    room.browser.until(linked)
    # By the address that programs are given of it.
    (run,) = room.desk.items("flow-run", "ls", "--flow", "sleeper")
    room.go(f"/runs/flow-run/{run['id']}")
    room.browser.until(linked)
    room.press("Cancel")
    room.type("section[role=dialog] input", "it sleeps too long")
    room.confirm()
    room.browser.until("document.querySelector('h1').innerText.includes('Cancelled')")
    room.sees("it sleeps too long")
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    told = room.desk.items("event", "ls", "--name", "segue.flow-run.Cancelling")
    # Whichever run it was about: one person did it all.
    (who,) = {str(each["actor"]["name"]) for each in told}  # type: ignore[index]  # JSON
    assert who in said
    room.press("States (4)")
    room.sees(f"{who}, by the web pages")


STUCK = """
    import ctypes
    from segue import flow

    @flow(flow_run_name="stuck")
    def stuck():
        # In C, with the interpreter's lock held: no signal's handler gets a turn.
        ctypes.PyDLL(None).sleep(600)

    stuck()
"""


def test_a_run_stuck_in_c_code_stays_cancelling_and_says_so(room: Room) -> None:
    process = room.desk.start(sys.executable, room.desk.write("stuck.py", STUCK))
    room.go("/flow-runs?flow=stuck&state=RUNNING")
    room.press("stuck", "[data-run]")
    room.press("Cancel")
    room.confirm()
    room.browser.until("document.querySelector('h1').innerText.includes('Cancelling')")
    room.press("What keeps it")
    room.sees("has not stopped yet")
    room.sees(f"process {process.pid} on")
    room.sees("--force")
    assert process.poll() is None
    process.kill()
    room.browser.until("document.querySelector('h1').innerText.includes('Cancelled')")


FAILING = """
    import pathlib
    from segue import flow, task

    @task(persist_result=True)
    def fetch(region: str):
        return region

    @flow(flow_run_name="load-{region}")
    def load(region: str):
        fetch(region)
        rows = 65536
        if not pathlib.Path("mended").exists():
            raise ValueError(f"the sheet of {region} ends at row {rows}")

    if __name__ == "__main__":
        load("north")
"""


def test_a_failed_run_is_found_by_text_and_retried(room: Room) -> None:
    room.desk.python(room.desk.write("failing.py", FAILING))
    room.go("/flow-runs")
    room.type("input[name=text]", "ends at ROW 65536")
    room.browser.until("document.querySelectorAll('[data-run]').length === 1")
    room.browser.until("location.search.includes('ROW')")
    room.type("input[name=parameter]", "region=north")
    room.browser.until("location.search.includes('parameter=region%3Dnorth')")
    room.press("load-north", "[data-run]")
    room.sees("ValueError: the sheet of north ends at row 65536")
    room.sees("rows =")
    room.press("Retry")
    room.sees("runs again under the same id")
    room.sees("Reused from before: 1 step, as far as code and inputs are the same.")
    room.sees("fetch-0")
    room.choose("Go on from", "the start")
    room.sees("Nothing of before is reused.")
    room.sees("Runs again: 1 step.")
    room.browser.until("document.querySelector('.copyable pre').innerText.trim().endsWith(' --from-start')")
    room.choose("Go on from", "a task run")
    room.choose("Task run", "fetch-0", "[role=listbox]")
    room.browser.until("document.querySelector('.copyable pre').innerText.includes(' --from ')")
    room.sees("Nothing of before is reused.")
    command = str(room.browser.run("document.querySelector('.copyable pre').innerText")).strip()
    (room.desk.folder / "mended").touch()
    done = room.desk.segue(*command.split()[1:])
    assert done.returncode == 0, done.stderr
    room.browser.until("document.querySelector('h1').innerText.includes('Completed')")


ALONE = """
    from segue import flow

    @flow(flow_run_name="alone")
    def alone():
        raise ValueError("no")

    alone()
"""


def test_retrying_many_leaves_alone_what_nobody_could_start(room: Room) -> None:
    room.desk.python(room.desk.write("alone.py", ALONE))
    room.go("/flow-runs?flow=alone")
    room.browser.until("!!document.querySelector('[data-run] input[type=checkbox]')")
    room.browser.click("[data-run] input[type=checkbox]")
    room.press("Retry")
    room.confirm()
    room.sees("Left as before: 1 run without a deployment")
    (run,) = room.desk.items("flow-run", "ls", "--flow", "alone")
    assert run["state"] == {"type": "FAILED", "name": "Failed"}


ASKING = """
    from segue import flow, pause_flow_run
    from segue.input import RunInput

    class Verdict(RunInput):
        approved: bool
        amount: int
        note: str = "fine"

    @flow(flow_run_name="asking", log_prints=True)
    def asking():
        verdict = pause_flow_run(wait_for_input=Verdict, timeout=600)
        print("it was", verdict.approved, verdict.amount, verdict.note)

    asking()
"""


def test_a_paused_run_is_resumed_through_its_form(room: Room) -> None:
    process = room.desk.start(sys.executable, room.desk.write("asking.py", ASKING))
    room.go("/flow-runs?state=PAUSED")
    room.press("asking", "[data-run]")
    room.browser.until("!!document.querySelector('input[name=amount]')")
    room.browser.click(".resume")
    room.sees("This is needed")
    room.type("input[name=amount]", "42")
    room.browser.click("input[name=approved]")
    room.browser.click(".resume")
    room.sees("it was True 42 fine")
    room.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    process.communicate(timeout=60)


ARRIVING = """
    import pathlib
    import sys
    from segue import flow, pause_flow_run, task
    from segue.input import RunInput

    class Verdict(RunInput):
        approved: bool
        amount: int

    @flow(flow_run_name="asked", log_prints=True)
    def asked(gate):
        while not pathlib.Path(gate).exists():
            pass
        for n in range(2):
            print("answer", n, pause_flow_run(wait_for_input=Verdict, timeout=600).amount)

    @task
    def step(n, name):
        if n == 3 and name.endswith("5"):
            raise ValueError("this one fails")

    @flow(flow_run_name="{name}", log_prints=True)
    def arriving(name, gate=None):
        while gate and not pathlib.Path(gate).exists():
            pass
        for n in range(4):
            print("step", n)
            step(n, name)

    if sys.argv[1] == "asked":
        asked(sys.argv[2])
        sys.exit()
    if len(sys.argv) > 2:
        arriving(sys.argv[1], sys.argv[2])
        sys.exit()
    for n in range(6):
        arriving(f"{sys.argv[1]}-{n}", return_state=True)
"""
#: From now on every move of something that stood elsewhere before counts, but for what a person's hand did.
_WATCH = """
    window.moves = [];
    new PerformanceObserver((list) => {
        for (const each of list.getEntries())
            if (!each.hadRecentInput)
                window.moves.push([each.value, ...each.sources.slice(0, 3).map((it) =>
                    `${it.node?.nodeName} ${it.node?.className ?? ""} ${it.node?.textContent?.slice(0, 40) ?? ""} `
                    + `${it.previousRect.x},${it.previousRect.y} -> ${it.currentRect.x},${it.currentRect.y}`)]);
    }).observe({ type: "layout-shift" });
"""


def test_nothing_shifts_while_runs_come_in(room: Room) -> None:
    room.browser.resize(1440, 900)
    program = room.desk.write("arriving.py", ARRIVING)
    room.desk.python(program, "before")
    shifts: dict[str, list[list[Any]]] = {}

    def watch() -> None:
        room.at_rest()
        room.browser.until("document.fonts.status === 'loaded'")
        room.browser.run(_WATCH)

    for place, seen in (("", "{}-5"), ("/flow-runs", "{}-5"), ("/events", "{}-5")):
        name = f"new{place.replace('/', '-')}"
        room.go(place)
        watch()
        room.desk.python(program, name)
        room.sees(seen.format(name))
        shifts[place] = room.browser.run("window.moves")
    for name in ("watched", "watched-5"):
        process = room.desk.start(sys.executable, program, name, f"open-{name}")
        room.go("/flow-runs?state=RUNNING")
        room.press(name, "[data-run]")
        room.sees("No task has begun")
        watch()
        (room.desk.folder / f"open-{name}").touch()
        room.browser.until("/Completed|Failed/.test(document.querySelector('h1').innerText)")
        room.sees("step 3")
        shifts[name] = room.browser.run("window.moves")
        process.communicate(timeout=60)
    process = room.desk.start(sys.executable, program, "asked", "open-asked")
    room.go("/flow-runs?state=RUNNING")
    room.press("asked", "[data-run]")
    room.sees("No task has begun")
    watch()
    (room.desk.folder / "open-asked").touch()
    for number, amount in enumerate(("41", "42")):
        # What comes while one looks is a line with a button; what one asks for unfolds, and goes when it is answered.
        room.browser.until("!!document.querySelector('.standing')?.innerText.includes('Paused')")
        room.browser.until("!!document.querySelector('.standing button')")
        assert not room.browser.run("!!document.querySelector('input[name=amount]')")
        shifts[f"asked {number}"] = room.browser.run("window.moves")
        room.browser.click(".standing button")
        room.type("input[name=amount]", amount)
        room.browser.click(".resume")
        room.sees(f"answer {number} {amount}")
        room.browser.until("!document.querySelector('input[name=amount]')")
        room.browser.run("new Promise(requestAnimationFrame).then(() => { window.moves.length = 0 })")
    room.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    shifts["asked, at its end"] = room.browser.run("window.moves")
    process.communicate(timeout=60)
    # What is 0.1 in sum is called good; here nothing is to move.
    told = "\n".join(f"{place}: {move}" for place, moves in shifts.items() for move in moves)
    assert max(sum(score for score, *_ in moves) for moves in shifts.values()) < 0.005, told


def test_the_list_of_events_goes_on_beyond_its_first_page(room: Room) -> None:
    told = [{"event": f"walk.step-{n:03}", "resource": {"segue.resource.id": "walk"}} for n in range(150)]
    body = room.desk.write("events.json", json.dumps({"items": told}))
    done = room.desk.segue("api", "POST", "/events", "-d", f"@{body}")
    assert done.returncode == 0, done.stderr
    room.go("/events?name=walk.*")
    room.sees("walk.step-149")
    rows = "document.querySelectorAll('.rows tbody tr').length"
    assert room.browser.run(rows) == 100
    room.press("More")
    room.sees("walk.step-000")
    assert room.browser.run(rows) == 150
