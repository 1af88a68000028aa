"""Settings, things, the database and its health."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
import zipfile

import pytest

from tests.e2e.cli.desk import Desk
from tests.e2e.cli.test_steering import SLEEPER

ONE = "from segue import flow\n@flow(flow_run_name='one', log_prints=True)\ndef f(): print('hello')\nf()\n"
#: Settings under which everything is kept.
KEPT = ("LOGS", "EVENTS", "TASK_RUNS", "FLOW_RUNS", "ARTIFACTS")
NOTHING_GOES = {f"SEGUE_RETENTION_{kind}_DAYS": "none" for kind in KEPT}


@pytest.mark.parametrize(
    "words",
    [
        ("flow-run", "inspect"),
        ("flow-run", "logs"),
        ("flow-run", "watch"),
        ("flow-run", "retry"),
        ("flow-run", "cancel"),
        ("flow-run", "resume"),
        ("flow-run", "delete"),
        ("task-run", "inspect"),
        ("task-run", "logs"),
        ("task-run", "rerun"),
        ("cache", "explain"),
        ("flow", "inspect"),
        ("artifact", "inspect"),
        ("artifact", "delete"),
        ("variable", "get"),
        ("variable", "unset"),
        ("profile", "inspect"),
        ("profile", "use"),
    ],
)
def test_what_is_not_there_is_named(desk: Desk, words: tuple[str, str]) -> None:
    asked = desk.segue(*words, "no-such-thing")
    assert asked.returncode == 3
    assert asked.stderr.startswith("Error: There is no ")
    assert "'no-such-thing'" in asked.stderr
    assert asked.stdout == ""


def test_a_broken_database_is_a_sentence(desk: Desk) -> None:
    desk.home.mkdir()
    (desk.home / "segue.db").write_bytes(b"this is not a database, whatever it is called" * 100)
    asked = desk.segue("flow-run", "ls")
    assert asked.returncode == 5
    assert asked.stderr.startswith("Error: The file ")
    assert "is not a sound SQLite database" in asked.stderr
    assert len(asked.stderr.splitlines()) == 1
    examined = desk.segue("doctor")
    assert examined.returncode == 1
    assert "fail  database" in examined.stdout


def test_a_wrong_setting_is_a_sentence(desk: Desk) -> None:
    asked = desk.segue("flow-run", "ls", SEGUE_TASKS_DEFAULT_RETRIES="many")
    assert asked.returncode == 2
    assert "SEGUE_TASKS_DEFAULT_RETRIES is 'many'" in asked.stderr
    assert len(asked.stderr.splitlines()) == 1
    assert desk.segue("config", "validate", SEGUE_TASKS_DEFAULT_RETRIES="many").returncode == 1


def test_wrong_usage_exits_with_two(desk: Desk) -> None:
    assert desk.segue("flow-rum").returncode == 2
    assert "Did you mean 'flow-run'" in desk.segue("flow-rum").stderr
    assert desk.segue("flow-run", "ls", "--no-such-option").returncode == 2
    assert desk.segue("flow-run", "ls", "--since", "yesterday-ish").returncode == 2


def test_backup_and_restore(desk: Desk) -> None:
    path = desk.write("one.py", ONE)
    desk.python(path)
    backup = desk.folder / "backup.db"
    assert desk.segue("database", "backup", backup).returncode == 0
    with sqlite3.connect(backup) as copy:
        assert copy.execute("SELECT count(*) FROM flow_run").fetchone() == (1,)
    assert desk.segue("database", "backup", backup).returncode == 5
    desk.python(path)
    assert desk.json("flow-run", "ls", "--count") == {"count": 2}
    assert desk.segue("database", "restore", backup).returncode == 4
    assert desk.segue("database", "restore", backup, "--yes", "--reason", "the wrong file was loaded").returncode == 0
    told = desk.items("event", "ls", "--changes")[0]
    assert (told["event"], told["reason"]) == ("segue.database.restored", "the wrong file was loaded")
    assert desk.json("flow-run", "ls", "--count") == {"count": 1}
    desk.python(path)
    assert desk.json("flow-run", "ls", "--count") == {"count": 2}
    assert desk.segue("database", "check").returncode == 0


def test_a_backup_takes_the_place_of_what_cannot_be_read(desk: Desk) -> None:
    desk.python(desk.write("one.py", ONE))
    backup, file = desk.folder / "backup.db", desk.home / "segue.db"
    desk.segue("database", "backup", backup)
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert desk.segue("flow-run", "ls").returncode == 5
    restored = desk.segue("database", "restore", backup, "--yes")
    assert restored.returncode == 0, restored.stderr
    assert "could not be read" in restored.stdout
    assert desk.json("flow-run", "ls", "--count") == {"count": 1}
    assert any(path.read_bytes().endswith(b"\xff" * 9) for path in desk.home.glob("segue.db.broken-*"))


def test_a_database_in_use_is_not_replaced(desk: Desk) -> None:
    process = desk.start(sys.executable, desk.write("sleeper.py", SLEEPER))
    desk.until("Running", "sleeper")
    backup = desk.folder / "backup.db"
    assert desk.segue("database", "backup", backup).returncode == 0
    refused = desk.segue("database", "restore", backup, "--yes")
    assert refused.returncode == 4
    assert f"process {process.pid}" in refused.stderr


def test_pruning(desk: Desk) -> None:
    desk.python(desk.write("one.py", ONE))
    assert desk.segue("database", "prune", "--dry-run").stdout == "Would delete nothing: nothing is that old.\n"
    unused = desk.home / "environments" / "unused"
    unused.mkdir(parents=True)
    (unused / "library.py").write_bytes(b"x" * 1000)
    os.utime(unused, (0, 0))
    # What goes is told alone, without a word of the record of which nothing goes.
    for words, verb in ((("--dry-run",), "Would delete"), (("--yes",), "Deleted")):
        answer = desk.segue("database", "prune", *words).stdout
        assert answer == f"{verb} 1 file (1.0 KB) of environments that no run uses any more.\n"
    assert desk.segue("database", "prune", "--yes").stdout == "Deleted nothing: nothing is that old.\n"
    unused.mkdir()
    (unused / "library.py").touch()
    os.utime(unused, (0, 0))
    would = desk.json("database", "prune", "--older-than", "0s", "--dry-run")
    assert isinstance(would, dict)
    assert would["flow_runs"] == 1
    assert desk.json("flow-run", "ls", "--count") == {"count": 1}
    assert desk.segue("database", "prune", "--older-than", "0s", "--yes", "--reason", "as agreed").returncode == 0
    assert not unused.exists()
    (told,) = desk.items("event", "ls", "--changes")
    assert (told["event"], told["reason"], told["actor"]["means"]) == ("segue.database.pruned", "as agreed", "cli")  # type: ignore[index]  # JSON
    assert told["payload"]["flow_runs"] == 1  # type: ignore[index]  # JSON
    assert desk.json("flow-run", "ls", "--count") == {"count": 0}


def test_upgrade_and_check(desk: Desk) -> None:
    assert "the newest" in desk.segue("database", "upgrade", "--reason", "nobody is left behind").stdout
    assert desk.items("event", "ls", "--changes")[0]["reason"] == "nobody is left behind"
    checked = desk.json("database", "check")
    assert isinstance(checked, dict)
    assert checked["sound"] is True


def test_a_healthy_home(desk: Desk) -> None:
    desk.python(desk.write("one.py", ONE))
    findings = desk.items("doctor")
    assert {finding["verdict"] for finding in findings} == {"ok"}
    assert {"python", "sqlite", "settings", "home", "database", "integrity"} <= {str(each["what"]) for each in findings}


def test_what_is_old_goes_by_itself_once_a_day(desk: Desk) -> None:
    path = desk.write("one.py", ONE)
    desk.python(path)
    first = desk.items("flow-run", "ls")[0]["id"]

    def retention() -> str:
        return next(str(each["found"]) for each in desk.items("doctor") if each["what"] == "retention")

    assert "nothing was old" in retention()
    assert "off" in next(
        line for line in desk.segue("doctor", **NOTHING_GOES).stdout.splitlines() if "retention" in line
    )
    age = "UPDATE log SET timestamp = timestamp - 31 * 86400000000; UPDATE meta SET value = '{}' WHERE key = 'tidiness'"
    with contextlib.closing(sqlite3.connect(desk.home / "segue.db")) as database:
        database.executescript(age)
    assert desk.segue("doctor", **NOTHING_GOES).returncode == 0
    # Without that, the command that looks might delete them first.
    assert desk.segue("flow-run", "logs", str(first), **NOTHING_GOES).stdout
    ran = desk.python(path)
    assert (ran.returncode, "rror" in ran.stderr) == (0, False)
    # A script as short as that may end before it is done; whoever comes next goes on.
    assert any("deleted" in retention() for _ in range(20)), retention()
    assert desk.items("flow-run", "logs", str(first)) == []
    assert len(desk.items("flow-run", "ls")) == 2


def test_a_bundle_holds_no_secrets(desk: Desk) -> None:
    desk.python(desk.write("one.py", ONE))
    desk.segue("variable", "set", "token", "hunter2-variable")
    secret = {"SEGUE_API_KEY": "hunter2-key"}
    assert desk.segue("debug", "bundle", "report.zip", **secret).returncode == 0
    with zipfile.ZipFile(desk.folder / "report.zip") as archive:
        content = "".join(archive.read(name).decode() for name in archive.namelist())
        assert {"settings.json", "doctor.json", "statistics.json", "logs.txt"} <= set(archive.namelist())
    assert "SEGUE_API_KEY" in content
    assert "hello" in content
    assert "hunter2" not in content
    assert (desk.folder / "report.zip").stat().st_mode & 0o077 == 0
    assert "hunter2" not in desk.segue("config", "view", **secret).stdout
    assert "hunter2-key" in desk.segue("config", "view", "--show-secrets", **secret).stdout


def test_settings_of_profiles(desk: Desk) -> None:
    assert desk.segue("profile", "create", "staging").returncode == 0
    assert desk.segue("profile", "create", "staging").returncode == 4
    assert desk.segue("--profile", "staging", "config", "set", "tasks.default_retries=3").returncode == 0
    assert "SEGUE_TASKS_DEFAULT_RETRIES" not in desk.segue("config", "view").stdout
    desk.segue("profile", "use", "staging")
    found = {str(each["name"]): each for each in desk.items("config", "view")}
    assert found["SEGUE_TASKS_DEFAULT_RETRIES"]["value"] == 3
    assert desk.segue("config", "set", "tasks.default_retries=few").returncode == 2
    assert desk.segue("config", "set", "tasks.default_retrys=3").returncode == 3
    assert desk.segue("config", "unset", "SEGUE_TASKS_DEFAULT_RETRIES").returncode == 0
    assert desk.segue("config", "unset", "SEGUE_TASKS_DEFAULT_RETRIES").returncode == 3
    assert desk.segue("profile", "rename", "staging", "test").returncode == 0
    assert [(each["name"], each["active"]) for each in desk.items("profile", "ls")] == [
        ("ephemeral", False),
        ("test", True),
    ]
    assert desk.segue("profile", "delete", "test", "--yes").returncode == 4
    desk.segue("profile", "use", "ephemeral")
    assert desk.segue("profile", "delete", "test", "--yes").returncode == 0
    assert desk.json("profile", "ls", "--count") == {"count": 1}


def test_variables(desk: Desk) -> None:
    assert desk.segue("variable", "set", "region", '{"name": "north"}', "--tag", "geo").returncode == 0
    assert desk.segue("variable", "set", "region", "south").returncode == 4
    assert json.loads(desk.segue("variable", "get", "region").stdout) == {"name": "north"}
    assert desk.segue("variable", "set", "region", "south", "--overwrite").returncode == 0
    assert desk.segue("variable", "get", "region").stdout == "south\n"
    (listed,) = desk.items("variable", "ls")
    assert (listed["name"], listed["value"]) == ("region", "south")
    assert desk.json("variable", "ls", "--count") == {"count": 1}
    assert desk.segue("variable", "unset", "region").returncode == 0
    assert desk.items("variable", "ls") == []


def test_artifacts(desk: Desk) -> None:
    script = """
        from segue import flow
        from segue.artifacts import create_markdown_artifact, create_table_artifact
        @flow(flow_run_name="leaves")
        def leaves():
            create_markdown_artifact("# One", key="report")
            create_markdown_artifact("# Two", key="report")
            create_table_artifact([{"a": 1, "b": "x"}], key="table", description="Rows")
        leaves()
    """
    desk.python(desk.write("leaves.py", script))
    assert [each["name"] for each in desk.items("artifact", "ls")] == ["table", "report"]
    assert len(desk.items("artifact", "ls", "--all", "--flow", "leaves", "--state", "completed")) == 3
    assert desk.json("artifact", "ls", "--count", "--flow", "other") == {"count": 0}
    assert "# Two" in desk.segue("artifact", "inspect", "report").stdout
    table = desk.json("artifact", "inspect", "table")
    assert isinstance(table, dict)
    assert table["data"] == [{"a": 1, "b": "x"}]
    assert desk.segue("artifact", "delete", "report", "--yes").returncode == 0
    assert [each["name"] for each in desk.items("artifact", "ls", "--all")] == ["table"]


def test_completion_knows_names(desk: Desk) -> None:
    desk.python(desk.write("one.py", ONE))
    asked = desk.segue(_SEGUE_COMPLETE="complete_bash", COMP_WORDS="segue flow-run inspect o", COMP_CWORD="3")
    assert asked.stdout.split() == ["one"]
    for words, word in (("--flow f", "f"), ("--state Comp", "Completed"), ("--state COMP", "COMPLETED")):
        asked = desk.segue(_SEGUE_COMPLETE="complete_bash", COMP_WORDS=f"segue flow-run ls {words}", COMP_CWORD="4")
        assert asked.stdout.split() == [word]
    nouns = desk.segue(_SEGUE_COMPLETE="complete_bash", COMP_WORDS="segue flow", COMP_CWORD="1").stdout.split()
    assert nouns == ["flow-run", "flow"]
    assert "_SEGUE_COMPLETE" in desk.segue("--show-completion", "bash").stdout + desk.segue("--show-completion").stdout


def test_help_loads_next_to_nothing(desk: Desk) -> None:
    program = """
        import sys
        sys.argv = ["segue", "--help"]
        from segue.cli.main import main
        try:
            main()
        finally:
            print(sorted({"typer", "rich", "pydantic", "apsw", "segue.engine", "segue.backend"} & sys.modules.keys()))
    """
    assert desk.cold(sys.executable, desk.write("help.py", program)).stdout.endswith("[]\n")


def test_a_reader_that_has_seen_enough_is_no_error(desk: Desk) -> None:
    desk.python(desk.write("one.py", ONE))
    shown = desk.type("sh", "-c", f"{sys.executable} -m segue flow-run logs one | head -n 1")
    assert shown.stderr == ""
