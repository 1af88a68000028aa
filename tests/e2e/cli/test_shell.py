"""Commands of the shell as flows."""

from __future__ import annotations

import signal

from tests.e2e.cli.desk import SEGUE, Desk


def test_a_command_is_a_run_with_its_output_as_logs(desk: Desk) -> None:
    done = desk.segue("shell", "watch", "echo one; echo two >&2; echo three", "--flow-name", "count", "--tag", "shell")
    assert done.returncode == 0, done.stderr
    (run,) = desk.items("flow-run", "ls", "--flow", "count")
    told = desk.json("flow-run", "inspect", str(run["id"]))
    assert isinstance(told, dict)
    assert told["tags"] == ["shell"]
    logs = desk.items("flow-run", "logs", str(run["id"]))
    assert [each["message"] for each in logs if each["message"] in {"one", "two", "three"}] == ["one", "two", "three"]


def test_how_a_command_failed_is_said(desk: Desk) -> None:
    done = desk.segue("shell", "watch", "echo 'no such table' && exit 3", "--no-log-output")
    assert done.returncode == 1
    assert "no such table\n" in done.stdout
    assert "Command failed with exit code 3" in done.stderr
    (run,) = desk.items("flow-run", "ls")
    assert run["state"] == {"type": "FAILED", "name": "Failed"}
    assert all(each["message"] != "no such table" for each in desk.items("flow-run", "logs", str(run["id"])))


def test_what_a_stopped_command_started_is_ended_with_it(desk: Desk) -> None:
    note = desk.folder / "pid"
    process = desk.start(SEGUE, "shell", "watch", f"trap '' TERM; sleep 600 & echo $! > {note}; wait; sleep 600")
    desk.wait_for(lambda: note.exists() and note.read_text().endswith("\n"), "the command")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == -signal.SIGTERM
    pid = note.read_text().strip()
    assert desk.type("ps", "-o", "stat=", "-p", pid).stdout.strip() in {"", "Z"}
    (run,) = desk.items("flow-run", "ls")
    assert run["state"] == {"type": "CRASHED", "name": "Crashed"}


def test_a_command_is_served(desk: Desk) -> None:
    words = ("shell", "serve", "echo it is $(basename $PWD)", "--flow-name", "where")
    wrong = desk.segue(*words, "--timezone", "Europe/Berlin")
    assert (wrong.returncode, "there is no --cron" in wrong.stderr) == (2, True)
    serving = desk.start(SEGUE, *words, "--cron", "0 7 * * *", "--deployment-tag", "daily")
    desk.wait_for(lambda: bool(desk.items("deployment", "ls")), "the deployment")
    done = desk.segue("deployment", "run", "where/CLI", "--watch")
    assert done.returncode == 0, done.stderr
    (run,) = desk.items("flow-run", "ls", "--flow", "where", "--state", "Completed")
    assert any(str(each["message"]).startswith("it is ") for each in desk.items("flow-run", "logs", str(run["id"])))
    serving.send_signal(signal.SIGINT)
    assert serving.wait(30) == 0
