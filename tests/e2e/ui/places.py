"""Every page there is, with what must be on it: pictures are taken of them all, and all are looked at for screen readers.

A new page is one line here. `<name>` in a path stands for the id of the thing that is called so; what there is, `world.py` makes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.e2e.ui.room import Room


@dataclass(frozen=True)
class Place:
    """One page in one condition."""

    name: str
    path: str
    #: A text that it shows when everything is there.
    shows: str
    #: Buttons, links or tabs that are pressed first, in this order.
    press: tuple[str, ...] = ()


PLACES = (
    Place("overview", "/", "Failures to look at"),
    Place("overview-hour", "/?range=1h", "Failures to look at"),
    Place("runs", "/flow-runs", "orders-2031-05-31"),
    Place("runs-filtered", "/flow-runs?state=FAILED,CRASHED&tag=nobody", "No run is like that"),
    Place("run-completed", "/flow-runs/<orders-2031-05-02>", "asking the till"),
    Place("run-failed", "/flow-runs/<orders-2031-05-31>", "rows came in"),
    Place("run-crashed", "/flow-runs/<copy-4>", "Crashed"),
    Place("run-cancelled", "/flow-runs/<copy-3>?tab=states", "the disk of the warehouse is full"),
    Place("run-running", "/flow-runs/<backfill>", "of many"),
    Place("run-paused", "/flow-runs/<large-order>", "For the customer"),
    Place("run-stuck", "/flow-runs/<stuck-in-c>", "has not stopped yet"),
    Place("run-waits", "/flow-runs/<copy-2>", "copy-2"),
    Place("run-tasks", "/flow-runs/<orders-2031-05-02>?tab=tasks", "clean-north"),
    Place("run-graph", "/flow-runs/<orders-2031-05-02>?tab=graph", "clean-north"),
    Place("run-parameters", "/flow-runs/<orders-2031-05-02>?tab=parameters", "2031-05-02"),
    Place("run-artifacts", "/flow-runs/<report-2031-05-02>?tab=artifacts", "daily-report"),
    Place("run-subflows", "/flow-runs/<orders-2031-05-02>?tab=subflows", "report-2031-05-02"),
    Place("run-retry", "/flow-runs/<orders-2031-05-31>", "runs again under the same id", ("Retry",)),
    Place("task-run", "/task-runs/<clean-north>", "doubtful"),
    Place("flows", "/flows", "orders"),
    Place("flow", "/flows/<orders>", "Last failures"),
    Place("deployments", "/deployments", "load-boxed"),
    Place("deployments-filtered", "/deployments?tag=nobody", "No deployment is like that"),
    Place("deployment", "/deployments/<nightly>", "north-3"),
    Place("deployment-schedules", "/deployments/<nightly>?tab=schedules", "working-hours"),
    Place("deployment-schedule-new", "/deployments/<nightly>?tab=schedules", "Fires next", ("New schedule",)),
    Place("deployment-instants", "/deployments/<misfit>?tab=instants", "region is missing"),
    Place("deployment-automations", "/deployments/<nightly>?tab=automations", "load what arrived"),
    Place("deployment-what", "/deployments/<nightly>?tab=what", "good night"),
    Place("deployment-versions", "/deployments/<nightly>?tab=versions", "job_variables"),
    Place("deployment-changes", "/deployments/<nightly>?tab=changes", "deployment created"),
    Place("deployment-run", "/deployments/<nightly>?run=yes", "Kept in the history of the run"),
    Place("work-pools", "/work-pools", "containers"),
    Place("work-pool-new", "/work-pools", "What its workers start runs on", ("New work pool",)),
    Place("work-pool", "/work-pools/here", "urgent"),
    Place("work-pool-queue", "/work-pools/here", "A lower number is served first", ("Change urgent",)),
    Place("work-pool-workers", "/work-pools/here?tab=workers", "Dead"),
    Place("work-pool-runs", "/work-pools/containers?tab=runs", "boxed-1"),
    Place("work-pool-deployments", "/work-pools/here?tab=deployments", "load-south"),
    Place("work-pool-template", "/work-pools/containers?tab=template", "Image Pull Policy"),
    Place("run-of-deployment", "/flow-runs/<north-3>", "version 2"),
    Place("run-waits-for-worker", "/flow-runs/<boxed-1>", "segue worker start"),
    Place("automations", "/automations", "orders failed"),
    Place("automations-filtered", "/automations?tag=nobody", "No automation is like that"),
    Place("automations-firings", "/automations?tab=firings", "orders failed"),
    Place("automations-deliveries", "/automations?tab=deliveries", "webhook/till"),
    Place("automation", "/automations/<orders failed>", "came."),
    Place("automation-why", "/automations/<orders failed>?tab=why", "It fired:"),
    Place("automation-waits", "/automations/<load what arrived>?tab=why", "What it waits for"),
    Place("automation-deliveries", "/automations/<orders failed>?tab=deliveries", "webhook/till"),
    Place("automation-delivery", "/automations/<orders failed>?tab=deliveries", "What was answered", ("Log of…",)),
    Place("automation-past", "/automations/<orders failed>?tab=past", "It would have fired", ("Try on the past",)),
    Place("automation-file", "/automations/<load what arrived>?tab=file", "type: sequence"),
    Place("automation-changes", "/automations/<orders failed>?tab=changes", "automation created"),
    Place("automation-firing", "/automation-firings/<orders failed>", "Events that counted"),
    Place("automation-new", "/automations/new", "Would it have fired?"),
    Place("automation-edit", "/automations/<orders failed>?edit=yes", "Would it have fired?", ("Try on the past",)),
    Place("automation-edit-nested", "/automations/<load what arrived>?edit=yes", "Earlier"),
    Place("automation-edit-metric", "/automations/<too few succeed>?edit=yes", "Bound"),
    Place("artifacts", "/artifacts", "rows-by-region"),
    Place("artifact-markdown", "/artifacts/<daily-report>", "rows came in"),
    Place("artifact-table", "/artifacts/<rows-by-region>", "65536"),
    Place("artifact-progress", "/artifacts/<backfill>", "%"),
    Place("events", "/events", "segue.task-run"),
    Place("events-filtered", "/events?name=shop", "shop.delivery.arrived"),
    Place("variables", "/variables", "thresholds"),
    Place("variable-new", "/variables", "JSON; what is none is text", ("New variable",)),
    Place("blocks", "/blocks", "carrier-token"),
    Place("block-secret", "/blocks/<carrier-token>", "How code uses it"),
    Place("block-warehouse", "/blocks/<main>", "TCP port"),
    Place("block-webhook", "/blocks/<till>", "How the URL is called"),
    Place("block-new", "/blocks/new?type=webhook", "Lower case letters, digits and dashes"),
    Place("limits", "/limits", "warehouse"),
    Place("settings", "/settings", "Who is signed in"),
    Place("settings-people", "/settings?tab=people", "vera"),
    Place("settings-account", "/settings?tab=people", "A viewer sees", ("New account",)),
    Place("settings-keys", "/settings?tab=keys", "run:events"),
    Place("settings-key", "/settings?tab=keys", "May at most", ("New key",)),
    Place("settings-server", "/settings?tab=server", "How long things are kept"),
    Place("palette", "/", "Variables", ("Search",)),
    Place("nowhere", "/no-such-page", "Nothing is at this address"),
)

#: Before anybody is signed in.
DOOR = Place("sign-in", "/", "Sign in to Segue")

#: Where the theme is kept that a person chose.
_THEME = "mantine-color-scheme-value"


def show(room: Room, place: Place, path: str, theme: str) -> None:
    """Open a page in a theme and wait until all of it is there; `path` is the place's with its names filled."""
    room.go(path)
    room.browser.run(f"localStorage.setItem({json.dumps(_THEME)}, {json.dumps(theme)})")
    room.go(path)
    room.browser.until(f"document.documentElement.dataset.mantineColorScheme === {json.dumps(theme)}")
    settled(room)
    for name in place.press:
        room.press(name if name != "Search" else "Search\nCtrl K")
    room.sees(place.shows)
    settled(room)


def settled(room: Room) -> None:
    """Wait until nothing on the page is still loading or moving."""
    room.browser.until("!!document.querySelector('h1') && !document.querySelector('[aria-busy=true]')")
    room.browser.until("document.getAnimations().every(each => each.playState !== 'running')")
    # A dialogue that has just been asked for is no animation yet.
    room.browser.until(
        "[...document.querySelectorAll('[role=dialog]')].every(it => getComputedStyle(it).opacity === '1')"
    )
