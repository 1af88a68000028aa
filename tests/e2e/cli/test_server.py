"""A server as people start, look at and stop it: real processes, real signals."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli.desk import SEGUE, Desk

HELLO = """
    from segue import flow, task

    @task
    def add(a, b):
        return a + b

    @flow
    def hello():
        return add(1, 2)

    print(hello())
"""


@pytest.fixture
def office(desk: Desk) -> Iterator[Desk]:
    """Return a desk whose servers are ended with the test."""
    yield desk
    for record in records(desk):
        process = record["process"]
        assert isinstance(process, dict)
        try:
            os.kill(process["pid"], signal.SIGKILL)
        except ProcessLookupError:
            continue


def records(desk: Desk) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in (desk.home / "servers").glob("*.json")]


def in_background(desk: Desk, *words: str, **more: str) -> str:
    """Start a server and return its URL."""
    done = desk.segue("server", "start", "--background", "--port", "0", *words, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    first = done.stdout.splitlines()[0]
    assert first.startswith("Segue is at http://127.0.0.1:")
    url = first.split()[3]
    assert f"export SEGUE_API_URL={url}/api" in first
    return url


def pid_of(desk: Desk) -> int:
    (record,) = records(desk)
    process = record["process"]
    assert isinstance(process, dict)
    return int(process["pid"])


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return bytes(answer.read())


def foreground(desk: Desk, *words: str) -> tuple[subprocess.Popen[str], str]:
    """Start a server in the foreground; returns it with its URL once it answers."""
    process = desk.start(SEGUE, "server", "start", "--port", "0", *words)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return process, line.split()[4]


def test_a_server_in_the_background_is_found_and_stopped(office: Desk) -> None:
    assert office.segue("server", "status").returncode == 3
    assert "No server runs" in office.segue("server", "stop").stderr
    url = in_background(office)
    pid = pid_of(office)
    (seen,) = office.items("server", "status", "--wait")
    assert (seen["state"], seen["url"], seen["pid"]) == ("ready", url, pid)
    assert {"reaper", "scheduler", "late marker", "pause ender", "janitor", "worker watch"} <= set(seen["loops"])  # type: ignore[call-overload]  # JSON
    assert "is ready." in office.segue("server", "status").stdout
    services = {str(each["name"]): each for each in office.items("server", "services", "ls")}
    assert set(services) == set(seen["loops"])  # type: ignore[call-overload]  # JSON
    assert services["reaper"]["beating"] is True
    assert services["reaper"]["purpose"] == "closes runs whose process is gone"
    told = office.segue("server", "services", "ls").stdout
    assert all(name in told for name in services)
    assert json.loads(get(f"{url}/api/health")) == {"status": "ok"}
    done = office.segue("server", "stop")
    assert done.returncode == 0, done.stderr
    assert f"(process {pid}) has ended" in done.stdout
    assert records(office) == []
    assert office.segue("server", "status").returncode == 3
    assert f"Segue 0.1.0 is at {url}" in (office.home / "server.log").read_text()


def test_runs_here_and_runs_by_the_server_are_one_record(office: Desk) -> None:
    program = office.write("hello.py", HELLO)
    url = in_background(office)
    assert office.python(program).stdout == "3\n"
    assert office.type(SEGUE.with_name("python"), program, SEGUE_API_URL=f"{url}/api").stdout == "3\n"
    here = office.items("flow-run", "ls")
    there = json.loads(office.segue("flow-run", "ls", "-o", "json", SEGUE_API_URL=f"{url}/api").stdout)
    assert len(here) == 2
    assert [run["id"] for run in here] == [run["id"] for run in there]


def test_a_second_server_of_one_file_is_refused(office: Desk) -> None:
    url = in_background(office)
    again = office.segue("server", "start", "--port", "0")
    assert again.returncode == 4
    assert f"process {pid_of(office)} at {url}" in again.stderr
    # By another path as well.
    (office.folder / "link").symlink_to(office.home)
    other = office.segue("server", "start", "--port", "0", "--database-url", f"sqlite:///{office.folder}/link/segue.db")
    assert other.returncode == 4
    # What died without a word stands in nobody's way.
    os.kill(pid_of(office), signal.SIGKILL)
    office.wait_for(lambda: office.segue("server", "status").returncode == 3, "the home to see that its server is gone")
    in_background(office)


def test_what_stands_in_the_way_is_said(office: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = office.segue("server", "start", "--port", str(port))
    assert (done.returncode, done.stdout) == (4, "")
    assert f"Port {port} of 127.0.0.1 is in use" in done.stderr
    open_to_all = office.segue("server", "start", "--host", "0.0.0.0", "--port", "0")
    assert open_to_all.returncode == 4
    assert "0.0.0.0" in open_to_all.stderr
    nowhere = office.segue("server", "start", "--host", "no-such-host.invalid", "--port", "0")
    assert nowhere.returncode in {2, 4}
    wrong = office.segue("server", "start", "--port", "0", "--database-url", "mysql://x")
    assert (wrong.returncode, "'mysql'" in wrong.stderr) == (2, True)
    away = office.segue("server", "start", "--port", "0", "--database-url", "postgresql://ann:secret@127.0.0.1:1/x")
    assert away.returncode == 5
    assert "ann:***@127.0.0.1:1/x cannot be reached" in away.stderr
    behind = office.segue(
        "server", "start", "--background", "--port", "0", "--database-url", "postgresql://127.0.0.1:1/x"
    )
    assert behind.returncode == 5
    assert "127.0.0.1:1/x cannot be reached" in behind.stderr
    assert records(office) == []
    level = office.segue("server", "start", "--log-level", "loud")
    assert (level.returncode, "'loud'" in level.stderr) == (2, True)


def test_a_home_that_cannot_be_made_is_said(office: Desk) -> None:
    (office.folder / "file").write_text("in the way")
    for background in ([], ["--background"]):
        done = office.segue("server", "start", "--port", "0", *background, SEGUE_HOME=str(office.folder / "file"))
        assert done.returncode == 5, done.stderr
        assert "cannot be" in done.stderr
        assert str(office.folder / "file") in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_ends_it_with_grace(office: Desk, number: signal.Signals, workers: str) -> None:
    process, url = foreground(office, "--workers", workers)
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as idle:
        # A connection that is kept open, and asks nothing, holds nobody up.
        idle.sendall(b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert b" 200 OK" in idle.recv(16)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert records(office) == []


def test_the_first_process_replaces_the_others_and_takes_them_along(office: Desk) -> None:
    process, url = foreground(office, "--workers", "2")
    first, second = members(process.pid)
    os.kill(first, signal.SIGKILL)
    office.wait_for(lambda: len(members(process.pid) - {first}) == 2, "another process in its place")
    assert json.loads(get(f"{url}/api/health")) == {"status": "ok"}
    process.kill()
    process.wait()
    office.wait_for(lambda: not alive(second), "the others to follow")


def members(pid: int) -> set[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return set()
    return {child for child in map(int, children) if alive(child)}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def test_many_writers_through_several_processes_lose_nothing(office: Desk) -> None:
    url = in_background(office, "--workers", "3")
    failures: list[Exception] = []

    def write(number: int) -> None:
        try:
            for each in range(20):
                body = json.dumps({"id": f"v-{number}-{each}", "name": f"v-{number}-{each}", "value": each}).encode()
                request = urllib.request.Request(
                    f"{url}/api/variables", data=body, headers={"content-type": "application/json"}
                )
                with urllib.request.urlopen(request, timeout=30) as answer:
                    assert answer.status == 200
        except Exception as problem:  # noqa: BLE001 - told by the test's own thread
            failures.append(problem)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert office.segue("variable", "ls", "--count").stdout == "120\n"


def test_files_of_a_server_are_nobody_elses(office: Desk) -> None:
    in_background(office)
    for path in [office.home / "server.log", office.home / "segue.db.server", *(office.home / "servers").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_run_that_nobody_begins_is_late(office: Desk) -> None:
    url = in_background(office, SEGUE_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS="0")
    state = {"type": "SCHEDULED", "id": "s1", "name": "Scheduled", "timestamp": "2026-01-01T00:00:00Z"}
    run = {"id": "r1", "flow_name": "x", "name": "tardy", "states": [{**state, "at": "2026-01-01T00:00:00Z"}]}
    request = urllib.request.Request(
        f"{url}/api/flow-runs", json.dumps(run).encode(), {"content-type": "application/json"}
    )
    assert urllib.request.urlopen(request, timeout=10).status == 200
    office.wait_for(lambda: office.items("flow-run", "ls", "--state", "Late") != [], "the run to be marked")
    assert "segue.flow-run.Late" in office.segue("event", "ls").stdout
    assert "late marker" in office.segue("flow-run", "inspect", "tardy").stdout
    for surroundings in ({}, {"SEGUE_API_URL": f"{url}/api"}):
        told = office.segue("doctor", **surroundings)
        assert told.returncode == 0, told.stdout + told.stderr
        assert re.search(rf"ok    server      {url} is ready, \d+ loops at work", told.stdout)
        assert "warn  queues      1 scheduled run should have begun" in told.stdout


def test_a_suspended_run_that_nobody_resumes_fails_by_itself(office: Desk) -> None:
    url = in_background(office)
    state = {"type": "PAUSED", "id": "s1", "name": "Suspended", "timestamp": "2026-01-01T00:00:00Z", "reschedule": True}
    run = {"id": "r1", "flow_name": "x", "name": "waits", "states": [{**state, "until": "2026-01-01T00:01:00Z"}]}
    request = urllib.request.Request(
        f"{url}/api/flow-runs", json.dumps(run).encode(), {"content-type": "application/json"}
    )
    assert urllib.request.urlopen(request, timeout=10).status == 200
    office.wait_for(lambda: office.items("flow-run", "ls", "--state", "Failed") != [], "the run to fail")
    assert "was suspended and never resumed" in office.segue("flow-run", "inspect", "waits").stdout


def test_the_doctor_says_which_server_does_not_answer(office: Desk) -> None:
    away = {"SEGUE_API_URL": "http://127.0.0.1:1/api", "SEGUE_CLIENT_MAX_RETRIES": "0"}
    told = office.segue("doctor", **away)
    assert told.returncode == 1
    assert "fail  server      http://127.0.0.1:1 is silent" in told.stdout
    in_background(office)
    os.kill(pid_of(office), signal.SIGSTOP)
    stopped = office.segue("doctor", SEGUE_API_REQUEST_TIMEOUT="1", SEGUE_CLIENT_MAX_RETRIES="0")
    assert stopped.returncode == 1
    assert "is silent" in stopped.stdout


def test_without_a_word_it_is_this_machines_own_at_port_4747(office: Desk) -> None:
    with contextlib.ExitStack() as stack:
        # Whoever has the port, this test or another program: the server wanted it.
        with contextlib.suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", 4747)))
        done = office.segue("server", "start")
    assert (done.returncode, "Port 4747 of 127.0.0.1 is in use" in done.stderr) == (4, True), done.stderr


def test_a_server_for_programs_alone_shows_no_pages_and_tells_as_much_as_it_is_asked_to(office: Desk) -> None:
    log = office.home / "server.log"
    url = in_background(office, "--no-ui")
    with pytest.raises(urllib.error.HTTPError, match="404") as refused:
        get(f"{url}/ui/flow-runs")
    assert b"--no-ui" in refused.value.read()
    assert json.loads(get(f"{url}/api/health")) == {"status": "ok"}
    assert " INFO " not in log.read_text()
    assert office.segue("server", "stop").returncode == 0
    url = in_background(office, "--log-level", "info")
    assert get(f"{url}/ui/flow-runs").startswith(b"<!doctype html>")
    assert " INFO " in log.read_text()
