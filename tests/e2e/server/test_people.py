"""A server with accounts, as the programs of several people meet it."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import warm
from tests.e2e.cli.desk import SEGUE
from tests.e2e.server.conftest import Reporting
from tests.serving_process import ServerProcess

WAITS = """
import pathlib, time
from segue import flow, task

@task
def step(n):
    return n

@flow(flow_run_name="patient")
def patient():
    step(1)
    pathlib.Path("begun").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.05)
    return step(2)

print(patient())
"""


class Person(Reporting):
    """Somebody's desk: a key, and a home of their own."""

    key = ""

    def surroundings(self) -> dict[str, str]:
        return super().surroundings() | {"SEGUE_API_KEY": self.key, "LOGNAME": "somebody"}


class Office:
    """A server's machine, where accounts are made beside it."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.home = folder / "server" / "home"
        self.desks: list[Person] = []

    def segue(self, *words: str, input: str = "") -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "SEGUE_HOME": str(self.home)}
        environment.pop("SEGUE_API_URL", None)
        done = warm.run([SEGUE, *words], cwd=Path.cwd(), env=environment, input=input)
        assert done.returncode == 0, done.stderr
        return done

    def key(self, name: str, *words: str) -> str:
        return self.segue("key", "create", name, *words).stdout.strip()

    def person(self, name: str, role: str = "operator") -> Person:
        self.segue("user", "create", name, "--role", role, "--no-password")
        return self.desk(name, self.key("laptop", "--user", name))

    def desk(self, name: str, key: str) -> Person:
        (self.folder / name).mkdir()
        desk = Person(self.folder / name)
        desk.url, desk.key = self.server.url, key
        self.desks.append(desk)
        return desk


@pytest.fixture
def office(server: ServerProcess, tmp_path: Path) -> Iterator[Office]:
    office = Office(server, tmp_path)
    office.segue("user", "create", "ann", "--role", "admin", input="correct horse battery\n")
    yield office
    for desk in office.desks:
        desk.leave()


def test_two_people_who_cancel_are_two_names(office: Office) -> None:
    bob, carl = office.person("bob"), office.person("carl")
    for desk in (bob, carl):
        program = desk.write("waits.py", WAITS)
        running = desk.start(SEGUE.with_name("python"), program)
        desk.wait_for((desk.folder / "begun").exists, "the flow to begin")
        done = desk.segue("flow-run", "cancel", "patient", "--reason", "wrong day")
        assert done.returncode == 0, done.stderr
        running.communicate(timeout=60)
    runs = bob.items("flow-run", "ls")
    seen = [bob.json("flow-run", "inspect", str(run["id"])) for run in runs]
    for found, name in zip(seen, ("carl", "bob"), strict=True):
        assert isinstance(found, dict)
        assert found["created_by"]["name"] == name
        last = found["states"][-1]
        assert (last["name"], last["actor"]["name"], last["message"]) == ("Cancelled", name, "wrong day")


def test_what_a_run_kept_is_delivered_after_its_key_was_revoked(office: Office) -> None:
    bob = office.person("bob")
    bob.patience = 1
    program = bob.write("waits.py", WAITS)
    running = bob.start(SEGUE.with_name("python"), program)
    bob.wait_for((bob.folder / "begun").exists, "the flow to begin")
    key = office.key("admin", "--user", "ann")
    office.server.stop()
    (bob.folder / "go").touch()
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (0, "2\n"), err
    (spool,) = bob.items("spool", "ls")
    header = Path(str(spool["path"])).read_bytes().splitlines()[0]
    assert json.loads(header)["token"].startswith("segue_run_")
    assert bob.key.encode() not in Path(str(spool["path"])).read_bytes()
    office.server.start()
    # Not by a command on this machine: it would find out first that the run's process is gone.
    body = json.dumps({"disabled": True}).encode()
    headers = {"authorization": f"Bearer {key}", "segue-reason": "left", "content-type": "application/json"}
    request = urllib.request.Request(f"{office.server.url}/users/bob", body, headers, method="PATCH")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.loads(answer.read())["disabled"]
    # By the next command, whatever the profile has by now.
    bob.key = ""
    flushed = bob.segue("spool", "flush")
    assert flushed.returncode == 0, flushed.stdout + flushed.stderr
    assert bob.items("spool", "ls") == []
    (run,) = json.loads(office.segue("flow-run", "ls", "-o", "json").stdout)
    assert run["state"]["name"] == "Completed"


CHILDREN = """
import os, subprocess, sys
from segue import flow, get_run_logger, task
from segue.artifacts import create_markdown_artifact
from segue.client import get_client
from segue.concurrency.sync import concurrency
from segue.events import emit_event
from segue.runtime import flow_run
from segue.settings import get_current_settings
from segue.task_runners import ProcessPoolTaskRunner
from segue.variables import Variable

@task
def look():
    inner = subprocess.run([sys.executable, "-c", "import os; print(os.environ['SEGUE_API_KEY'])"], capture_output=True, text=True)
    Variable.set("seen", 1, overwrite=True)
    return os.environ["SEGUE_API_KEY"], get_current_settings().api.key.get_secret_value(), inner.stdout.strip()

@task(isolation="process", timeout_seconds=60)
def alone():
    return look.fn()

@flow(task_runner=ProcessPoolTaskRunner(max_workers=1))
def parent():
    return [look.submit().result(), alone()]

@flow
def below():
    return look()

@flow(isolation="process", timeout_seconds=60)
def whole():
    emit_event("order.packed", resource={"segue.resource.id": "shop.order.17"})
    create_markdown_artifact("# done", key="report")
    get_run_logger().info("the whole flow in a process of its own")
    with concurrency("doors", occupy=1):
        inner = below()
    me = get_client(sync_client=True).read_flow_run(flow_run.id)
    assert me.state.is_running(), me
    return [look(), look.submit().result(), inner]

if __name__ == "__main__":
    for found in [*parent(), *whole()]:
        print(*found)
"""


def test_children_of_a_run_see_its_token_and_not_the_key(office: Office) -> None:
    bob = office.person("bob")
    program = bob.write("children.py", CHILDREN)
    assert office.segue("global-concurrency-limit", "create", "doors", "--limit", "1").returncode == 0
    done = bob.python(program)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5
    seen = set(done.stdout.split())
    assert all(each.startswith("segue_run_") for each in seen), seen
    assert bob.key not in done.stdout
    assert {str(run["state"]["name"]) for run in bob.items("task-run", "ls")} == {"Completed"}  # type: ignore[index]  # JSON
    # A root run in a process of its own has the token as well, and everything it told is there.
    runs = bob.items("flow-run", "ls")
    assert [run["flow_name"] for run in runs] == ["below", "whole", "parent"]
    assert [each["key"] for each in bob.items("artifact", "ls")] == ["report"]
    assert bob.json("event", "ls", "--event", "order.packed", "--count") == {"count": 1}
    assert "the whole flow in a process of its own" in bob.segue("flow-run", "logs", str(runs[1]["id"])).stdout


def test_a_key_that_is_not_taken_is_one_clear_line(office: Office) -> None:
    viewer = office.desk("viewer", office.key("dashboard", "--role", "viewer"))
    program = viewer.write("waits.py", WAITS)
    refused = viewer.python(program)
    assert refused.returncode == 1
    assert "dashboard may not run here" in refused.stderr
    told = viewer.segue("variable", "set", "x", "1")
    assert told.returncode == 4
    assert told.stderr.count("\n") == 1
    viewer.key = ""
    told = viewer.segue("flow-run", "ls")
    assert (told.returncode, "segue login http://127.0.0.1:" in told.stderr) == (4, True), told.stderr
    me = json.loads(viewer.segue("whoami", "-o", "json").stdout)
    assert (me["name"], me["by"], me["open"]) == (None, "none", False)


def test_accounts_and_keys_are_looked_after_from_a_terminal(office: Office) -> None:
    ann = office.desk("ann", office.key("admin", "--user", "ann"))
    made = ann.segue("user", "create", "bob", "--role", "viewer", "--no-password", "--reason", "new here")
    assert made.returncode == 0, made.stderr
    key = ann.segue("key", "create", "laptop", "--user", "bob", "--expires", "1d").stdout.strip()
    bob = office.desk("bob", key)
    assert bob.segue("variable", "set", "x", "1").returncode == 4
    assert ann.segue("user", "set-role", "bob", "operator").returncode == 0
    assert bob.segue("variable", "set", "x", "1").returncode == 0
    assert bob.segue("user", "disable", "ann").returncode == 4
    done = ann.segue("user", "disable", "bob", "--reason", "left the team")
    assert (done.returncode, "Account bob is disabled" in done.stdout) == (0, True), done.stderr
    assert bob.segue("variable", "get", "x").returncode == 4
    assert [(each["name"], each["disabled"] is None) for each in ann.items("user", "ls")] == [
        ("ann", True),
        ("bob", False),
    ]
    assert [each["name"] for each in ann.items("user", "ls", "--state", "disabled")] == ["bob"]
    assert ann.segue("user", "disable", "ann").returncode == 4
    # Let in again, with the same key, until that is revoked.
    assert ann.segue("user", "enable", "bob").returncode == 0
    assert bob.segue("variable", "get", "x").stdout == "1\n"
    assert [each["name"] for each in ann.items("key", "ls") if each["user"] == "bob"] == ["laptop"]
    assert ann.segue("key", "revoke", "laptop", "--reason", "left on a train").returncode == 0
    assert bob.segue("variable", "get", "x").returncode == 4
    told = ann.items("event", "ls", "--changes")
    assert {(each["actor"]["name"], each.get("reason")) for each in told} >= {  # type: ignore[index]  # JSON
        ("ann", "new here"),
        ("ann", "left the team"),
        ("ann", "left on a train"),
    }


def test_a_key_that_may_tell_events_alone_tells_them_from_a_script(office: Office) -> None:
    clock = office.desk("clock", office.key("clock-in", "--scope", "run:events"))
    script = "from segue.events import emit_event\nemit_event('door.opened', {'segue.resource.id': 'door.1'})\n"
    done = clock.python(clock.write("opens.py", script))
    assert (done.returncode, done.stderr) == (0, "")
    assert clock.segue("variable", "set", "x", "1").returncode == 4
    ann = office.desk("ann", office.key("admin", "--user", "ann"))
    (told,) = ann.items("event", "ls", "--event", "door.opened")
    assert told["actor"]["name"] == "clock-in"  # type: ignore[index]  # JSON
