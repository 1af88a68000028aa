"""Scripts loaded for one of their flows, without doing what they do when they are run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from segue import scripts
from segue.exceptions import MissingFlowError, ScriptError, UnspecifiedFlowError
from segue.loading import CannotLoad, load_flow, load_task, load_tasks, split

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    before, argv, path = dict(sys.modules), list(sys.argv), list(sys.path)

    def write_script(text: str) -> Path:
        script = tmp_path / "a_script.py"
        script.write_text(dedent(text))
        return script

    yield write_script
    for name in set(sys.modules) - set(before):
        del sys.modules[name]
    sys.modules.update(before)
    sys.argv[:], sys.path[:] = argv, path
    monkeypatch.setattr(scripts, "_loaded", {})


def test_calls_at_the_top_level_are_given_up_and_what_follows_is_still_read(write: Write, tmp_path: Path) -> None:
    script = write("""
        from __future__ import annotations
        from segue import flow, task

        @task
        def step(): ...

        @flow
        def first(): ...

        first()
        value = step() + 1
        print(value.never_set)

        @flow(name="the second")
        def second() -> Undefined: ...

        if __name__ == "__main__":
            raise SystemExit("run as a script")
        else:
            loaded = True
    """)
    assert load_flow(f"{script}:second").name == "the second"
    assert load_flow(f"{script}:the second").name == "the second"
    assert load_flow(f"{script}:first").fn.__module__ == "__main__"
    module = scripts.load(str(script))
    assert vars(module)["loaded"] is True
    assert sys.modules["__main__"] is module
    assert sys.modules["a_script"] is module
    assert load_task(f"{script}:step").name == "step"
    assert [task.name for task in load_tasks(str(script))] == ["step"]


def test_a_script_that_wants_arguments_is_loaded_without_them(write: Write) -> None:
    script = write("""
        import argparse
        from segue import flow

        parser = argparse.ArgumentParser()
        parser.add_argument("day")
        given = parser.parse_args()

        @flow
        def report(day: str): ...

        report(given.day)
    """)
    assert load_flow(str(script)).name == "report"


def test_flows_made_from_one_function_are_told_apart_by_name(write: Write) -> None:
    script = write("""
        from segue import flow

        @flow(name="plain")
        def make(): ...

        nightly = make.with_options(name="nightly")
        weekly = make.with_options(name="weekly")
    """)
    assert load_flow(f"{script}:make").name == "plain"
    assert load_flow(f"{script}:make", name="weekly").name == "weekly"


def test_a_file_with_one_flow_needs_no_name(write: Write) -> None:
    assert load_flow(str(write("from segue import flow\n@flow\ndef only(): ...\nsame = only\n"))).name == "only"


def test_which_flow_is_asked_where_there_are_several(write: Write) -> None:
    script = write("from segue import flow\n@flow\ndef a(): ...\n@flow\ndef b(): ...\n")
    with pytest.raises(UnspecifiedFlowError, match="name one of them: a, b"):
        load_flow(str(script))
    with pytest.raises(MissingFlowError, match="it has a, b"):
        load_flow(f"{script}:c")


def test_a_file_without_flows_says_so(write: Write) -> None:
    with pytest.raises(MissingFlowError, match="put @flow on a function"):
        load_flow(str(write("x = 1\n")))
    with pytest.raises(CannotLoad, match="no task"):
        load_tasks(str(write("x = 1\n")))


@pytest.mark.parametrize("text", ["import no_such_module_at_all\n", "def f(:\n", "1 / 0\n"])
def test_a_script_that_fails_is_a_script_error(write: Write, text: str) -> None:
    with pytest.raises(ScriptError) as caught:
        load_flow(f"{write(text)}:f")
    assert isinstance(caught.value.user_exc, (ImportError, SyntaxError, ZeroDivisionError))


def test_what_lies_within_another_thing_cannot_be_found(write: Write) -> None:
    with pytest.raises(CannotLoad, match="method of 'Jobs'"):
        load_flow("a.py:Jobs.run")
    with pytest.raises(CannotLoad, match="made inside 'outer'"):
        load_task("a.py:outer.<locals>.inner")
    with pytest.raises(CannotLoad, match="There is no file"):
        load_flow("/no/such/file.py:f")
    with pytest.raises(CannotLoad, match="neither a file nor a module"):
        load_flow("no_such_module:f")


def test_entrypoints_are_taken_apart() -> None:
    assert split("a/b.py:f") == ("a/b.py", "f")
    assert split("a/b.py") == ("a/b.py", None)
    assert split("pkg.mod:f") == ("pkg.mod", "f")
    assert split(r"C:\flows\etl.py:f") == (r"C:\flows\etl.py", "f")
    assert split(r"C:\flows\etl.py") == (r"C:\flows\etl.py", None)
