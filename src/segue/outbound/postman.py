"""The postman: has errands done in processes of their own, which are guarded, and ended when an errand takes too long."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence

import msgspec

from segue.host.clock import monotonic
from segue.host.config import surroundings
from segue.outbound.errands import TIME, Errand, Outcome
from segue.outbound.guard import networks

_COMMAND = (sys.executable, "-P", "-m", "segue.outbound")
#: Seconds that an errand may take in all, its process' start included.
_BOUND = TIME + 30.0
#: Seconds after which a process that nobody needs is let go.
_IDLE = 60.0
#: What the environment says of proxies, which the guard cannot see behind; Segue's own settings, keys among them, stay here too.
_PROXIES = frozenset({"http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "no_proxy"})


class Postman:
    """Does errands, several at a time; usable from every thread."""

    def __init__(self, allowed: Sequence[str] = (), *, bound: float = _BOUND, idle: float = _IDLE) -> None:
        networks(allowed)
        self._allowed = list(allowed)
        self._bound, self._rest = bound, idle
        self._lock = threading.Lock()
        self._idle: list[tuple[float, _Runner]] = []
        self._busy: set[_Runner] = set()
        self._closed = False

    def do(self, errand: Errand) -> Outcome:
        """Have an errand done, and wait for its outcome; never raises for what goes wrong outside."""
        runner = self._take()
        try:
            outcome = runner.do(errand, self._bound)
        except BaseException:
            runner.end()
            raise
        finally:
            self._give(runner)
        return outcome

    def tidy(self) -> None:
        """Let go of processes that nobody has needed for a while."""
        before = monotonic() - self._rest
        with self._lock:
            stale = [runner for since, runner in self._idle if since < before]
            self._idle = [each for each in self._idle if each[0] >= before]
        for runner in stale:
            runner.end()

    def close(self) -> None:
        """End every process; what is under way is broken off."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for runner in self._busy:
                # Whoever waits for it learns of its end and puts it away.
                runner.stop()
        for _, runner in idle:
            runner.end()

    def _take(self) -> _Runner:
        with self._lock:
            while self._idle:
                _, runner = self._idle.pop()
                if runner.lives:
                    self._busy.add(runner)
                    return runner
                runner.end()
        runner = _Runner(self._allowed)
        with self._lock:
            self._busy.add(runner)
        return runner

    def _give(self, runner: _Runner) -> None:
        with self._lock:
            self._busy.discard(runner)
            if runner.lives and not self._closed:
                self._idle.append((monotonic(), runner))
                return
        runner.end()


class _Runner:
    """One process, doing one errand at a time."""

    def __init__(self, allowed: list[str]) -> None:
        environment = {
            name: value
            for name, value in surroundings().items()
            if name.lower() not in _PROXIES and not name.startswith("SEGUE_")
        }
        self._process = subprocess.Popen(
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, bufsize=0
        )
        self._late = False
        self._say(msgspec.json.encode(allowed))

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def do(self, errand: Errand, seconds: float) -> Outcome:
        # Whatever an errand hangs in, the end of its process ends it.
        bound = threading.Timer(seconds, self._end_late)
        bound.daemon = True
        bound.start()
        try:
            self._say(msgspec.json.encode(errand))
            line = self._hear()
        finally:
            bound.cancel()
        if line.endswith(b"\n"):
            return msgspec.json.decode(line, type=Outcome)
        code = self._process.wait()
        if self._late:
            return Outcome(done=False, detail=f"It was not done within {seconds:g} s.", again=True)
        return Outcome(done=False, detail=f"The process that was to do it ended with {code}.", again=True)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def stop(self) -> None:
        self._process.kill()

    def _end_late(self) -> None:
        self._late = True
        self.stop()

    def _say(self, line: bytes) -> None:
        data = memoryview(line + b"\n")
        # One that ended is noticed when its answer is waited for.
        with contextlib.suppress(BrokenPipeError):
            while data and self._process.stdin is not None:
                data = data[self._process.stdin.write(data) :]

    def _hear(self) -> bytes:
        parts: list[bytes] = []
        while self._process.stdout is not None:
            part = self._process.stdout.read(65536)
            parts.append(part or b"")
            if not part or part.endswith(b"\n"):
                break
        return b"".join(parts)
