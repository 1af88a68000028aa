"""Runs that end well, that fail, that are killed, and how they are gone on with."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.e2e.cli.desk import Desk

BROKEN = """
    from segue import flow, task

    @task
    def parse(line: str) -> float:
        return float(line.split(",")[1])

    @flow(flow_run_name="parsing")
    def total(lines: list[str]) -> float:
        return sum(parse(line) for line in lines)

    total(["apples,1.5", "pears,two"])
"""

#: Dies in its second step the first time; each step leaves a line in a ledger.
NIGHTLY = """
    import os, signal
    from pathlib import Path
    from segue import flow, task

    ledger = Path("ledger")

    def note(line):
        with ledger.open("a") as file:
            print(line, file=file)

    @task
    def extract():
        note("extract")
        return [3, 1, 2]

    @task
    def transform(rows):
        note("transform")
        if not Path("power-is-back").exists():
            Path("power-is-back").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return sorted(rows)

    @flow(flow_run_name="nightly", durable=True)
    def nightly():
        rows = transform(extract())
        note(f"loaded {rows}")
        return rows
"""


def test_a_list_is_an_array_newest_first(desk: Desk) -> None:
    script = """
        from segue import flow
        @flow(flow_run_name="run-{n}")
        def count(n: int): ...
        for n in range(3): count(n)
    """
    assert desk.python(desk.write("count.py", script)).returncode == 0
    runs = desk.items("flow-run", "ls")
    assert [run["name"] for run in runs] == ["run-2", "run-1", "run-0"]
    assert all(run["state"] == {"type": "COMPLETED", "name": "Completed"} and run["id"] for run in runs)
    assert [run["name"] for run in desk.items("flow-run", "ls", "--limit", "1")] == ["run-2"]
    assert desk.json("flow-run", "ls", "--count") == {"count": 3}
    assert desk.json("flow-run", "ls", "--count", "--state", "failed") == {"count": 0}
    assert desk.json("flow-run", "ls", "--count", "-s", "Completed", "-s", "FAILED") == {"count": 3}
    assert desk.json("flow-run", "ls", "--count", "--flow", "other") == {"count": 0}
    assert desk.json("flow-run", "ls", "--count", "--flow", "count", "--since", "1h") == {"count": 3}
    assert desk.json("flow-run", "ls", "--count", "--since", "2999-01-01") == {"count": 0}
    (flow,) = desk.items("flow", "ls")
    assert (flow["name"], flow["state"]) == ("count", {"type": "COMPLETED", "name": "Completed"})


def test_an_empty_list_says_what_to_do_first(desk: Desk) -> None:
    assert "segue run" in desk.segue("flow-run", "ls").stdout
    assert desk.items("flow-run", "ls") == []
    assert desk.json("flow-run", "ls", "--count") == {"count": 0}


def test_inspect_tells_what_failed_in_the_users_words(desk: Desk) -> None:
    assert desk.python(desk.write("broken.py", BROKEN)).returncode == 1
    told = desk.segue("flow-run", "inspect", "parsing").stdout
    assert "✗ task 'parse' (run 'parse-1') failed: ValueError: could not convert string to float: 'two'" in told
    assert 'return float(line.split(",")[1])' in told
    assert "with line = 'pears,two'" in told
    assert 'lines = ["apples,1.5","pears,two"]' in told
    assert "segue flow-run retry parsing" in told
    found = desk.json("flow-run", "inspect", "parsing")
    assert isinstance(found, dict)
    assert found["state"]["type"] == "FAILED"
    assert found["task_runs"] == {"COMPLETED": 1, "FAILED": 1}


def test_a_script_whose_call_stands_at_the_top_is_retried_once_mended(desk: Desk) -> None:
    path = desk.write("broken.py", BROKEN)
    assert desk.python(path).returncode == 1
    failed = desk.segue("flow-run", "retry", "parsing")
    assert failed.returncode == 1
    assert "with line = 'pears,two'" in failed.stderr
    path.write_text(path.read_text().replace("float(line", "len(line"))
    mended = desk.segue("flow-run", "retry", "parsing")
    assert mended.returncode == 0, mended.stderr
    # The script's own call at its top level started no run of its own.
    (run,) = desk.items("flow-run", "ls")
    assert (run["state"], run["run_count"]) == ({"type": "COMPLETED", "name": "Completed"}, 3)


def test_a_killed_run_is_seen_as_crashed_and_goes_on(desk: Desk) -> None:
    path = desk.write("nightly.py", NIGHTLY + '\n    if __name__ == "__main__":\n        nightly()\n')
    assert desk.python(path).returncode == -signal.SIGKILL
    (run,) = desk.items("flow-run", "ls")
    assert run["state"] == {"type": "CRASHED", "name": "Crashed"}
    retried = desk.segue("flow-run", "retry", "nightly")
    assert retried.returncode == 0, retried.stderr
    assert (desk.folder / "ledger").read_text().split("\n") == [
        "extract",
        "transform",
        "transform",
        "loaded [1, 2, 3]",
        "",
    ]
    assert desk.states() == {"nightly": "Completed"}
    told = desk.segue("flow-run", "inspect", "nightly").stdout
    assert "Pending  by ann (cli)" in told
    assert "Crashed  by the reaper" in told


def test_watching_a_run_from_elsewhere(desk: Desk) -> None:
    script = """
        from pathlib import Path
        from segue import flow
        @flow(flow_run_name="waiting")
        def waits():
            while not Path("go").exists(): ...
            assert not Path("fail").exists(), "as asked"
        waits()
    """
    process = desk.start(sys.executable, desk.write("waits.py", script))
    desk.until("Running", "waiting")
    early = desk.segue("flow-run", "watch", "waiting", "--timeout", "0.1")
    assert (early.returncode, "still Running" in early.stdout) == (1, True)
    (desk.folder / "go").touch()
    watched = desk.segue("flow-run", "watch", "waiting")
    assert watched.returncode == 0
    assert "Completed" in watched.stdout
    assert process.wait(30) == 0
    (desk.folder / "fail").touch()
    assert desk.python("waits.py").returncode == 1
    watched = desk.segue("flow-run", "watch", "waiting")
    assert watched.returncode == 1
    assert "AssertionError: as asked" in watched.stdout


def test_what_cannot_be_found_again_is_said(desk: Desk) -> None:
    script = """
        from segue import flow
        class Jobs:
            @flow(flow_run_name="a-method")
            def method(self): raise ValueError("x")
        def outer():
            @flow(flow_run_name="an-inner")
            def inner(): raise ValueError("x")
            return inner
        for call in (Jobs().method, outer()):
            call(return_state=True)
    """
    path = desk.write("inner.py", script)
    desk.python(path)
    desk.type(sys.executable, "-c", "from segue import flow\n@flow(flow_run_name='typed')\ndef f(): 1/0\nf()")
    for name, words in (
        ("a-method", "is a method of 'Jobs'"),
        ("an-inner", "is made inside 'outer'"),
        ("typed", "not started from a file"),
    ):
        asked = desk.segue("flow-run", "retry", name)
        assert asked.returncode in {1, 4}
        assert words in asked.stderr
        assert len(asked.stderr.splitlines()) <= 2
    path.unlink()
    gone = desk.segue("flow-run", "retry", "a-method")
    assert gone.returncode != 0


STEPS = """
    import os, signal
    from pathlib import Path
    from segue import flow, task

    @task
    def step(name):
        with Path("ledger").open("a") as file:
            print(name, file=file)
        if Path(f"die-{name}").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return name

    @task(task_run_name="{name}")
    def named(name, before=None):
        return step.fn(name)

    @flow(flow_run_name="steps", durable=True)
    def steps():
        named("c", named("b", named("a")))

    @flow(flow_run_name="other")
    def other():
        named("z")
"""


def test_a_run_is_retried_from_a_task_run_and_from_the_start(desk: Desk) -> None:
    path = desk.write("steps.py", STEPS + '\n    if __name__ == "__main__":\n        other(); steps()\n')
    ledger, die = desk.folder / "ledger", desk.folder / "die-c"

    def did() -> str:
        words, _ = ledger.read_text().split(), ledger.write_text("")
        return " ".join(words)

    die.touch()
    assert desk.python(path).returncode == -signal.SIGKILL
    assert did() == "z a b c"
    told = desk.json("flow-run", "retry", "steps", "--from", "b", "--dry-run")
    assert isinstance(told, dict)
    # Whether the step that was killed had been recorded by then, chance decides.
    assert ([each["name"] for each in told["reused"]], told["again"][0]["name"]) == (["a"], "b")
    killed = desk.segue("flow-run", "retry", "steps", "--from", "b")
    assert (killed.returncode, did()) == (-signal.SIGKILL, "b c")
    assert "Reused from before: a\nRuns again: b" in killed.stderr
    assert "Flow run steps: attempt 2\n" in killed.stderr
    # After the crash it goes on from what this retry did.
    die.unlink()
    gone_on = desk.segue("flow-run", "retry", "steps")
    assert (gone_on.returncode, did()) == (0, "c"), gone_on.stderr
    assert "Reused from before: a, b\n" in gone_on.stderr
    whole = desk.segue("flow-run", "retry", "steps", "--from-start")
    assert (whole.returncode, did()) == (0, "a b c")
    assert "Reused from before: nothing\nRuns again: a, b, c\n" in whole.stderr

    (foreign,) = [str(each["id"]) for each in desk.items("task-run", "ls", "--flow", "other")]
    for words, code, part in (
        (("steps", "--from", "nope"), 3, "Flow run steps has no task run 'nope'."),
        (("steps", "--from", foreign), 3, f"Flow run steps has no task run '{foreign}'."),
        (("steps", "--from", "a", "--from-start"), 2, "--from and --from-start exclude each other."),
        (("steps", "other", "--from", "a"), 2, "--from is for one run, by name."),
    ):
        refused = desk.segue("flow-run", "retry", *words)
        assert (refused.returncode, part in refused.stderr) == (code, True), refused.stderr
    assert did() == ""


def test_logs(desk: Desk) -> None:
    script = """
        from segue import flow, get_run_logger, task
        @task
        def step(): get_run_logger().warning("from the task")
        @flow(flow_run_name="inner")
        def inner(): get_run_logger().info("from the subflow")
        @flow(flow_run_name="talks")
        def talks():
            for n in range(5): get_run_logger().info("line %d", n)
            step(); inner()
        talks()
    """
    desk.python(desk.write("talks.py", script))

    def messages(*options: str) -> list[str]:
        return [str(line["message"]) for line in desk.items("flow-run", "logs", "talks", *options)]

    lines = messages()
    assert [line for line in lines if line.startswith("line")] == [f"line {n}" for n in range(5)]
    assert "from the task" in lines
    assert "from the subflow" in lines
    assert messages("--level", "warning") == ["from the task"]
    assert messages("--tail", "2") == lines[-2:]
    assert messages("--head", "2") == lines[:2]
    assert messages("--reverse") == lines[::-1]
    shown = desk.segue("flow-run", "logs", "talks").stdout
    assert "| WARNING | Task run 'step-0' - from the task" in shown
    followed = desk.segue("flow-run", "logs", "talks", "--follow")
    assert followed.stdout == shown
    assert [str(line["message"]) for line in desk.items("task-run", "logs", "step-0")] == ["from the task"]


def test_deleting_asks_first(desk: Desk) -> None:
    desk.python(desk.write("one.py", "from segue import flow\n@flow(flow_run_name='one')\ndef f(): ...\nf()\n"))
    asked = desk.segue("flow-run", "delete", "one")
    assert asked.returncode == 4
    assert "--yes" in asked.stderr
    assert desk.segue("flow-run", "delete", "one", "--yes", "--reason", "a test of ours").returncode == 0
    assert "a test of ours" in desk.segue("event", "ls", "--changes").stdout
    assert desk.items("flow-run", "ls") == []


def test_of_several_with_one_name_the_newest_is_meant(desk: Desk) -> None:
    path = desk.write("same.py", "from segue import flow\n@flow(flow_run_name='same')\ndef f(): ...\nf(); f()\n")
    desk.python(path)
    newest, oldest = (str(run["id"]) for run in desk.items("flow-run", "ls"))
    told = desk.segue("flow-run", "inspect", "same")
    assert newest in told.stdout
    assert "2 flow runs are called 'same'" in told.stderr
    assert oldest in desk.segue("flow-run", "inspect", oldest).stdout
    # The first characters of an id are the time: runs of one moment share them.
    few = desk.segue("flow-run", "inspect", newest[:8])
    assert few.returncode == 2
    assert "type more of it" in few.stderr
    assert newest in desk.segue("flow-run", "inspect", newest[:-1]).stdout


def test_running_a_flow_of_a_file(desk: Desk) -> None:
    script = """
        from segue import flow
        @flow
        def add(a: int, b: int = 1) -> int:
            print(f"sum {a + b}")
            return a + b
        add(100)
    """
    path = desk.write("add.py", script)
    ran = desk.segue("run", f"{path}:add", "-p", "a=2", "-p", "b=3")
    assert (ran.returncode, ran.stdout) == (0, "sum 5\n")
    assert desk.segue("run", path, "--params", '{"a": 2}').stdout == "sum 3\n"
    assert len(desk.items("flow-run", "ls")) == 2
    for words, code, said in (
        (["-p", "c=1"], 2, "c"),
        (["-p", "a"], 2, "KEY=VALUE"),
        (["-p", "a=x"], 1, "valid integer"),
        (["--params", "[1]"], 2, "JSON object"),
    ):
        wrong = desk.segue("run", path, *words)
        assert (wrong.returncode, said in wrong.stderr) == (code, True), wrong.stderr
    desk.write("two.py", "from segue import flow\n@flow\ndef a(): ...\n@flow\ndef b(): ...\n")
    several = desk.segue("run", "two.py")
    assert (several.returncode, "name one of them: a, b" in several.stderr) == (2, True)
    assert desk.segue("run", "two.py:c").returncode == 2
    assert "There is no file" in desk.segue("run", "none.py").stderr
    desk.write("bad.py", "import nothing_of_that_name\n")
    bad = desk.segue("run", "bad.py:f")
    assert bad.returncode == 1
    assert "nothing_of_that_name" in bad.stderr
    assert "segue/cli" not in bad.stderr


def test_a_flow_of_a_package_is_loaded_under_its_own_name(desk: Desk) -> None:
    package = desk.folder / "jobs"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "rows.py").write_text("class Row: ...\n")
    text = "from segue import flow\nfrom .rows import Row\n@flow\ndef f(): print(Row.__module__, f.fn.__module__)\n"
    (package / "flows.py").write_text(text)
    assert desk.segue("run", Path("jobs") / "flows.py").stdout == "jobs.rows jobs.flows\n"
    assert desk.segue("run", "jobs.flows:f").stdout == "jobs.rows jobs.flows\n"
