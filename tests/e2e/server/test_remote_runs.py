"""The same script, with and without a server: the same values, and the same record."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.e2e.cli.desk import Desk
from tests.e2e.server.conftest import Reporting

PROGRAMS = Path(__file__).parent / "programs"


def told_by(desk: Desk) -> tuple[str, dict[str, object]]:
    """Run the script at a desk; return what it printed and what was recorded."""
    done = desk.python(PROGRAMS / "broad.py", desk.folder / "marks")
    assert done.returncode == 0, done.stdout + done.stderr
    record = desk.python(PROGRAMS / "dump.py")
    assert record.returncode == 0, record.stderr
    return done.stdout, json.loads(record.stdout)


def test_a_broad_script_is_recorded_alike(desk: Reporting, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    alone = Desk(tmp_path / "alone")
    printed, record = told_by(alone)
    printed_here, record_here = told_by(desk)
    assert printed_here == printed
    for kind, rows in record.items():
        assert record_here[kind] == rows
    assert len(record["tasks"]) > 50  # type: ignore[arg-type]  # lists, as the program makes them
    assert not (desk.home / "segue.db").exists()
    assert desk.items("spool", "ls") == []


def test_commands_of_everyday_at_a_server(desk: Reporting) -> None:
    desk.write(
        "flows.py",
        """
        from pathlib import Path
        from segue import flow, task

        @task
        def read(path: str) -> str:
            return Path(path).read_text()

        @flow(flow_run_name="etl", persist_result=True)
        def etl(path: str = "input") -> str:
            return read(path)

        if __name__ == "__main__":
            etl()
        """,
    )
    failed = desk.segue("run", "flows.py:etl")
    assert failed.returncode == 1
    (run,) = desk.items("flow-run", "ls")
    assert run["state"] == {"type": "FAILED", "name": "Failed"}
    (desk.folder / "input").write_text("good")
    again = desk.segue("flow-run", "retry", str(run["id"]))
    assert again.returncode == 0, again.stdout + again.stderr
    assert desk.states() == {"etl": "Completed"}
    logs = desk.segue("flow-run", "logs", "etl").stdout
    assert "Finished in state Completed" in logs
    assert desk.segue("flow-run", "delete", "etl", "--yes").returncode == 0
    assert desk.items("flow-run", "ls") == []


def test_background_tasks_are_claimed_over_the_network(desk: Reporting) -> None:
    desk.write(
        "later.py",
        """
        from segue import task

        @task(persist_result=True)
        def double(n: int) -> int:
            return 2 * n
        """,
    )
    desk.start(Path(sys.executable).with_name("segue"), "task", "serve", "later.py:double")
    done = desk.python(
        desk.write(
            "ask.py",
            """
            from later import double

            futures = [double.delay(n) for n in range(8)]
            print(sum(future.result(timeout=60) for future in futures))
            """,
        )
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "56"


def test_a_run_is_cancelled_from_another_process(desk: Reporting) -> None:
    program = desk.write(
        "long.py",
        """
        import time
        from segue import flow

        @flow(flow_run_name="long")
        def long() -> None:
            print("begun", flush=True)
            time.sleep(600)

        long()
        """,
    )
    process = desk.start(sys.executable, program)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    assert desk.segue("flow-run", "cancel", "long").returncode == 0
    assert process.wait(30) == 1
    assert desk.states() == {"long": "Cancelled"}


def test_a_killed_run_is_closed_by_the_next_command(desk: Reporting) -> None:
    program = desk.write(
        "killed.py",
        """
        import os, signal
        from segue import flow

        @flow(flow_run_name="killed")
        def killed() -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        killed()
        """,
    )
    desk.python(program)
    assert desk.states() == {"killed": "Crashed"}
