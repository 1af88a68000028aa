"""Log lines of runs are recorded with the run they belong to."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from segue import flow, get_run_logger, task
from segue.engine.session import forget, reading
from segue.exceptions import MissingContextError
from segue.host import config
from segue.host.secrets import new_token
from segue.logging import disable_run_logger
from segue.logging.loggers import flow_run_logger, task_run_logger
from segue.logging.wiring import setup
from segue.model import sizes
from segue.model.runs import Log
from segue.model.tokens import KEY, hint_of
from segue.settings import temporary_settings
from segue.wire.operations import LOG_LIST
from segue.wire.queries import LogQuery


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    setup()
    yield
    forget()
    config.forget()
    setup()


def lines() -> list[Log]:
    """Everything recorded so far, without what the engine itself says."""
    recorded = reading().call(LOG_LIST, LogQuery()).items
    return [line for line in recorded if not line.message.startswith(("Finished in", "Beginning"))]


def messages() -> list[str]:
    return [line.message for line in lines()]


def test_a_line_belongs_to_the_innermost_run() -> None:
    @task
    def inner() -> None:
        get_run_logger().error("from the task: %s", "formatted")

    @flow
    def child() -> None:
        get_run_logger().info("from the child")

    @flow
    def outer() -> None:
        get_run_logger().warning("from the flow")
        inner()
        child()

    outer()
    found = [(line.name, line.level, line.message, line.task_run_id is not None) for line in lines()]
    assert found == [
        ("segue.flow_runs", 30, "from the flow", False),
        ("segue.task_runs", 40, "from the task: formatted", True),
        ("segue.flow_runs", 20, "from the child", False),
    ]
    assert len({line.flow_run_id for line in lines()}) == 2


def test_the_level_decides_what_is_recorded() -> None:
    @flow
    def talk() -> None:
        get_run_logger().debug("detail")
        get_run_logger().info("news")

    talk()
    assert messages() == ["news"]
    with temporary_settings({"SEGUE_LOGGING_LEVEL": "ERROR"}):
        setup()
        talk()
    assert messages() == ["news"]


def test_a_thread_without_context_logs_with_the_logger_it_was_given() -> None:
    @flow
    def outer() -> None:
        logger = get_run_logger()
        thread = threading.Thread(target=lambda: logger.info("from a thread"))
        thread.start()
        thread.join()

    outer()
    assert messages() == ["from a thread"]


def test_a_logger_that_outlives_its_run_still_records_with_it() -> None:
    kept: list[logging.LoggerAdapter[logging.Logger]] = []

    @flow
    def outer() -> None:
        logger = get_run_logger()
        assert isinstance(logger, logging.LoggerAdapter)
        logger.info("during")
        kept.append(logger)

    outer()
    kept[0].info("after")
    during, after = lines()
    assert (during.message, after.message) == ("during", "after")
    assert during.flow_run_id == after.flow_run_id


def test_hooks_log_with_the_run_they_are_given() -> None:
    def flow_hook(flow: object, run: object, state: object) -> None:
        flow_run_logger(run).info("flow hook")  # type: ignore[arg-type]

    def task_hook(task: object, run: object, state: object) -> None:
        task_run_logger(run).info("task hook")  # type: ignore[arg-type]

    @task(on_completion=[task_hook])
    def inner() -> None:
        return None

    @flow(on_completion=[flow_hook])
    def outer() -> None:
        inner()

    outer()
    first, second = lines()
    assert (first.message, first.task_run_id is not None) == ("task hook", True)
    assert (second.message, second.flow_run_id) == ("flow hook", first.flow_run_id)


def test_a_run_logger_needs_a_run_unless_it_is_switched_off() -> None:
    with pytest.raises(MissingContextError, match="no active flow or task run"):
        get_run_logger()
    with disable_run_logger():
        logger = get_run_logger()
        logger.info("nowhere")
        assert logger.disabled  # type: ignore[union-attr]  # outside runs it is a plain logger
    with pytest.raises(ValueError, match="'flow_run' or 'flow_run_id'"):
        flow_run_logger()
    with pytest.raises(TypeError, match="unexpected type 'int' for context"):
        get_run_logger(5)  # type: ignore[arg-type]


def test_a_run_logger_without_a_run_says_so() -> None:
    logger = logging.getLogger("segue.flow_runs")
    with pytest.warns(UserWarning, match="used where there is no run") as caught:
        logger.info("nowhere")
    assert caught[0].filename == __file__
    with temporary_settings({"SEGUE_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore"}):
        logger.info("nowhere")
    with temporary_settings({"SEGUE_LOGGING_TO_API_WHEN_MISSING_FLOW": "error"}), pytest.raises(MissingContextError):
        logger.info("nowhere")
    assert messages() == []


def test_lines_need_not_be_recorded() -> None:
    @flow
    def talk() -> None:
        get_run_logger().info("shown only", extra={"send_to_api": False})
        get_run_logger().info("recorded")

    talk()
    with temporary_settings({"SEGUE_LOGGING_TO_API_ENABLED": False}):
        talk()
    assert messages() == ["recorded"]


def test_other_loggers_can_belong_to_the_run_that_uses_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @flow
    def talk() -> None:
        logging.getLogger("library.part").info("from a library")

    # A library's lines have the level that the program gives them, as ever.
    monkeypatch.setattr(logging.getLogger("library.part"), "level", logging.INFO)
    with temporary_settings({"SEGUE_LOGGING_EXTRA_LOGGERS": "library, library.part"}):
        setup()
        talk()
    setup()
    talk()
    assert [(line.name, line.message) for line in lines()] == [("library.part", "from a library")]
    assert capsys.readouterr().err.count("library.part - from a library") == 1


def test_an_exception_is_recorded_with_its_traceback() -> None:
    @flow
    def talk() -> None:
        try:
            raise KeyError("missing")
        except KeyError:
            get_run_logger().exception("went wrong")

    talk()
    (message,) = messages()
    assert message.startswith("went wrong\nTraceback (most recent call last):")
    assert message.endswith("KeyError: 'missing'")


@pytest.mark.parametrize("letter", ["x", "ß", "🦊"])
def test_a_line_that_is_too_long_is_cut_and_says_so(letter: str) -> None:
    @flow
    def talk() -> None:
        get_run_logger().info(letter * 70_000)

    talk()
    (message,) = messages()
    assert len(message.encode()) <= sizes.LOG_LINE
    assert message.endswith(f"… (cut here: the line has {70_000 * len(letter.encode()):,} bytes)")


def test_the_api_key_is_not_recorded() -> None:
    @flow
    def talk() -> None:
        get_run_logger().info("connecting with %s", "sk-12345")

    with temporary_settings({"SEGUE_API_KEY": "sk-12345"}):
        talk()
    assert messages() == ["connecting with **********"]


def test_a_key_or_token_is_recorded_by_its_hint_alone() -> None:
    token = new_token(KEY)

    @flow
    def careless() -> None:
        get_run_logger().info("calling with %s", token)

    careless()
    assert messages() == [f"calling with {hint_of(token)}…"]


def test_prints_become_lines_where_that_was_asked_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    @flow(log_prints=True)
    def loud() -> None:
        print("flow", 1, [2], sep="-")
        print("two\nlines", end="!\n")
        with (tmp_path / "file").open("w") as file:
            print("to a file", file=file)
        quiet()

    @flow(log_prints=False)
    def quiet() -> None:
        print("plainly")

    loud()
    quiet()
    print("outside")
    assert messages() == ["flow-1-[2]", "two\nlines!"]
    assert capsys.readouterr().out == "plainly\nplainly\noutside\n"
    assert (tmp_path / "file").read_text() == "to a file\n"


def test_prints_in_threads_of_one_run_do_not_disturb_another(capsys: pytest.CaptureFixture[str]) -> None:
    inside, release = threading.Event(), threading.Event()

    @flow(log_prints=True)
    def loud() -> None:
        inside.set()
        release.wait(30)
        print("captured")

    thread = threading.Thread(target=loud)
    thread.start()
    inside.wait(30)
    print("meanwhile, outside")
    release.set()
    thread.join()
    assert messages() == ["captured"]
    assert capsys.readouterr().out == "meanwhile, outside\n"
