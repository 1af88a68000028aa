"""Records what each parity script does on real Prefect: `python tests/parity/record.py --python PATH`.

Each script is ported by replacing words and run twice against one private local server; an outcome is
stored, in Segue's words, only when both runs agree.
"""

import argparse
import contextlib
import difflib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from outcome import HERE, SCRIPTS, Outcome, observe, outcome_path, script_names, store

DEFAULT_PYTHON = HERE.parents[1] / ".parity" / "bin" / "python"
QUIET = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PREFECT_CLI_PROMPT": "false"}
# What the server writes once when it starts.
KEPT_TABLES = {"alembic_version", "block_type", "block_schema", "block_schema_reference", "configuration"}
WORDS = (("segue", "prefect"), ("Segue", "Prefect"), ("SEGUE", "PREFECT"))


def ported(text: str) -> str:
    """The same text in Prefect's words."""
    for ours, theirs in WORDS:
        text = text.replace(ours, theirs)
    return text


def returned(text: str) -> str:
    """The same text in Segue's words."""
    for ours, theirs in WORDS:
        text = text.replace(theirs, ours)
    return text


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Reference:
    """The real thing, ready to be asked: its interpreter, and a server with a database file of its own."""

    python: Path
    api: str
    database: Path

    def forget(self) -> None:
        """Empty the database, so that no script sees what an earlier one left."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(set(tables) - KEPT_TABLES):
                connection.execute(f'DELETE FROM "{table}"')


@contextlib.contextmanager
def server(python: Path) -> Iterator[Reference]:
    """A server that lives for one recording."""
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    with tempfile.TemporaryDirectory(prefix="parity-server-", ignore_cleanup_errors=True) as home:
        environment = {"PATH": str(python.parent), "HOME": home, "PREFECT_HOME": home, **QUIET}
        with (Path(home) / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    str(python),
                    "-m",
                    "prefect",
                    "server",
                    "start",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "--no-ui",
                ],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
            try:
                await_health(api, process)
                yield Reference(python, api, Path(home) / "prefect.db")
            finally:
                process.terminate()
                process.wait(timeout=30)


def await_health(api: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the server answers; raise if it ends or two minutes pass first."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        unready = contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError)
        with unready, urllib.request.urlopen(f"{api}/health", timeout=5):
            return
        time.sleep(0.2)
    message = f"the server did not start (exit code {process.poll()})"
    raise RuntimeError(message)


def observed(name: str, reference: Reference) -> tuple[Outcome, str]:
    """One run of a script on an emptied server."""
    reference.forget()
    source = ported((SCRIPTS / f"{name}.py").read_text(encoding="utf-8"))
    extra = {**QUIET, "PREFECT_API_URL": reference.api}
    outcome, stderr = observe(ported(name), source, python=reference.python, home=["PREFECT_HOME"], extra=extra)
    exception = None if outcome.exception is None else returned(outcome.exception)
    return replace(outcome, stdout=[returned(line) for line in outcome.stdout], exception=exception), stderr


def recorded(name: str, reference: Reference, *, verbose: bool) -> bool:
    """Run a script twice and store its outcome, or say why it cannot be stored."""
    started = time.monotonic()
    try:
        first, stderr = observed(name, reference)
        second, _ = observed(name, reference)
    except subprocess.TimeoutExpired as late:
        print(f"TOO SLOW {name}: {late}")
        return False
    seconds = (time.monotonic() - started) / 2
    if first != second:
        print(f"DIFFERS  {name}")
        print("\n".join(difflib.unified_diff(first.lines(), second.lines(), "first", "second", lineterm="")))
        return False
    store(outcome_path(name), first)
    print(f"recorded {name} ({seconds:.1f} s, exit {first.exit_code}, {first.exception})", flush=True)
    if verbose:
        print("\n".join(f"    | {line}" for line in first.stdout))
        print("\n".join(f"    ! {line}" for line in stderr.splitlines()[-12:]), flush=True)
    return True


def main() -> int:
    """Record the chosen scripts; exit 1 when one of them could not be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=DEFAULT_PYTHON, help="interpreter that has Prefect")
    parser.add_argument("--only", default="", metavar="PATTERN", help="scripts whose topic/name contains this text")
    parser.add_argument("--missing", action="store_true", help="only scripts that have no outcome yet or changed since")
    parser.add_argument("--verbose", action="store_true", help="show each outcome and the end of standard error")
    chosen = parser.parse_args()
    names = [name for name in script_names(chosen.only) if not chosen.missing or stale(name)]
    if not names:
        print("nothing to record")
        return 0
    # The scripts run elsewhere; a link is left a link, for it leads to the environment.
    with server(chosen.python.absolute()) as reference:
        good = [recorded(name, reference, verbose=chosen.verbose) for name in names]
    print(f"{sum(good)} of {len(good)} recorded")
    return 0 if all(good) else 1


def stale(name: str) -> bool:
    """Whether a script has no outcome, or one older than itself."""
    path = outcome_path(name)
    return not path.exists() or path.stat().st_mtime < (SCRIPTS / f"{name}.py").stat().st_mtime


if __name__ == "__main__":
    sys.exit(main())
