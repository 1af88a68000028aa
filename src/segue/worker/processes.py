"""Runs as processes of this machine: forked from the prepared interpreter, or started anew where that would not do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec.structs import replace

from segue.host import config, groups
from segue.host.process import Identity, identity_of, is_alive
from segue.model.launches import RUN_VARIABLE, VARIABLE, Launch
from segue.worker.interpreters import interpreter, refuse_without_segue, surroundings
from segue.worker.launching import Ending, Handle, Job, NoLaunch
from segue.worker.nursery import Ended, Nursery, NurseryLost

#: Seconds between asking the rest of a group to end and killing it.
_GRACE = 2.0
#: Seconds between two looks at a process that is nobody's child here.
_LOOK = 0.25
#: An interpreter reads these once, when it starts; one that has started long ago cannot heed them.
_AT_START = ("PYTHON", "LD_", "DYLD_", "MALLOC_", "GLIBC_")
_NOT_AT_START = frozenset({"PYTHONPATH"})
#: What the launch of a foreign process leaves out: it is read with the run.
_PRIVATE = {"parameters": None}


class ProcessLauncher:
    """Starts runs as processes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nursery: Nursery | None = None

    def warm(self) -> None:
        """Have the prepared interpreter ready before the first run is due."""
        if _can_fork():
            with self._lock:
                self._nursery = self._nursery or Nursery()

    def start(self, job: Job) -> Handle:
        """Start a run; raises `NoLaunch`."""
        try:
            folder, temporary = _folder(job)
        except OSError as problem:
            raise NoLaunch(
                why=f"{problem.strerror or problem}: {problem.filename or job.text('working_dir')}"
            ) from problem
        try:
            return self._begin(job, folder, temporary)
        except BaseException as problem:
            # Whatever kept it from starting: nobody else would remove it.
            if temporary is not None:
                shutil.rmtree(temporary, ignore_errors=True)
            if isinstance(problem, OSError):
                raise NoLaunch(why=f"{problem.strerror or problem}: {problem.filename or folder}") from problem
            raise

    def _begin(self, job: Job, folder: str, temporary: str | None) -> Handle:
        job, command = _on_its_own(job)
        if command is None and _can_fork() and not _needs_new_interpreter(job.environment):
            return self._fork(job, folder, temporary)
        return _spawn(job, command or [sys.executable, "-m", "segue.executing"], folder, temporary)

    def _fork(self, job: Job, folder: str, temporary: str | None) -> Handle:
        aloud = job.switch("stream_output", default=True)
        for _ in range(2):
            with self._lock:
                nursery = self._nursery = self._nursery or Nursery()
            try:
                born = nursery.fork(job.launch, dict(job.environment), folder, aloud=aloud)
            except NurseryLost:
                # It was killed; what it forked goes on, and another takes its place.
                with self._lock:
                    if self._nursery is nursery:
                        self._nursery = None
                continue
            return ForkedProcess(born.pid, job.launch.flow_run_id, born.ended, temporary)
        raise NoLaunch(why="the prepared interpreter does not stay alive.")

    def find(self, note: Mapping[str, object]) -> Handle | None:
        """Return a handle on a process that a worker which is gone has started; None when it is no longer there."""
        try:
            who = msgspec.convert(note["process"], Identity)
        except (KeyError, msgspec.ValidationError):
            return None
        temporary = note.get("folder")
        found = FoundProcess(who, str(note.get("run")), str(temporary) if temporary else None)
        if is_alive(who):
            return found
        found.let_go()
        return None

    def close(self) -> None:
        """Let the prepared interpreter go; what it forked goes on."""
        with self._lock:
            nursery, self._nursery = self._nursery, None
        if nursery is not None:
            nursery.close()


def _can_fork() -> bool:
    # Elsewhere system libraries do not bear a fork without an exec.
    return sys.platform == "linux"


def _needs_new_interpreter(environment: Mapping[str, str]) -> bool:
    """Say whether the environment holds what an interpreter reads at its start and that differs from this one's."""
    mine = config.surroundings()
    names = {name for name in {*environment, *mine} if name.startswith(_AT_START) and name not in _NOT_AT_START}
    return any(environment.get(name) != mine.get(name) for name in names)


def _folder(job: Job) -> tuple[str, str | None]:
    """Return the folder that the process begins in, and the temporary one to be removed afterwards, if there is one."""
    wanted = job.text("working_dir")
    if wanted is not None:
        folder = Path(wanted).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder), None
    if job.launch.path is not None and not job.launch.pull_steps:
        # What is missing there is said by the run itself.
        return (job.launch.path if Path(job.launch.path).is_dir() else os.getcwd()), None  # noqa: PTH109
    if job.launch.pull_steps:
        temporary = tempfile.mkdtemp(prefix="segue-run-")
        return temporary, temporary
    return os.getcwd(), None  # noqa: PTH109


def _on_its_own(job: Job) -> tuple[Job, list[str] | None]:
    """Return what a job runs instead of a fork, None where a fork will do, and the job in the environment for that."""
    words = job.words("command")
    if words is not None:
        return job, words
    named = job.text("python")
    if named is None:
        # The file of the flow may name its dependencies; who serves deployments by itself has them already.
        asks = job.switch("script_environment", default=bool(job.configuration))
        return replace(job, launch=replace(job.launch, script_environment=asks)), None
    python = interpreter(named)
    environment = surroundings(python, job.environment, job.added)
    refuse_without_segue(python, environment)
    return replace(job, environment=environment), [str(python), "-m", "segue.executing"]


def _spawn(job: Job, command: list[str], folder: str, temporary: str | None) -> Handle:
    launch = replace(job.launch, **_PRIVATE)
    environment = {
        **job.environment, VARIABLE: msgspec.json.encode(launch).decode(), RUN_VARIABLE: launch.flow_run_id,
    }  # fmt: skip
    said = None if job.switch("stream_output", default=True) else subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
    )
    return SpawnedProcess(process, launch, temporary)


class GroupHandle:
    """A process at the head of its own group."""

    def __init__(self, pid: int, run_id: str, temporary: str | None) -> None:
        self.pid = pid
        self._run_id = run_id
        self._temporary = temporary
        self._killed = False

    def ask(self) -> None:
        """Ask the whole group to end."""
        groups.send(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Kill the whole group, and what the run started and has left the group; nothing of it runs on return."""
        self._killed = True
        groups.send(self.pid, signal.SIGKILL)
        for pid in groups.marked(f"{RUN_VARIABLE}={self._run_id}".encode()):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        groups.gone_within(self.pid, _GRACE)

    def note(self) -> dict[str, object]:
        """Return who the process is."""
        return {
            "process": msgspec.to_builtins(identity_of(self.pid)),
            "run": self._run_id,
            "folder": self._temporary,
        }

    def let_go(self) -> None:
        """Remove the run's temporary folder."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _ending(self, code: int | None) -> Ending:
        return ending_of(code, by_us=self._killed)


class ForkedProcess(GroupHandle):
    """A process that the prepared interpreter forked, and of whose end it tells."""

    def __init__(self, pid: int, run_id: str, ended: Ended, temporary: str | None) -> None:
        super().__init__(pid, run_id, temporary)
        self._ended = ended
        self._who = identity_of(pid)

    def wait(self, seconds: float | None) -> Ending | None:
        """Return how it ended."""
        if not self._ended.wait(seconds):
            return None
        if self._ended.code is None and is_alive(self._who):
            # The prepared interpreter was lost: this process is nobody's child, and is watched from outside.
            return FoundProcess(self._who, self._run_id, None).wait(seconds)
        return self._ending(self._ended.code)


class SpawnedProcess(GroupHandle):
    """A process of our own."""

    def __init__(self, process: subprocess.Popen[bytes], launch: Launch, temporary: str | None) -> None:
        super().__init__(process.pid, launch.flow_run_id, temporary)
        self._process = process

    def wait(self, seconds: float | None) -> Ending | None:
        """Return how it ended."""
        try:
            return self._ending(self._process.wait(seconds))
        except subprocess.TimeoutExpired:
            return None


class FoundProcess(GroupHandle):
    """A process that a worker which is gone has started; how it ended nobody can tell."""

    def __init__(self, who: Identity, run_id: str, temporary: str | None) -> None:
        super().__init__(who.pid, run_id, temporary)
        self._who = who

    def wait(self, seconds: float | None) -> Ending | None:
        """Return that it ended."""
        pause, left = threading.Event(), seconds
        while is_alive(self._who):
            if left is not None and left <= 0:
                return None
            pause.wait(_LOOK if left is None else min(_LOOK, left))
            left = None if left is None else left - _LOOK
        return self._ending(None)


def ending_of(code: int | None, *, by_us: bool = False) -> Ending:
    """Return an exit code in words."""
    if code is None:
        return Ending(None, "ended, nobody knows how")
    if code >= 0:
        return Ending(code, f"ended with exit code {code}")
    name = signal.Signals(-code).name if -code in {each.value for each in signal.Signals} else f"signal {-code}"
    if -code == signal.SIGKILL and not by_us:
        return Ending(code, f"was killed by {name}, which is also what a machine does that is out of memory")
    return Ending(code, f"was killed by {name}")
