"""Programs and commands run as processes of their own, without starting the interpreter for each.

Most of what a command takes is the start of Python and the loading of other people's libraries. Here one process for each
process of the tests has done that, and forks for each command. Nothing of Segue is loaded before the fork: how a command
reads its environment, opens its database, ends and says with which code is what it is from a terminal. What an interpreter
settles when it starts (its own variables, the locale) must be as in the environment of the tests; a command that wants it
otherwise is started as usual, and so is what is no command of ours and no program in a file.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import types
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEGUE = Path(sys.executable).with_name("segue")
#: What almost every command loads.
_LIBRARIES = (
    "asyncio", "concurrent.futures", "contextlib", "dataclasses", "difflib", "email.message", "fcntl", "hashlib", "hmac",
    "http.client", "importlib.metadata", "ipaddress", "logging", "pdb", "platform", "pydantic", "queue", "random", "secrets",
    "select", "shlex", "socket", "sqlite3", "ssl", "string", "subprocess", "tempfile", "termios", "traceback", "typing",
    "unicodedata", "urllib.request", "uuid", "zoneinfo",
    "annotated_types", "apsw", "msgspec", "rich.console", "rich.markup", "rich.table", "rich.text", "typer", "yaml",
    "cloudpickle", "cronsim", "cryptography.hazmat.primitives.ciphers.aead", "dateutil.rrule", "encodings.ascii", "jinja2.sandbox",
    "mimetypes", "pydantic.functional_serializers", "pydantic.functional_validators", "pydantic.json_schema", "pydantic.main",
    "pydantic.type_adapter", "rich._emoji_codes", "tomllib", "typer._adapters", "typer._click.decorators",
)  # fmt: skip
#: Variables that are read when an interpreter starts or one of the libraries is loaded.
_EARLY = ("PYTHON", "LANG", "LC_", "TERMINAL_WIDTH", "FORCE_COLOR", "GITHUB_ACTIONS", "TYPER_", "_TYPER_", "PYDANTIC_")
_LENGTH = struct.Struct("!I")


class Ended(subprocess.CompletedProcess[str]):
    """A command that has ended."""

    pid: int


def run(
    words: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], input: str = "", timeout: float = 60
) -> Ended:
    """Run a command to its end, as `subprocess.run` does.

    Raises `subprocess.TimeoutExpired` after so many seconds.
    """
    told = [str(word) for word in words]
    if _one_of_ours(told) and hasattr(os, "fork"):
        return _server(_early(env)).run(told, str(cwd), dict(env), input, timeout)
    with subprocess.Popen(
        told, cwd=cwd, env=dict(env), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            return _done(told, process.pid, *process.communicate(input, timeout), process.returncode)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


class Started:
    """A command that was started and goes on, with what `subprocess.Popen` offers of one."""

    def __init__(self, link: socket.socket, words: list[str], pid: int) -> None:
        self._link = link
        self._words = words
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, once it has one."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code; raises `subprocess.TimeoutExpired` after so many seconds."""
        if self.returncode is None:
            self._link.settimeout(timeout)
            try:
                self.returncode = int(_received(self._link, 8))
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self._words, timeout or 0.0) from None
            self._link.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def start(
    words: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], said: int
) -> Started | subprocess.Popen[bytes]:
    """Start a command that reads nothing and goes on, all that it says going to an open file.

    It is forked where an interpreter for its environment is there already: for most it would be started in vain.
    """
    told = [str(word) for word in words]
    if _one_of_ours(told) and hasattr(os, "fork") and _early(env) == _early(os.environ):
        return _server(_early(env)).start(told, str(cwd), dict(env), said)
    return subprocess.Popen(told, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=said, stderr=said)


def _done(words: list[str], pid: int, out: str, err: str, code: int | None) -> Ended:
    done = Ended(words, code or 0, out, err)
    done.pid = pid
    return done


def _one_of_ours(words: list[str]) -> bool:
    return words[0] == str(SEGUE) or (words[0] == sys.executable and len(words) > 1 and words[1].endswith(".py"))


def _early(env: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in env.items() if name.startswith(_EARLY))


class _Server:
    """The process that forks, seen from the tests."""

    def __init__(self, early: Mapping[str, str]) -> None:
        self._folder = tempfile.mkdtemp(prefix="warm-")
        self._address = f"{self._folder}/s"
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self._address)
            listening.listen()
            lifeline, self._lifeline = os.pipe()
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(listening.fileno()), str(lifeline)],
                pass_fds=(listening.fileno(), lifeline), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"], **early},
            )  # fmt: skip
            os.close(lifeline)
        atexit.register(self.close)

    def close(self) -> None:
        """Let it end."""
        os.close(self._lifeline)
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, words: list[str], cwd: str, env: dict[str, str], input: str, timeout: float) -> Ended:
        """Let it fork for a command, and wait for the command's end and that of all that hold its output."""
        end = time.monotonic() + timeout
        theirs, ours = zip(*_pipes(), strict=True)
        with socket.socket(socket.AF_UNIX) as link:
            self._ask(link, words, cwd, env, theirs)
            for each in theirs:
                os.close(each)
            (pid,) = _LENGTH.unpack(_received(link, _LENGTH.size))
            said = _exchanged(ours, input.encode(), end)
            if said is not None:
                link.settimeout(max(end - time.monotonic(), 0.001))
                with contextlib.suppress(TimeoutError):
                    code = int(_received(link, 8))
                    return _done(words, pid, said[0].decode(), said[1].decode(), code)
        os.kill(pid, signal.SIGKILL)
        raise subprocess.TimeoutExpired(words, timeout)

    def start(self, words: list[str], cwd: str, env: dict[str, str], said: int) -> Started:
        """Let it fork for a command that goes on."""
        link = socket.socket(socket.AF_UNIX)
        with open(os.devnull) as nothing:  # noqa: PTH123 - a name, and no path
            self._ask(link, words, cwd, env, (nothing.fileno(), said, said))
        (pid,) = _LENGTH.unpack(_received(link, _LENGTH.size))
        return Started(link, words, pid)

    def _ask(self, link: socket.socket, words: list[str], cwd: str, env: dict[str, str], theirs: Sequence[int]) -> None:
        link.connect(self._address)
        request = json.dumps([words, cwd, env]).encode()
        socket.send_fds(link, [_LENGTH.pack(len(request))], theirs)
        link.sendall(request)


def _pipes() -> list[tuple[int, int]]:
    """Return the ends of standard input, output and error: for the command, and for us."""
    (read, feed), (out, write), (err, complain) = os.pipe(), os.pipe(), os.pipe()
    return [(read, feed), (write, out), (complain, err)]


def _exchanged(ours: Sequence[int], input: bytes, end: float) -> tuple[bytes, bytes] | None:
    """Give a command its input and take what it says, until it says no more; `None` if it goes on for too long."""
    feed, *hear = ours
    said: dict[int, bytes] = dict.fromkeys(hear, b"")
    with selectors.DefaultSelector() as selector:
        for each in hear:
            selector.register(each, selectors.EVENT_READ)
        os.set_blocking(feed, False)
        selector.register(feed, selectors.EVENT_WRITE)
        try:
            while selector.get_map():
                ready = selector.select(max(end - time.monotonic(), 0))
                if not ready:
                    return None
                for key, _ in ready:
                    if key.fd == feed:
                        input = _fed(feed, input)
                        over = not input
                    else:
                        part = os.read(key.fd, 65_536)
                        said[key.fd] += part
                        over = not part
                    if over:
                        selector.unregister(key.fd)
                        os.close(key.fd)
        finally:
            for key in list(selector.get_map().values()):
                os.close(key.fd)
    return said[hear[0]], said[hear[1]]


def _fed(feed: int, input: bytes) -> bytes:
    try:
        return input[os.write(feed, input) :] if input else b""
    except BrokenPipeError:
        # It reads no more.
        return b""


def _received(link: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = link.recv(size - len(found))
        if not part:
            raise ConnectionError("the process that forks is gone")
        found += part
    return found


@cache
def _server(early: frozenset[tuple[str, str]]) -> _Server:
    return _Server(dict(early))


def _serve(listening: socket.socket, lifeline: int) -> list[str]:
    """Fork for whoever asks until the tests are over; returns, in each fork, the words of its command."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    with selectors.DefaultSelector() as selector:
        selector.register(listening, selectors.EVENT_READ)
        selector.register(lifeline, selectors.EVENT_READ)
        while True:
            if any(key.fd == lifeline for key, _ in selector.select()):
                os._exit(0)
            link, _ = listening.accept()
            if os.fork() == 0:
                break
            link.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    listening.close()
    os.close(lifeline)
    return _attended(link)


def _attended(link: socket.socket) -> list[str]:
    """Fork once more, and tell the tests of that process and of its end."""
    size, fds, _, _ = socket.recv_fds(link, _LENGTH.size, 3)
    words, cwd, env = json.loads(_received(link, *_LENGTH.unpack(size)))
    pid = os.fork()
    if pid:
        for each in (0, 1, 2, *fds):
            os.close(each)
        link.sendall(_LENGTH.pack(pid))
        _, status = os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            link.sendall(b"%8d" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    link.close()
    for number, each in enumerate(fds):
        os.dup2(each, number)
        os.close(each)
    # What they were opened over is settled when they are: whether one can seek, and how much is kept before it is written.
    for name, fd, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        was = getattr(sys, name)
        now = open(fd, mode, encoding=was.encoding, errors=was.errors, buffering=1 if fd == 2 else -1)  # noqa: PTH123, SIM115
        setattr(sys, name, now)
        setattr(sys, f"__{name}__", now)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    return [str(word) for word in words]


def _become(words: list[str]) -> NoReturn:
    """Be the command."""
    script = str(Path(words[0] if words[0] == str(SEGUE) else words[1]).absolute())
    sys.argv = words if words[0] == str(SEGUE) else words[1:]
    sys.orig_argv = words
    sys.path[0] = str(Path(script).resolve().parent)
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=script, __cached__=None, __annotations__={})
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    exec(compile(Path(script).read_bytes(), script, "exec", dont_inherit=True), main.__dict__)
    raise SystemExit(0)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as _listening:
        _words = _serve(_listening, int(sys.argv[2]))
    _become(_words)
