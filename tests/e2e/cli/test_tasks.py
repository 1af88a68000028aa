"""One task looked at by itself: run again, explained, served."""

from __future__ import annotations

import signal
import sys

from tests.e2e.cli.desk import Desk

PARSING = """
    from segue import flow, task

    @task(record_inputs=True, retries=1)
    def parse(line, factor):
        words = line.split(",")
        return float(words[1]) * factor

    @task
    def forgetful():
        raise ValueError("x")

    @flow(flow_run_name="parsing")
    def parses():
        parse("a,1", 2)
        forgetful(return_state=True)
        parse("b,two", 3)

    parses()
"""

CACHING = """
    import sys
    from segue import flow, task
    from segue.cache_policies import INPUTS, TASK_SOURCE

    @task(cache_policy=INPUTS + TASK_SOURCE, persist_result=True)
    def fetch(url, page): return f"{url}/{page}"

    @task
    def plain(): ...

    @flow(flow_run_name="crawl-{page}")
    def crawl(page):
        fetch("https://example.org", page)
        plain()

    for page in sys.argv[1:]:
        crawl(page)
"""


def test_a_task_is_run_again_with_its_inputs(desk: Desk) -> None:
    path = desk.write("parsing.py", PARSING)
    assert desk.python(path).returncode == 1
    good = desk.segue("task-run", "rerun", "parsing/parse-0")
    assert (good.returncode, good.stdout) == (0, "Completed: 2.0\n")
    # The newest of its name is the rerun itself, which can be run again like any other.
    assert desk.segue("task-run", "rerun", "parse-0").stdout == "Completed: 2.0\n"
    bad = desk.segue("task-run", "rerun", "parsing/parse-1")
    assert bad.returncode == 1
    assert "ValueError: could not convert string to float: 'two'" in bad.stderr
    assert "with words = ['b', 'two']" in bad.stderr
    unkept = desk.segue("task-run", "rerun", "parsing/forgetful-0")
    assert unkept.returncode == 4
    assert "were not kept" in unkept.stderr
    assert "record_inputs=True" in unkept.stderr
    # One flow run is all there is: neither command called the flow.
    assert len(desk.items("flow-run", "ls")) == 1


def test_the_debugger_opens_at_the_users_line(desk: Desk) -> None:
    desk.python(desk.write("parsing.py", PARSING))
    looked = desk.segue("task-run", "rerun", "parsing/parse-1", "--pdb", input="p words\np factor\nq\n")
    assert looked.returncode == 1
    assert "parsing.py(7)parse()" in looked.stdout
    assert "['b', 'two']" in looked.stdout
    assert "(Pdb) 3" in looked.stdout


def test_a_cache_key_is_explained(desk: Desk) -> None:
    path = desk.write("caching.py", CACHING)
    desk.python(path, "1", "1", "2")
    first = desk.segue("cache", "explain", "crawl-2/fetch-0")
    assert "Differs     input page: " in first.stdout
    assert "input url" not in first.stdout
    assert "TASK_SOURCE + INPUTS" in first.stdout
    newest_of_one = desk.json("cache", "explain", "crawl-1/fetch-0")
    assert isinstance(newest_of_one, dict)
    assert newest_of_one["same_key"] is True
    assert newest_of_one["cache"]["hit"] is True
    path.write_text(path.read_text().replace('f"{url}/{page}"', 'f"{url}?page={page}"'))
    desk.python(path, "2")
    changed = desk.segue("cache", "explain", "crawl-2/fetch-0").stdout
    assert "Differs     task source: " in changed
    assert "Differs     input" not in changed
    plain = desk.segue("cache", "explain", "crawl-2/plain-0")
    assert (plain.returncode, "No cache key was computed" in plain.stderr) == (4, True)


def test_a_list_of_task_runs(desk: Desk) -> None:
    desk.python(desk.write("caching.py", CACHING), "1", "1")
    runs = desk.items("task-run", "ls", "--flow", "crawl")
    assert [run["name"] for run in runs] == ["plain-0", "fetch-0", "plain-0", "fetch-0"]
    assert desk.json("task-run", "ls", "--count", "--state", "Cached") == {"count": 1}
    assert desk.json("task-run", "ls", "--count", "--state", "cached,failed") == {"count": 1}
    assert desk.json("task-run", "ls", "--count", "--state", "COMPLETED", "--since", "1h") == {"count": 4}
    told = desk.segue("task-run", "inspect", "crawl-1/fetch-0")
    assert "reused an earlier result" in told.stdout


def test_tasks_of_a_script_are_served(desk: Desk) -> None:
    script = """
        from segue import task
        @task
        def double(n): return 2 * n
        if __name__ == "__main__":
            future = double.delay(21)
            future.wait(timeout=30)
            print(future.result())
    """
    path = desk.write("tasks.py", script)
    worker = desk.start(sys.executable, "-m", "segue", "task", "serve", "--module", "tasks")
    assert desk.python(path).stdout == "42\n"
    worker.send_signal(signal.SIGINT)
    assert worker.wait(30) == 0
    none = desk.segue("task", "serve")
    assert (none.returncode, "name at least one task" in none.stderr) == (2, True)
    wrong = desk.segue("task", "serve", f"{path}:triple")
    assert (wrong.returncode, "it has double" in wrong.stderr) == (1, True)
