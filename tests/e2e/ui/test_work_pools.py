"""What a person sees and does about work pools, queues and workers, in a real browser, with workers that are really killed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.ui.room import Room
from tests.e2e.ui.yard import call, deploy, furnished, retype, start_worker


@pytest.fixture(scope="module")
def yard(room: Room) -> Iterator[Room]:
    with furnished(room) as yard:
        yield yard


def test_a_work_pool_is_made_by_its_form_and_its_jobs_begin_with_what_it_says(yard: Room) -> None:
    yard.go("/work-pools")
    yard.press("New work pool")
    yard.type("input[name=pool-name]", "here")
    yard.confirm()
    yard.sees("work pool 'here' exists already")
    retype(yard, "input[name=pool-name]", "north")
    yard.type("input[name=pool-limit]", "3")
    yard.browser.run("document.querySelector('section[role=dialog] summary').click()")
    yard.type("input[name=working_dir]", "/srv/north")
    yard.confirm()
    yard.sees("No worker takes its runs.")
    yard.sees("segue worker start --pool 'north'")
    made = call(yard.desk, "GET", "/work-pools/north")
    assert (made["type"], made["concurrency_limit"]) == ("process", 3)
    template = made["base_job_template"]
    assert isinstance(template, dict)
    assert template["variables"]["properties"]["working_dir"]["default"] == "/srv/north"
    yard.press("Job template")
    yard.browser.until("document.querySelector('input[name=working_dir]').value === '/srv/north'")
    yard.press("Delete")
    yard.confirm()
    yard.sees("north was deleted.")


def test_a_pool_is_paused_what_waits_is_seen_and_it_goes_on(yard: Room) -> None:
    id = deploy(yard.desk, "held", parameters={"region": "north"})
    yard.go("/work-pools/here")
    yard.press("Pause")
    yard.type("section[role=dialog] input", "stocktaking")
    yard.confirm()
    yard.browser.until("document.querySelector('h1').innerText.includes('Paused')")
    run = call(yard.desk, "POST", f"/deployments/{id}/flow-runs", {"name": "held-back"})
    yard.browser.until("document.querySelector('[data-queue=default]').innerText.includes('the first for')")
    yard.press("Runs", "[role=tablist]")
    yard.browser.until("!!document.querySelector('[data-run=held-back]')")
    yard.go(f"/flow-runs/{run['id']}")
    yard.sees("Waiting for work pool here to be resumed: it is paused.")
    yard.sees("Paused by user ")
    yard.sees("here / default")
    yard.go("/deployments?name=held")
    yard.browser.until("document.querySelector('[data-deployment=held]').innerText.includes('Pool paused')")
    yard.go("/work-pools/here")
    yard.press("Resume")
    yard.confirm()
    yard.desk.until("Completed", "held-back")


def test_queues_are_made_ordered_limited_and_deleted(yard: Room) -> None:
    yard.go("/work-pools/here")
    yard.press("New queue")
    yard.type("input[name=queue-name]", "urgent")
    yard.type("input[name=queue-priority]", "0")
    yard.confirm()
    yard.sees("urgent was made.")
    yard.browser.until("document.querySelector('tr[data-queue]').dataset.queue === 'urgent'")
    yard.press("Change urgent")
    retype(yard, "input[name=queue-priority]", "9")
    yard.type("input[name=queue-limit]", "2")
    yard.confirm()
    yard.sees("urgent was changed.")
    yard.browser.until("document.querySelector('tr[data-queue]').dataset.queue === 'default'")
    told = call(yard.desk, "GET", "/work-pools/here/queues/urgent")
    assert (told["priority"], told["concurrency_limit"]) == (9, 2)
    yard.browser.click("[data-queue=urgent] input[type=checkbox]")
    yard.sees("urgent is paused")
    yard.press("Delete", "[data-queue=urgent]")
    yard.confirm()
    yard.sees("urgent was deleted.")


def test_a_worker_that_was_killed_is_shown_dead_and_can_be_dismissed(yard: Room) -> None:
    yard.desk.more = {"SEGUE_WORKER_HEARTBEAT_SECONDS": "1"}
    worker = start_worker(yard.desk, "bob")
    yard.desk.more = {}
    yard.go("/work-pools/here?tab=workers")
    yard.browser.until("document.querySelector('[data-worker=bob]').innerText.includes('Online')")
    worker.kill()
    worker.wait()
    yard.browser.until("document.querySelector('[data-worker=bob]').innerText.includes('Dead')")
    yard.go("")
    yard.sees("Dead workers")
    yard.browser.until("document.querySelector('[data-worker=bob]').innerText.includes('here')")
    yard.press("Dismiss", "[data-worker=bob]")
    yard.confirm()
    yard.sees("bob is no longer waited for.")
    yard.browser.until("!document.querySelector('[data-worker=bob]')")
    yard.go("/work-pools/here?tab=workers")
    yard.browser.until("document.querySelector('[data-worker=bob]').innerText.includes('Stopped')")
