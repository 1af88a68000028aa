"""A command that is forked from an interpreter that was there already is as one that was started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests import warm

PROGRAM = """
    import os, signal, sys, time, __main__

    def named(way: int = 1):
        pass

    told = sys.stdin.read()
    print(sys.argv, sys.orig_argv[1:], sys.path[0], __file__, __name__, __main__.named is named, os.getcwd())
    print(named.__annotations__, sys.flags, sys.getrecursionlimit(), sorted(vars(__main__)))
    print(sorted(os.environ.items()), time.tzname, sys.stdin.encoding, sys.stdout.isatty(), sys.stdout.line_buffering)
    print(len(told), told[:5], [name for name in sys.modules if name.partition(".")[0] == "segue"])
    print("to the other", file=sys.stderr)
    match sys.argv[1]:
        case "returns":
            pass
        case "exits":
            sys.exit(7)
        case "raises":
            raise ValueError("for a reason")
        case "is killed":
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        case "goes on":
            time.sleep(60)
"""


@pytest.mark.parametrize("end", ["returns", "exits", "raises", "is killed"])
def test_it_is_told_and_tells_the_same(tmp_path: Path, end: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(dedent(PROGRAM))
    words = [sys.executable, str(program), end]
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TZ": "Asia/Tokyo", "OWN": "é"}
    # Longer than what a pipe holds.
    told = "begin" + "x" * 200_000
    started = subprocess.run(words, check=False, capture_output=True, text=True, cwd=tmp_path, env=env, input=told)
    forked = warm.run(words, cwd=tmp_path, env=env, input=told)
    assert (forked.returncode, forked.stdout) == (started.returncode, started.stdout)
    assert forked.returncode == {"returns": 0, "exits": 7, "raises": 1, "is killed": -signal.SIGKILL}[end]
    assert "to the other" in forked.stderr
    assert forked.stderr.splitlines()[-1] == started.stderr.splitlines()[-1]


def test_a_command_that_goes_on_for_too_long_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(dedent(PROGRAM))
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run([sys.executable, program, "goes on"], cwd=tmp_path, env=env, timeout=1)


def test_a_command_that_goes_on_is_signalled_and_waited_for(tmp_path: Path) -> None:
    program, said = tmp_path / "program.py", tmp_path / "said"
    program.write_text(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n"
        "print(sys.stdin.read(), 'begun', flush=True); print('as well', file=sys.stderr)\n"
        "time.sleep(60)\n"
    )
    for environment in (os.environ, {**os.environ, "PYTHONPATH": "/somewhere"}):
        for number, code in ((signal.SIGTERM, 5), (signal.SIGKILL, -signal.SIGKILL)):
            with said.open("wb") as file:
                process = warm.start([sys.executable, program], cwd=tmp_path, env=environment, said=file.fileno())
            assert isinstance(process, warm.Started) == (environment is os.environ)
            while "as well" not in said.read_text():
                assert process.poll() is None, said.read_text()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.01)
            process.send_signal(number)
            assert process.wait(30) == code
            assert process.poll() == process.returncode == code
            # Whoever has that number now is not meant.
            process.send_signal(signal.SIGKILL)
            assert said.read_text() == " begun\nas well\n"


def test_what_an_interpreter_reads_when_it_starts_is_as_in_the_environment_of_the_command(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("import sys; print(sys.flags.utf8_mode, sys.path[1], sys.stdout.encoding)")
    env = {
        "PATH": os.environ["PATH"],
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONPATH": "/somewhere",
        "PYTHONIOENCODING": "latin-1",
    }
    words = [sys.executable, str(program)]
    started = subprocess.run(words, check=True, capture_output=True, text=True, cwd=tmp_path, env=env)
    assert warm.run(words, cwd=tmp_path, env=env).stdout == started.stdout
    assert started.stdout.startswith("0 /somewhere ")
