"""What happens when a test takes longer than it may: it fails in the ordinary way if it can, and says where it was stuck.

`pytest-timeout` knows how long each test may take; what is done then is done here, in place of its method `thread`, which
ends the process and whose words are lost where xdist owns the process's output. Three steps:

1. A thread writes down the stacks of all threads, what was printed, and which processes the test has started.
2. A signal makes the main thread raise, wherever it waits, so that the test fails, is torn down, and the next one runs.
3. Where that does not come to an end either (something swallows the exception, or holds the interpreter),
   `faulthandler` writes the stacks once more, by a thread that needs no interpreter, and ends the process.

What is written goes into a file for each process of xdist, from which the process that prints takes it when that process
has died; without xdist it goes to the terminal.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pytest
from pytest_timeout import is_debugging

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

#: What the engine under test does not use.
_SIGNAL = signal.SIGUSR2
#: How long a test that was told to stop may take to do so, in seconds; and no more than so many times what it may take at all.
_GRACE, _TIMES = 60.0, 5

_FOLDER = pytest.StashKey[Path]()
_WATCH = pytest.StashKey["Watch"]()


@dataclass
class Watch:
    """Looks after the tests of one process, one after the other."""

    config: pytest.Config
    file: BinaryIO
    #: Whether an exception that is raised now would be taken for the test's.
    _within: bool = False
    _timer: threading.Timer | None = None
    #: What was found when the time of the present test was up.
    found: str = ""
    #: Whether a report of the present test has told so.
    told: bool = False
    _limit: float = 0
    _last_moment: float = 0

    def begin(self, item: pytest.Item, seconds: float) -> None:
        """Give a test its time."""
        self._limit = seconds
        signal.signal(_SIGNAL, self._fail)
        self._last_moment = time.monotonic() + seconds + min(_GRACE, _TIMES * seconds)
        self.insist()
        self._timer = threading.Timer(seconds, self._time_is_up, (item,))
        self._timer.name, self._timer.daemon = f"time of {item.nodeid}", True
        self._timer.start()

    def insist(self) -> None:
        """Let the process end at the last moment, whatever goes on in it."""
        left = max(self._last_moment - time.monotonic(), 0.001)
        faulthandler.dump_traceback_later(left, exit=True, file=self.file)

    def end(self) -> None:
        """Let the present test have ended."""
        faulthandler.cancel_dump_traceback_later()
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        self._timer = None
        self.found, self.told = "", False

    def within(self, *, yes: bool) -> None:
        """Say whether the test's own code runs now."""
        self._within = yes

    def _time_is_up(self, item: pytest.Item) -> None:
        if is_debugging():
            faulthandler.cancel_dump_traceback_later()
            return
        self.found = (
            f"{item.nodeid} took longer than {self._limit:g} s\n{_stacks()}{_printed(self.config)}{_processes()}"
        )
        self.file.write(f"\n{self.found}\n".encode(errors="replace"))
        self.file.flush()
        signal.pthread_kill(threading.main_thread().ident or 0, _SIGNAL)

    def _fail(self, _number: int, _frame: FrameType | None) -> None:
        if self._within and self._timer is not None:
            pytest.fail(f"longer than {self._limit:g} s")


def _stacks() -> str:
    names = {each.ident: each.name for each in threading.enumerate()}
    told = StringIO()
    for ident, frame in sys._current_frames().items():
        if ident != threading.get_ident():
            told.write(f"--- thread {names.get(ident, ident)}\n{''.join(traceback.format_stack(frame))}")
    return told.getvalue()


def _printed(config: pytest.Config) -> str:
    capture = config.pluginmanager.getplugin("capturemanager")
    try:
        out, err = capture.read_global_capture() if capture else ("", "")
    except (OSError, ValueError, AssertionError) as error:
        # The main thread may be about to open or close what is read here.
        return f"--- printed: cannot be read, {error}\n"
    return "".join(f"--- printed to {name}\n{text}\n" for name, text in (("stdout", out), ("stderr", err)) if text)


def _processes() -> str:
    """Return the processes that descend from this one, each below its parent."""
    # Told to heed no width: whatever the environment says of it, the whole command is wanted.
    words = ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,etime=,args="]
    try:
        listed = subprocess.run(words, check=True, capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError) as error:
        return f"--- processes: cannot be listed, {error}\n"
    children: dict[int, list[tuple[int, str]]] = {}
    for line in listed.splitlines():
        pid, parent, rest = line.split(None, 2)
        children.setdefault(int(parent), []).append((int(pid), rest))
    told = ["--- processes\n"]

    def tell(parent: int, depth: int) -> None:
        for pid, rest in children.get(parent, ()):
            told.append(f"{'  ' * depth}{pid} {rest[:300]}\n")
            tell(pid, depth + 1)

    tell(os.getpid(), 1)
    return "".join(told)


def pytest_configure(config: pytest.Config) -> None:
    """Open what the stacks are written to."""
    given = getattr(config, "workerinput", {}).get("stuck")
    if not given and config.getoption("dist", "no") != "no":
        # This process runs no tests: it reads what those have written that do.
        folder = tempfile.TemporaryDirectory(prefix="stuck-")
        config.add_cleanup(folder.cleanup)
        config.stash[_FOLDER] = Path(folder.name)
        return
    # Not yet is anything that is printed kept by pytest.
    file = os.fdopen(os.open(given, os.O_WRONLY | os.O_CREAT, 0o600) if given else os.dup(2), "wb")
    config.add_cleanup(file.close)
    config.stash[_WATCH] = Watch(config, file)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of xdist where to write."""
    node.workerinput["stuck"] = str(node.config.stash[_FOLDER] / node.gateway.id)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Say how a process that ran tests has ended, where it did not mean to, and where it was stuck if it was."""
    if error is None:
        return
    # There is no public way to the process behind a gateway.
    process = getattr(getattr(node.gateway, "_io", None), "popen", None)
    try:
        ended = "unknown" if process is None else process.wait(5)
    except subprocess.TimeoutExpired:
        ended = "still there"
    reporter = node.config.pluginmanager.get_plugin("terminalreporter")
    reporter.ensure_newline()
    written = node.config.stash[_FOLDER] / node.gateway.id
    if written.exists():
        reporter.write_line(written.read_text(errors="replace"))
    reporter.write_line(f"{node.gateway.id}: exit code {ended} (negative: killed by that signal)", red=True)


def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool | None:
    """Take the place of the method `thread`."""
    if settings.method != "thread":
        return None
    item.config.stash[_WATCH].begin(item, settings.timeout)
    return True


def pytest_timeout_cancel_timer(item: pytest.Item) -> bool | None:
    """Go on looking after a test that has failed: it is still to be torn down. A debugger may take its time."""
    if item.config.getoption("usepdb"):
        item.config.stash[_WATCH].end()
    return True


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Take back that pytest's own use of `faulthandler` ends with a failure."""
    if isinstance(node, pytest.Item) and not node.config.getoption("usepdb"):
        node.config.stash[_WATCH].insist()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test's time end with it."""
    try:
        return (yield)
    finally:
        item.config.stash[_WATCH].end()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Know that a test's fixtures are being made."""
    return (yield from _inside(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Know that a test runs."""
    return (yield from _inside(item))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Know that a test is being torn down."""
    return (yield from _inside(item))


def _inside(item: pytest.Item) -> Generator[None, object, object]:
    watch = item.config.stash[_WATCH]
    watch.within(yes=True)
    try:
        return (yield)
    finally:
        watch.within(yes=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test where it was stuck; a test that swallowed the exception has failed all the same."""
    report = yield
    watch = item.config.stash[_WATCH]
    if watch.found and not watch.told and (report.failed or report.when == "teardown"):
        if not report.failed:
            report.outcome, report.longrepr = "failed", f"{item.nodeid} took longer than it may"
        report.sections.append(("Timeout", watch.found))
        watch.told = True
    return report
