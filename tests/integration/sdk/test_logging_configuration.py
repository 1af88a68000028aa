"""Logging set up by a file of the user's: each test is a program of its own, for logging is one per process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
from segue import flow, get_client, get_run_logger

@flow(flow_run_name="named")
def main():
    get_run_logger().warning("careful")

try:
    main()
finally:
    import os
    os.environ.pop("SEGUE_LOGGING_CONFIG_PATH", None)
    from segue.host import config
    config.forget()
    with get_client(sync_client=True) as client:
        print("runs", len(client.read_flow_runs()), "lines", [line.message for line in client.read_logs()][1:-1])
"""
PLAIN = """
version: 1
disable_existing_loggers: false
formatters:
  short: {format: "%(flow_name)s %(flow_run_name)s %(message)s"}
handlers:
  terminal: {class: logging.StreamHandler, formatter: short, stream: ext://sys.stdout}
loggers:
  segue: {level: INFO, handlers: [terminal], propagate: false}
"""


def run(home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SEGUE_HOME": str(home), **variables}
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, env=environment, cwd=home.parent, capture_output=True, text=True, check=False)


def test_the_file_in_the_home_has_the_whole_say_and_lines_are_recorded_all_the_same(segue_home: Path) -> None:
    segue_home.mkdir()
    (segue_home / "logging.yml").write_text(PLAIN)
    done = run(segue_home)
    assert done.stdout.splitlines() == [
        "main named Beginning flow run 'named' for flow 'main'",
        "main named careful",
        "main named Finished in state Completed()",
        "runs 1 lines ['careful']",
    ]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("version: [", "cannot be read"),
        ("- a list", "must be a mapping"),
        ("version: 1\nroot: {level: '${NO_SUCH_VARIABLE}'}", "names NO_SUCH_VARIABLE"),
        ("version: 1\nhandlers: {x: {class: no.such.Handler}}", "no.such.Handler"),
        ("version: 2", "cannot be applied"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_flow_before_it_begins(segue_home: Path, text: str, reason: str) -> None:
    segue_home.mkdir()
    path = segue_home / "mine.yml"
    path.write_text(text)
    done = run(segue_home, SEGUE_LOGGING_CONFIG_PATH=str(path))
    assert done.returncode == 1
    assert f"ConfigurationError: The logging configuration {path}" in done.stderr
    assert reason in done.stderr
    assert done.stdout.startswith("runs 0")


def test_a_place_without_a_file_is_told_and_the_default_counts(segue_home: Path) -> None:
    done = run(segue_home, SEGUE_LOGGING_CONFIG_PATH=str(segue_home / "absent.yml"))
    assert done.returncode == 0
    assert "absent.yml is not there" in done.stderr
    assert "Flow run 'named' - careful" in done.stderr


def test_a_variable_changes_one_value_of_the_default(segue_home: Path) -> None:
    done = run(
        segue_home,
        SEGUE_LOGGING_FORMATTERS_STANDARD_FLOW_RUN_FMT="%(flow_name)s says %(message)s",
        SEGUE_LOGGING_HANDLERS_CONSOLE_LEVEL="WARNING",
    )
    assert done.stderr.splitlines() == ["main says careful"]
    assert done.stdout == "runs 1 lines ['careful']\n"
