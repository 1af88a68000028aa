"""Schedules as a person at a terminal meets them: foretold, given to a deployment, let rest, and what became of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segue.cli.faults import Exit
from tests.e2e.cli.desk import SEGUE, Desk

NAME = "etl/nightly"


@pytest.fixture
def deployed(desk: Desk) -> Desk:
    body = {"name": "nightly", "flow_name": "etl", "entrypoint": "etl.py:etl", "parameters": {"size": 4}}
    done = desk.segue("api", "POST", "/deployments", "--data", json.dumps(body))
    assert done.returncode == 0, done.stderr
    return desk


def schedule(desk: Desk, *words: str) -> dict[str, Any]:
    made = desk.json("deployment", "schedule", "create", NAME, *words)
    assert isinstance(made, dict)
    return made


def test_a_rule_is_foretold_with_what_the_clock_does_to_it(desk: Desk) -> None:
    berlin = ("--timezone", "Europe/Berlin", "--after", "2027-03-27T12:00", "-n", "2")
    told = desk.segue("schedule", "preview", "30 2 * * *", *berlin).stdout
    assert "cron '30 2 * * *' in Europe/Berlin" in told
    assert "Sun 2027-03-28 03:00:00 +0200" in told
    assert "The clock jumps from 02:00 to 03:00, so 02:30 does not come: it fires right after." in told
    found = desk.items("schedule", "preview", "30 2 * * *", *berlin)
    assert [each["local"] for each in found] == ["2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"]
    friday = desk.items(
        "schedule", "preview", "FREQ=MONTHLY;BYDAY=1FR;BYHOUR=9", "--after", "2027-01-01T12:00", "-n", "2"
    )
    assert [each["instant"] for each in friday] == ["2027-02-05T09:00:00Z", "2027-03-05T09:00:00Z"]
    often = desk.items(
        "schedule", "preview", "90m", "--anchor-date", "2027-01-01T00:15", "--after", "2027-01-01", "-n", "2"
    )
    assert [each["instant"] for each in often] == ["2027-01-01T00:15:00Z", "2027-01-01T01:45:00Z"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["61 * * * *"], "minute '61'"),
        (["@daily", "-z", "Mars/Base"], "'Mars/Base' is no time zone"),
        (["FREQ=SOMETIMES"], "FREQ is 'SOMETIMES'"),
        (["FREQ=DAILY;COUNT=3"], "COUNT is not taken"),
        (["0 9 * * *", "--after", "soon"], "'soon' is not a date and time"),
        (["0s"], "0 seconds"),
    ],
)
def test_what_is_wrong_with_a_rule_is_named(desk: Desk, words: list[str], said: str) -> None:
    done = desk.segue("schedule", "preview", *words)
    assert (done.returncode, said in done.stderr) == (Exit.USAGE, True), done.stderr


def test_schedules_of_a_deployment_from_their_making_to_their_end(deployed: Desk) -> None:
    desk = deployed
    assert "There are no schedules yet" in desk.segue("deployment", "schedule", "ls").stdout
    none = desk.segue("schedule", "preview", NAME)
    assert (none.returncode, "has no schedule" in none.stderr) == (Exit.NOT_FOUND, True)
    told = desk.segue(
        "deployment", "schedule", "create", NAME, "--cron", "30 2 * * *", "-z", "Europe/Berlin", "--slug", "night",
        "-p", "size=9", "--catch-up", "latest", "--overlap", "skip", "--jitter", "5m", "--reason", "as agreed",
    ).stdout  # fmt: skip
    assert "etl/nightly fires cron '30 2 * * *' in Europe/Berlin: schedule night." in told
    hourly = schedule(desk, "--interval", "1h", "--within", "2h", "--no-active")
    assert (hourly["rule"]["interval"], hourly["catch_up"], hourly["active"]) == (
        3600.0, {"policy": "within", "within": 7200.0}, False,
    )  # fmt: skip
    listed = desk.items("deployment", "schedule", "ls")
    assert [(each["deployment"], each["slug"], each["active"]) for each in listed] == [
        (NAME, "night", True), (NAME, None, False),
    ]  # fmt: skip
    assert [each["slug"] for each in desk.items("deployment", "schedule", "ls", NAME, "--state", "active")] == ["night"]
    shown = desk.segue("deployment", "schedule", "inspect", NAME, "night").stdout
    for line in ("Fires       cron '30 2 * * *' in Europe/Berlin", "Jitter      up to 5 min", "Missed      catch up: latest",
                 "Overlap     skip", 'Parameters  {"size":9}', "by ann (cli): as agreed"):  # fmt: skip
        assert line in shown, shown
    assert (
        "Schedules   night: cron '30 2 * * *' in Europe/Berlin, next in"
        in desk.segue("deployment", "inspect", NAME).stdout
    )
    assert list(desk.states().values()) == ["Scheduled"] * 3
    ahead = desk.json("flow-run", "inspect", next(iter(desk.states())))
    assert isinstance(ahead, dict)
    assert ahead["parameters"] == {"size": 9}
    unclear = desk.segue("deployment", "schedule", "pause", NAME)
    assert (unclear.returncode, "has 2 schedules; say which" in unclear.stderr) == (Exit.USAGE, True)
    assert "Paused schedule night" in desk.segue("deployment", "schedule", "pause", NAME, "night").stdout
    assert desk.items("flow-run", "ls") == []
    assert "is paused already" in desk.segue("deployment", "schedule", "pause", NAME, "night").stdout
    both = desk.segue("deployment", "schedule", "resume", NAME, "--all").stdout
    assert both.count("Resumed schedule") == 2
    preview = desk.items("schedule", "preview", NAME, "-n", "30")
    assert {each["slug"] for each in preview} == {"night", None}
    assert [each["instant"] for each in preview] == sorted(str(each["instant"]) for each in preview)
    # The same slug is the same schedule.
    again = schedule(desk, "--cron", "45 2 * * *", "--slug", "night")
    assert len(desk.items("deployment", "schedule", "ls", NAME)) == 2
    assert again["rule"]["cron"] == "45 2 * * *"
    assert desk.segue("deployment", "schedule", "delete", NAME, hourly["id"][-8:], "--yes").returncode == 0
    only = schedule(desk, "--cron", "@daily", "--replace", "--yes")
    assert [each["id"] for each in desk.items("deployment", "schedule", "ls", NAME)] == [only["id"]]
    asks = desk.segue("deployment", "schedule", "clear", NAME)
    assert (asks.returncode, "say --yes" in asks.stderr) == (Exit.REFUSED, True)
    assert "Deleted 1 schedule" in desk.segue("deployment", "schedule", "clear", NAME, "--yes").stdout
    assert desk.items("flow-run", "ls") == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "there is none"),
        (["--cron", "@daily", "--interval", "5m"], "here are interval and cron"),
        (["--cron", "@daily", "--catch-up", "some"], "'some' is none of all, latest, none, within"),
        (["--cron", "@daily", "--catch-up", "within"], "says how long ago"),
        (["--cron", "@daily", "--overlap", "fight"], "'fight' is none of allow"),
        (["--interval", "often"], "'often' is no span of time"),
        (["--cron", "@daily", "--start", "2027-02-01", "--end", "2027-01-01"], "before it starts"),
    ],
)
def test_a_schedule_that_is_wrong_is_not_made(deployed: Desk, words: list[str], said: str) -> None:
    done = deployed.segue("deployment", "schedule", "create", NAME, *words)
    assert (done.returncode, said in done.stderr) == (Exit.USAGE, True), done.stderr
    assert deployed.items("deployment", "schedule", "ls") == []


def test_what_became_of_each_instant_and_why_one_did_not_fire(deployed: Desk) -> None:
    desk = deployed
    made = schedule(desk, "--interval", "1s", "--slug", "often", "--overlap", "skip")
    assert "None of its instants has come yet" in desk.segue("deployment", "schedule", "history", NAME).stdout
    desk.start(SEGUE, "server", "start", "--port", "0", "--no-ui")

    def outcomes() -> list[object]:
        return [each["outcome"] for each in desk.items("deployment", "schedule", "history", NAME)]

    # Nobody runs the first one, so those behind it are skipped.
    desk.wait_for(lambda: {"fired", "skipped"} <= set(outcomes()), "an instant that was skipped")
    rows = desk.items("deployment", "schedule", "history", NAME, "often", "--outcome", "skipped")
    assert {row["reason"] for row in rows} == {
        "An earlier run of this schedule was not over, and its overlap policy is to skip."
    }
    fired = desk.items("deployment", "schedule", "history", NAME, "--outcome", "fired")[-1]
    assert fired["flow_run_name"] in desk.states()
    desk.segue("deployment", "schedule", "pause", NAME)
    desk.wait_for(
        lambda: "The schedule was paused." in desk.segue("deployment", "schedule", "history", NAME, "-n", "2").stdout,
        "an instant at which it rested",
    )
    told = desk.segue("deployment", "schedule", "history", NAME, "--outcome", "skipped", "--since", "1h").stdout
    assert "its overlap policy is to skip" in told
    instants = [str(row["instant"]) for row in desk.items("deployment", "schedule", "history", NAME, "-n", "500")]
    assert len(instants) == len(set(instants))
    assert instants == sorted(instants, reverse=True)
    desk.segue("deployment", "schedule", "delete", NAME, "--yes")
    assert f"{made['id'][-8:]} (deleted)" in desk.segue("deployment", "schedule", "history", NAME).stdout
