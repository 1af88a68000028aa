"""Calling the API from a terminal: with no server, and of one; many runs at once."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.e2e.cli.desk import Desk
from tests.serving import served

FLOWS = """
    from segue import flow

    @flow(flow_run_name="{name}")
    def good(name):
        return name

    @flow(flow_run_name="{name}")
    def bad(name):
        raise ValueError(name)

    for name in ("a", "b", "c"):
        good(name)
        bad(f"bad-{name}", return_state=True)
"""


@pytest.fixture(params=["embedded", "server"])
def place(request: pytest.FixtureRequest, desk: Desk) -> Iterator[dict[str, str]]:
    """Return what the environment must say so that `segue api` calls this process' database, or a server over it."""
    if request.param == "embedded":
        yield {}
        return
    desk.home.mkdir()
    with served(f"sqlite:///{desk.home / 'segue.db'}", desk.home) as address:
        yield {"SEGUE_API_URL": address}


def test_the_api_is_called_with_and_without_a_server(desk: Desk, place: dict[str, str]) -> None:
    made = desk.segue(
        "api", "POST", "/variables", "-p", "name=limit", "-p", "value=[1, 2]", "--reason", "für Ann", **place
    )
    assert (made.returncode, json.loads(made.stdout)["value"]) == (0, [1, 2])
    assert made.stdout.startswith("{\n  ")
    for n in range(5):
        body = desk.write("body.json", json.dumps({"name": f"v{n}", "value": n}))
        assert desk.segue("api", "post", "api/variables", "-d", f"@{body}", **place).returncode == 0
    piped = desk.segue("api", "POST", "/variables", "-d", "@-", input='{"name": "w", "value": 0}', **place)
    assert piped.returncode == 0
    pages = desk.segue("api", "GET", "/variables", "-q", "limit=3", "--paginate", "-o", "json", **place)
    assert [each["name"] for each in json.loads(pages.stdout)] == ["limit", "v0", "v1", "v2", "v3", "v4", "w"]
    posted = desk.segue("api", "POST", "/variables/list", "-p", "limit=2", "--paginate", **place)
    assert len(json.loads(posted.stdout)) == 7
    none = desk.segue("api", "GET", "/flows", "--paginate", **place)
    assert json.loads(none.stdout) == []
    head = desk.segue("api", "HEAD", "/variables/limit", "-i", **place)
    assert head.stdout.startswith("HTTP/1.1 200 OK\n")
    version = next(line.partition(": ")[2] for line in head.stdout.splitlines() if line.startswith("etag"))
    same = desk.segue("api", "GET", "/variables/limit", "-H", f"If-None-Match: {version}", "-i", **place)
    assert (same.returncode, same.stdout.partition("\n")[0]) == (0, "HTTP/1.1 304 Not Modified")
    told = desk.segue("api", "GET", "/events?names=segue.variable.created&limit=1&sort=seq", **place)
    event = json.loads(told.stdout)["items"][0]
    assert (event["actor"]["name"], event["actor"]["means"], event["reason"]) == ("ann", "cli", "für Ann")


def test_what_went_wrong_is_said_and_how_the_command_ends(desk: Desk, place: dict[str, str]) -> None:
    for words, code, said in (
        (("GET", "/variables/none"), 3, "There is no variable 'none'."),
        (("GET", "/flow-runs", "-q", "limt=1"), 2, "did you mean 'limit'?"),
        (("GET", "/nothing"), 3, "There is nothing at /api/nothing."),
        (("FETCH", "/flows"), 2, "'FETCH' is no method"),
        (("GET", "/flows", "-d", "{}"), 2, "GET has no body"),
        (("GET", "/flows", "-q", "limit"), 2, "KEY=VALUE"),
        (("POST", "/variables", "-d", "@nowhere.json"), 2, "nowhere.json cannot be read"),
        (("POST", "/variables", "-d", "{"), 2, "The body is not JSON"),
        (("GET", "/health", "--paginate"), 2, "answers with no list of pages"),
    ):
        done = desk.segue("api", *words, **place)
        assert (done.returncode, done.stdout) == (code, ""), words
        assert said in done.stderr
    problem = desk.segue("api", "GET", "/variables/none", "-o", "json", **place)
    assert json.loads(problem.stdout)["code"] == "not-found"


def test_a_server_that_is_away_is_said(desk: Desk) -> None:
    done = desk.segue("api", "GET", "/flows", SEGUE_API_URL="http://127.0.0.1:9/api")
    assert done.returncode == 5
    assert "http://127.0.0.1:9/api cannot be used" in done.stderr


def test_many_runs_are_deleted_and_cancelled_by_what_fits(desk: Desk) -> None:
    desk.python(desk.write("flows.py", FLOWS))
    assert len(desk.states()) == 6
    refused = desk.segue("flow-run", "delete", "--state", "Failed")
    assert refused.returncode == 4
    assert "Delete 3 flow runs (bad-a, bad-b, bad-c)?" in refused.stderr
    assert len(desk.states()) == 6
    done = desk.segue("flow-run", "delete", "--state", "Failed", "--since", "1h", "--yes")
    *deleted, files = done.stdout.splitlines()
    assert deleted == [f"Deleted flow run bad-{name}." for name in "abc"]
    assert files.startswith("Deleted 3 files (")
    assert sorted(desk.states()) == ["a", "b", "c"]
    named = desk.segue("flow-run", "delete", "a", "b", "--yes")
    assert (named.returncode, sorted(desk.states())) == (0, ["c"])
    over = desk.segue("flow-run", "cancel", "--flow", "good", "--yes")
    assert (over.returncode, over.stdout) == (0, "No flow run fits.\n")
    for words in ((), ("c", "--state", "Failed")):
        unclear = desk.segue("flow-run", "delete", *words, "--yes")
        assert unclear.returncode == 2
    assert sorted(desk.states()) == ["c"]
    some = desk.segue("flow-run", "cancel", "c", "none", "--yes")
    assert some.returncode == 3


def test_saved_views_are_listed_shown_and_deleted_by_name(desk: Desk) -> None:
    assert "no saved views yet" in desk.segue("saved-view", "ls").stdout
    for name, filters in (("tonight", '{"state": "FAILED", "since": "24h"}'), ("all", "{}")):
        made = desk.segue("api", "POST", "/saved-views", "-p", f"name={name}", "-p", f"filters={filters}")
        assert made.returncode == 0, made.stderr
    assert {view["name"]: view["filters"] for view in desk.items("saved-view", "ls")} == {
        "tonight": {"state": "FAILED", "since": "24h"},
        "all": {},
    }
    told = desk.segue("saved-view", "inspect", "tonight").stdout
    assert "state=FAILED, since=24h" in told
    assert "everybody's" in told
    missing = desk.segue("saved-view", "inspect", "nobody")
    assert (missing.returncode, "`segue saved-view ls`" in missing.stderr) == (3, True)
    assert desk.segue("saved-view", "delete", "tonight", "--yes").stdout == "Deleted saved view tonight.\n"
    assert [view["name"] for view in desk.items("saved-view", "ls")] == ["all"]
