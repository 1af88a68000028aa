"""Log lines as they are shown, printed and overheard."""

import builtins
import io
import logging
import sys
from collections.abc import Iterator

import pytest

from segue.host import config
from segue.logging import LogEavesdropper, get_logger
from segue.logging.handlers import SegueConsoleHandler
from segue.logging.loggers import SegueLogAdapter, disable_logger
from segue.logging.prints import patch_print
from segue.logging.wiring import setup
from segue.settings import temporary_settings


@pytest.fixture(autouse=True)
def settled() -> Iterator[None]:
    """Leave the loggers as the settings outside want them."""
    yield
    setup()


def record(name: str, level: int, message: str, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord(name, level, __file__, 1, message, None, None)
    made.__dict__.update(facts)
    return made


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "facts", "about"),
    [
        ("segue.flow_runs", {"flow_run_name": "sly-fox"}, "Flow run 'sly-fox'"),
        ("segue.task_runs", {"task_run_name": "load-0", "flow_run_name": "sly-fox"}, "Task run 'load-0'"),
        ("segue.flow_runs", {}, "segue.flow_runs"),
        ("segue.mine", {}, "segue.mine"),
    ],
)
def test_a_line_says_when_how_bad_and_which_run(name: str, facts: dict[str, object], about: str) -> None:
    line = SegueConsoleHandler().line(record(name, logging.INFO, "hello", **facts))
    moment, level, rest = line.split(" | ", 2)
    assert len(moment) == len("12:34:56.789")
    assert (level, rest) == ("INFO   ", f"{about} - hello")


def test_an_exception_follows_its_line() -> None:
    try:
        raise ValueError("no luck")
    except ValueError:
        made = record("segue.mine", logging.ERROR, "failed", exc_info=None)
        made.exc_info = sys.exc_info()
    line = SegueConsoleHandler().line(made)
    assert "segue.mine - failed\nTraceback (most recent call last):" in line
    assert line.endswith("ValueError: no luck")


def test_colors_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)

    def shown(stream: io.StringIO) -> str:
        SegueConsoleHandler(stream=stream).emit(record("segue.mine", logging.WARNING, "hello"))
        return stream.getvalue()

    assert "\x1b[33mWARNING" in shown(Terminal())
    assert "\x1b" not in shown(io.StringIO())
    with temporary_settings({"SEGUE_LOGGING_COLORS": False}):
        assert "\x1b" not in shown(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in shown(Terminal())


def test_a_closed_terminal_is_no_error() -> None:
    stream = io.StringIO()
    stream.close()
    SegueConsoleHandler(stream=stream).emit(record("segue.mine", logging.WARNING, "hello"))


def test_lines_go_to_standard_error_once(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger("mine").warning("seen %s", "once")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("segue.mine - seen once") == 1


def test_a_program_that_shows_every_line_itself_is_not_doubled(capsys: pytest.CaptureFixture[str]) -> None:
    root, handler = logging.getLogger(), logging.StreamHandler(sys.stderr)
    root.addHandler(handler)
    try:
        get_logger("mine").warning("seen once")
    finally:
        root.removeHandler(handler)
    assert capsys.readouterr().err == "seen once\n"


def test_the_terminal_can_be_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with temporary_settings({"SEGUE_LOGGING_TO_CONSOLE": False}):
        setup()
        logging.getLogger("segue.mine").warning("unseen")
    assert "unseen" not in capsys.readouterr().err


def test_the_level_follows_the_setting_but_not_over_the_programs_own() -> None:
    top = logging.getLogger("segue")
    setup()
    assert logging.getLevelName(top.level) == config.current().logging.level
    with temporary_settings({"SEGUE_LOGGING_LEVEL": "ERROR"}):
        setup()
        assert top.level == logging.ERROR
    setup()
    assert top.level == logging.INFO
    top.setLevel(logging.CRITICAL)
    with temporary_settings({"SEGUE_LOGGING_LEVEL": "DEBUG"}):
        setup()
        assert top.level == logging.CRITICAL
    top.setLevel(logging.INFO)


def test_loggers_stand_below_segue() -> None:
    assert get_logger() is logging.getLogger("segue")
    assert get_logger("mine") is logging.getLogger("segue.mine")
    assert get_logger("segue.flows") is logging.getLogger("segue.flows")


def test_a_calls_own_facts_win_over_the_loggers() -> None:
    adapter = SegueLogAdapter(get_logger("mine"), {"a": 1, "b": 1})
    _, options = adapter.process("x", {"extra": {"b": 2}})
    assert options["extra"] == {"a": 1, "b": 2}
    child = adapter.getChild("child", {"c": 3})
    assert (child.logger.name, child.extra) == ("segue.mine.child", {"a": 1, "b": 1, "c": 3})


def test_an_eavesdropper_hears_a_logger_and_its_children() -> None:
    with LogEavesdropper("segue.mine", level=logging.WARNING) as ears:
        get_logger("mine").info("too quiet")
        get_logger("mine.child").warning("heard %d", 1)
    get_logger("mine").warning("too late")
    assert ears.text() == "[WARNING]: heard 1"


def test_a_logger_is_off_for_a_while() -> None:
    with disable_logger("segue.mine"):
        assert get_logger("mine").disabled
    assert not get_logger("mine").disabled


def test_print_is_itself_again_when_the_last_block_ends(capsys: pytest.CaptureFixture[str]) -> None:
    before = builtins.print
    with patch_print():
        with patch_print():
            assert builtins.print is not before
        assert builtins.print is not before
        print("outside", "runs", sep="-")
    assert builtins.print is before
    assert capsys.readouterr().out == "outside-runs\n"


def test_a_print_that_somebody_put_over_ours_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def theirs(*_: object) -> None:
        """Print nothing."""

    monkeypatch.setattr(builtins, "print", builtins.print)
    with patch_print():
        builtins.print = theirs  # type: ignore[assignment]
    assert builtins.print is theirs
