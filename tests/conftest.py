"""What every storey of the tests shares: a home of their own, and honesty about what could not run.

A component that a test needs (a database server, a browser) is asked for with the fixture `need`. Where it is missing
the test is skipped and named at the end of the run; in CI, where nothing may be missing, it fails.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from segue.engine import masking
from segue.host import config
from tests.installed import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest_plugins = ["tests.stuck", "tests.order"]

# What is compiled is kept, whatever the caller's environment says: hundreds of processes would compile it again, each for itself.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
WANT = "needs "

# A shell that runs something in the background has it ignore Ctrl-C, and all that it starts: also what a test sends one to.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A slow machine is not a wrong answer: deadlines belong to pytest-timeout.
hypothesis.settings.register_profile("segue", deadline=None, print_blob=True)
hypothesis.settings.load_profile("segue")


@pytest.fixture(scope="session", autouse=True)
def _home_for_the_session(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the developer's own home and settings out of every test, whatever the test forgets."""
    for name in list(os.environ):
        if name.startswith("SEGUE_"):
            del os.environ[name]
    os.environ["SEGUE_HOME"] = str(tmp_path_factory.mktemp("home"))
    # What is decorated at the top of a test's file has read the settings already.
    config.forget()


@pytest.fixture(autouse=True)
def _no_secrets_of_another_test() -> Iterator[None]:
    """Let the secrets of one test not mask the words of the next."""
    yield
    masking.forget()


@pytest.fixture
def segue_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give one test an empty home of its own, for this process and its children."""
    home = tmp_path / "segue-home"
    monkeypatch.setenv("SEGUE_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that gives an environment holding only the installed wheel, with the extras named."""
    base = tmp_path_factory.getbasetemp()
    # With xdist each worker has a folder of its own below one that the session shares.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def environment_with(*extras: str) -> Path:
        return environment(shared, extras)

    return environment_with


@pytest.fixture(scope="session")
def need() -> Callable[[str, object], None]:
    """Return a function that stops a test whose component is missing: `need("podman", shutil.which("podman"))`."""

    def stop_unless(component: str, present: object) -> None:
        if not present and IN_CI:
            pytest.fail(f"{component} is missing, and in CI nothing may be", pytrace=False)
        if not present:
            pytest.skip(f"{WANT}{component}")

    return stop_unless


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each component that was missing, so that a green run does not claim what it did not see."""
    skipped = [report.longrepr for report in terminalreporter.getreports("skipped")]
    reasons = [str(where[2]) for where in skipped if isinstance(where, tuple)]
    for component in sorted({reason.partition(WANT)[2] for reason in reasons if WANT in reason}):
        terminalreporter.write_line(f"not run here for want of {component}", yellow=True)
