"""What one user script shows to its user, and how it is run to find out."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE / "scripts"
OUTCOMES = HERE / "outcomes"
WITNESS = HERE / "witness"

# Scripts in which Segue differs on purpose, each with the reason; `<name>.segue.json` holds what it does instead.
ACCIDENTS: dict[str, str] = {
    "blocks/classes": "The webhook block signs what it sends where it is given a secret, which the recorded one cannot.",
    "futures/upstream_failure_direct_call": (
        "The body never ran, yet the call returned None and the flow completed; here the call raises UpstreamTaskError."
    ),
    "hooks/exit_in_hook": "An exit asked for by a hook was swallowed with the hooks after it; here it ends the script.",
    "hooks/on_cancellation": "A flow that ends Cancelled by returning that state runs its cancellation hooks as well.",
    "transactions/hooks_named_and_silent": (
        "One rollback hook that raised kept the others from undoing their part; here each of them is called."
    ),
}

# Nothing else of the caller's environment reaches a script: its settings and home must not change the outcome.
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")


@dataclass(frozen=True)
class Outcome:
    """Lines on standard output, exit code, and the class of the exception that ended the script."""

    stdout: list[str]
    exit_code: int
    exception: str | None

    def lines(self) -> list[str]:
        """The outcome as text, for a diff."""
        return [*self.stdout, f"-- exit code {self.exit_code}", f"-- exception {self.exception}"]


def script_names(only: str = "") -> list[str]:
    """The scripts as `topic/name`, sorted, narrowed to those whose name contains `only`."""
    found = (path.relative_to(SCRIPTS).with_suffix("").as_posix() for path in SCRIPTS.glob("*/*.py"))
    return sorted(name for name in found if only in name)


def outcome_path(name: str, *, ours: bool = False) -> Path:
    """Where the outcome of a script is kept; `ours` for the deliberate difference of an accident."""
    return OUTCOMES / f"{name}{'.segue' if ours else ''}.json"


def load(path: Path) -> Outcome:
    """Read a stored outcome."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    return Outcome(stdout=facts["stdout"], exit_code=facts["exit_code"], exception=facts["exception"])


def store(path: Path, outcome: Outcome) -> None:
    """Write an outcome so that a diff of the file reads line by line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(outcome), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Ended:
    """A process that has ended: its number, its exit code, and what it said."""

    pid: int
    code: int
    stdout: str
    stderr: str


def started(words: list[str], folder: Path, environment: dict[str, str]) -> Ended:
    """Run an interpreter to its end; raises `subprocess.TimeoutExpired` after two minutes."""
    with subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return Ended(process.pid, process.returncode, stdout, stderr)


def observe(
    name: str,
    source: str,
    *,
    python: Path,
    home: Iterable[str],
    extra: Mapping[str, str],
    run: Callable[[list[str], Path, dict[str, str]], Ended] = started,
) -> tuple[Outcome, str]:
    """Run `source` alone in a fresh folder and report what it showed, with its standard error beside.

    `home` names the variables that point into that folder; `extra` is added to the environment; `run` is how an interpreter is
    run to its end.
    """
    # A killed script may leave a child that still writes into its home for a moment.
    with tempfile.TemporaryDirectory(prefix="parity-", ignore_cleanup_errors=True) as folder:
        room = Path(folder).resolve()
        (room / "work").mkdir()
        (room / "witness").mkdir()
        script = room / "work" / f"{Path(name).name}.py"
        script.write_text(source, encoding="utf-8")
        environment = {key: os.environ[key] for key in KEPT_VARIABLES if key in os.environ}
        environment |= {variable: str(room / variable.lower()) for variable in ("HOME", *home)}
        environment |= {"PYTHONPATH": str(WITNESS), "PARITY_WITNESS": str(room / "witness")}
        environment |= {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1", **extra}
        (room / "home").mkdir()
        ended = run([str(python), script.name], script.parent, environment)
        testimony = room / "witness" / str(ended.pid)
        exception = testimony.read_text() if testimony.exists() else None
        return Outcome(ended.stdout.splitlines(), ended.code, exception), ended.stderr
