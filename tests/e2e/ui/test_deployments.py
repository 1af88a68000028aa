"""What a person sees and does about deployments, in a real browser, with a worker that runs them in real processes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.ui.room import Room
from tests.e2e.ui.yard import call, deploy, furnished, retype, schedule, schedules


@pytest.fixture(scope="module")
def yard(room: Room) -> Iterator[Room]:
    with furnished(room) as yard:
        yield yard


def test_nothing_deployed_yet_tells_the_first_step(empty_room: Room) -> None:
    for place, said in (("deployments", "hello.serve("), ("work-pools", "segue worker start --pool local")):
        empty_room.go(f"/{place}")
        empty_room.sees(f"No {place.removesuffix('s').replace('-', ' ')} yet")
        empty_room.sees(said)
        assert empty_room.faults() == []


def test_a_deployment_is_run_from_its_form_and_watched_to_its_end(yard: Room) -> None:
    (yard.desk.folder / "go").unlink(missing_ok=True)
    yard.go("/deployments")
    yard.press("nightly", "[data-deployment=nightly]")
    yard.sees("It has not run yet")
    yard.press("Run")
    retype(yard, "input[name=rows]", "7")
    yard.browser.click("section[role=dialog] .confirm")
    # What the flow takes is the server's to judge, and it says which value is wrong.
    yard.sees("The parameters do not fit deployment load/nightly: region is missing")
    yard.type("input[name=region]", "slow")
    yard.type("input[name=reason]", "to see it run")
    yard.browser.click("section[role=dialog] .confirm")
    yard.browser.until("location.pathname.includes('/flow-runs/')")
    yard.sees("rows of slow")
    yard.browser.until("document.querySelector('h1').innerText.includes('Running')")
    Path(yard.desk.folder / "go").touch()
    yard.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    yard.sees("loaded")
    run = str(yard.browser.run("document.querySelector('h1').innerText.split(/\\s/)[0]"))
    told = yard.desk.json("flow-run", "inspect", run)
    assert isinstance(told, dict)
    assert told["parameters"]["region"] == "slow"
    # It tells where it comes from and who ran it, and its like is asked for with its parameters.
    yard.browser.until(facts("Deployment", "nightly, version 1"))
    yard.browser.until(facts("Work pool", "here / default"))
    yard.browser.until(facts("Worker", "ann"))
    yard.press("Run another")
    yard.browser.until("document.querySelector('input[name=region]').value === 'slow'")
    retype(yard, "input[name=region]", "north")
    yard.browser.click("section[role=dialog] .confirm")
    yard.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    yard.press("Parameters")
    yard.sees('"rows": 7')
    yard.go("/deployments")
    yard.browser.until(
        "[...document.querySelectorAll('[data-deployment=nightly] .strip-run')].some(each => each.ariaLabel.includes('Completed'))"
    )


def test_a_deployment_is_changed_in_a_form_and_not_over_what_others_did_meanwhile(yard: Room) -> None:
    id = deploy(yard.desk, "edited", parameters={"region": "north", "rows": 5}, job_variables={"working_dir": "/tmp"})
    yard.go(f"/deployments/{id}")
    yard.press("Change")
    yard.type("textarea[name=description]", "Loads the north.")
    retype(yard, "input[name=work-queue]", "slow")
    yard.type("input[name=concurrency-limit]", "2")
    retype(yard, "input[name=region]", "east")
    retype(yard, "input[name=rows]", "7")
    yard.type("input[name=reason]", "the north is done")
    yard.confirm()
    yard.sees("edited was changed.")
    yard.browser.until(facts("Work pool", "here / slow"))
    yard.browser.until(facts("Runs at once", "2; others wait"))
    told = yard.desk.json("deployment", "inspect", "load/edited")
    assert isinstance(told, dict)
    assert {name: told[name] for name in ("description", "parameters", "job_variables", "concurrency_limit", "tags")} == {
        "description": "Loads the north.", "parameters": {"region": "east", "rows": 7}, "job_variables": {"working_dir": "/tmp"},
        "concurrency_limit": 2, "tags": [],
    }  # fmt: skip
    assert (told["version_number"], told["enforce_parameter_schema"]) == (2, True)
    assert told["last_change"]["reason"] == "the north is done"

    yard.press("Change")
    yard.type("textarea[name=description]", " And more.")
    call(yard.desk, "PATCH", f"/deployments/{id}", {"parameters": {"region": "south"}})
    # The page behind the form shows what others do; the form does not, and is not saved over it.
    yard.confirm()
    yard.sees("Somebody changed “edited” while this form was open, and nothing was saved.")
    yard.press("Not now")
    yard.closed()
    yard.press("Change")
    yard.browser.until("document.querySelector('input[name=region]').value === 'south'")
    yard.browser.click("input[name=keep-running]")
    yard.confirm()
    yard.sees("one run at a time; its concurrency limit cannot be 2")
    yard.press("Not now")
    told = yard.desk.json("deployment", "inspect", "load/edited")
    assert isinstance(told, dict)
    assert (told["description"], told["parameters"]) == ("Loads the north.", {"region": "south"})


def test_a_run_is_suspended_resumed_and_retried_from_its_page(yard: Room) -> None:
    gate = yard.desk.folder / "go"
    gate.unlink(missing_ok=True)
    id = deploy(yard.desk, "long")
    run = call(
        yard.desk, "POST", f"/deployments/{id}/flow-runs", {"name": "long-one", "parameters": {"region": "stepwise"}}
    )
    yard.go(f"/flow-runs/{run['id']}")
    yard.sees("rows of stepwise")
    yard.press("Suspend")
    yard.type("section[role=dialog] input", "the machine is needed")
    yard.confirm()
    yard.browser.until("document.querySelector('h1').innerText.includes('Suspended')")
    # It lets go at the next step that it comes to after it has heard; only then is it begun again.
    yard.sees("this process lets it go")
    gate.touch()
    yard.press("Resume")
    yard.browser.until("document.querySelector('h1').innerText.includes('Completed')")
    failed = call(
        yard.desk, "POST", f"/deployments/{id}/flow-runs", {"name": "south", "parameters": {"region": "south"}}
    )
    yard.go(f"/flow-runs/{failed['id']}")
    yard.sees("the sheet of the south ends at row 12")
    yard.browser.until(facts("Attempt", "1"))
    yard.press("Retry")
    yard.choose("Go on from", "the start")
    yard.sees("It had no tasks whose results could be reused.")
    yard.type("section[role=dialog] input[data-autofocus]", "the sheet was mended")
    yard.confirm()
    yard.browser.until(facts("Attempt", "2"))
    states = call(yard.desk, "GET", f"/flow-runs/{failed['id']}/states")["items"]
    assert isinstance(states, list)
    assert [each["state"]["details"] for each in states if "details" in each["state"]] == [{"redo_from": "start"}]
    yard.browser.until("document.querySelector('h1').innerText.includes('Failed')")
    yard.browser.run(
        "[...document.querySelectorAll('[role=tab]')].find(each => each.innerText.startsWith('States')).click()"
    )
    yard.sees("the sheet was mended")
    yard.press("Delete")
    yard.type("section[role=dialog] input", "it was a try")
    yard.confirm()
    yard.sees("south was deleted.")
    assert "it was a try" in json.dumps(yard.desk.items("event", "ls", "--name", "segue.flow-run.deleted"))


def facts(name: str, value: str) -> str:
    """Return a script that says whether a page has this fact."""
    all_ = "[...document.querySelectorAll('.facts > div')]"
    found = f"{all_}.find(each => each.querySelector('dt').innerText === {json.dumps(name)})"
    return f"{found}.querySelector('dd').innerText.trim() === {json.dumps(value)}"


def test_the_search_finds_deployments_and_work_pools(yard: Room) -> None:
    yard.go()
    yard.press("Search\nCtrl K")
    yard.type("input[role=combobox]", "NIGHT")
    yard.browser.until("document.querySelector('#palette').innerText.includes('Deployment of load')")
    retype(yard, "input[role=combobox]", "her")
    yard.browser.until("document.querySelector('#palette').innerText.includes('Work pool, process')")
    yard.browser.run(
        "[...document.querySelectorAll('#palette [role=option]')].find(each => each.innerText.includes('here')).click()"
    )
    yard.browser.until("location.pathname.endsWith('/work-pools/here')")


def test_schedules_are_seen_paused_and_resumed(yard: Room) -> None:
    id = deploy(yard.desk, "timed")
    schedule(yard.desk, id, "mornings")
    yard.go("/deployments?name=timed")
    yard.browser.until("document.querySelector('[data-deployment=timed]').innerText.includes('mornings')")
    yard.press("timed", "[data-deployment=timed]")
    yard.press("Schedules (1)")
    yard.browser.until("document.querySelectorAll('[data-schedule=mornings] time').length === 3")
    yard.browser.click("[data-schedule=mornings] input[type=checkbox]")
    yard.sees("mornings is paused.")
    yard.browser.until("document.querySelectorAll('[data-schedule=mornings] time').length === 0")
    yard.press("Pause")
    yard.confirm()
    yard.sees("its deployment is paused")
    assert [each["active"] for each in schedules(yard.desk, id)] == [False]
    assert [each["paused"] for each in yard.desk.items("deployment", "ls") if each["name"] == "timed"] == [True]
    yard.press("Delete", "[data-schedule=mornings]")
    yard.confirm()
    yard.sees("No schedule")


def test_a_schedule_is_made_with_a_look_at_what_it_would_do(yard: Room) -> None:
    id = deploy(yard.desk, "planned", parameters={"region": "north"})
    yard.go(f"/deployments/{id}?tab=schedules")
    yard.press("New schedule")
    yard.browser.until("document.querySelectorAll('.preview time').length === 5")
    retype(yard, "input[name=cron]", "61 9 * * *")
    # The server says what is wrong before anything is made.
    yard.browser.until("document.querySelector('.preview').innerText.includes('61')")
    yard.confirm()
    yard.sees("The server refused this")
    retype(yard, "input[name=cron]", "15 9 * * *")
    yard.type("input[name=slug]", "at-nine")
    yard.browser.until("document.querySelectorAll('.preview time').length === 5")
    yard.confirm()
    yard.sees("The schedule was made.")
    yard.browser.until("!!document.querySelector('[data-schedule=at-nine]')")
    (made,) = schedules(yard.desk, id)
    assert made["rule"] == {"type": "cron", "cron": "15 9 * * *", "timezone": "UTC", "day_or": True}
    # Each day of the month from tomorrow on shows one, and the day that is picked shows it.
    yard.press("Month after")
    yard.browser.until("[...document.querySelectorAll('.calendar td:not(.outside) .mark')].length >= 28")
    yard.browser.run("document.querySelectorAll('.calendar td:not(.outside) button')[3].click()")
    yard.browser.until("document.querySelectorAll('.instants [data-coming]').length === 1")
    yard.browser.until("document.querySelector('.instants [data-coming]').innerText.includes('09:15')")
    yard.press("Change at-nine")
    yard.browser.until("document.querySelector('input[name=cron]').value === '15 9 * * *'")
    yard.browser.run(
        "[...document.querySelectorAll('section[role=dialog] label')].find(each => each.innerText === 'Interval').click()"
    )
    yard.browser.until("document.querySelectorAll('.preview time').length === 5")
    yard.confirm()
    yard.sees("at-nine was changed.")
    (changed,) = schedules(yard.desk, id)
    assert (changed["id"], changed["rule"]["type"], changed["rule"]["interval"]) == (made["id"], "interval", 3600.0)  # type: ignore[index]  # JSON
    assert yard.faults() == []


def test_an_instant_that_did_not_fire_says_why(yard: Room) -> None:
    id = deploy(yard.desk, "misfit", enforce_parameter_schema=True)
    # No parameter: no run can be made, and each second says so.
    schedule(yard.desk, id, "each-second", "* * * * * *")
    yard.go(f"/deployments/{id}?tab=instants")
    yard.browser.until("!!document.querySelector('[data-outcome=skipped]')")
    yard.sees("region is missing")
    yard.go("")
    yard.browser.until("!!document.querySelector('[data-missed=\"load/misfit\"]')")
    yard.browser.until(
        "document.querySelector('[data-missed=\"load/misfit\"]').innerText.includes('No run could be made')"
    )
    call(yard.desk, "DELETE", f"/deployments/{id}")


def test_versions_say_what_changed_and_can_be_brought_back(yard: Room) -> None:
    id = deploy(yard.desk, "grown", parameters={"region": "north"})
    deploy(yard.desk, "grown", parameters={"region": "south"}, version="2.0")
    yard.go(f"/deployments/{id}?tab=versions")
    yard.browser.until("document.querySelectorAll('[data-version]').length === 2")
    told = str(yard.browser.run("document.querySelector('[data-version=\"2\"]').innerText"))
    assert "parameters.region" in told
    assert ("north" in told, "south" in told) == (True, True)
    yard.press("Bring back", '[data-version="1"]')
    yard.type("section[role=dialog] input", "the south is closed")
    yard.confirm()
    yard.sees("it is version 3 now")
    assert call(yard.desk, "GET", f"/deployments/{id}")["parameters"] == {"region": "north"}
    yard.press("Changes")
    yard.sees("the south is closed")


def test_a_deployment_is_deleted(yard: Room) -> None:
    id = deploy(yard.desk, "old")
    yard.go(f"/deployments/{id}?tab=what")
    yard.sees("flows.py:load")
    yard.press("Delete")
    yard.type("section[role=dialog] input", "not needed any more")
    yard.confirm()
    yard.sees("old was deleted.")
    yard.browser.until("location.pathname.endsWith('/deployments')")
    assert "old" not in [each["name"] for each in yard.desk.items("deployment", "ls")]
    told = yard.desk.items("event", "ls", "--name", "segue.deployment.deleted")
    assert "not needed any more" in json.dumps(told)
