"""A reader who does what a page says: writes its files, types its commands, compares what is printed."""

from __future__ import annotations

import difflib
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from tests.docs.pages import Command, File, Program, Step, agrees

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 90


@dataclass(frozen=True)
class Reader:
    """Somebody at a terminal, in an empty folder, with one environment on the path and a home never used before."""

    folder: Path
    environment: Path
    #: More of the surroundings.
    more: dict[str, str] = field(default_factory=dict)

    def follow(self, step: Step) -> None:
        """Do one step; an AssertionError says where the page and the program disagree."""
        match step:
            case File(name=name, text=text):
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            case Program(line=line, text=text):
                name = f"line_{line}.py"
                (self.folder / name).write_text(text)
                code, printed = self._type(f"python {name}")
                assert code == 0, f"line {line}: the program exited with {code} and printed\n" + "\n".join(printed)
            case Command(line=line, text=text, prints=shown, exits=exits):
                code, printed = self._type(text)
                assert code == exits, (
                    f"line {line}: `{text}` exited with {code}, not {exits}, and printed\n" + "\n".join(printed)
                )
                assert agrees(shown, printed), f"line {line}: `{text}` prints something else\n" + _difference(
                    shown, printed
                )
            case never:
                assert_never(never)

    def _type(self, command: str) -> tuple[int, tuple[str, ...]]:
        done = subprocess.run(
            ["bash", "-c", command],
            check=False,
            cwd=self.folder,
            env=self._surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
        # As a shell reports it: 128 and the signal's number.
        code = done.returncode if done.returncode >= 0 else 128 - done.returncode
        return code, tuple(line.rstrip() for line in done.stdout.rstrip("\n").splitlines())

    def _surroundings(self) -> dict[str, str]:
        home = self.folder.parent / "home"
        home.mkdir(exist_ok=True)
        return {
            "PATH": os.pathsep.join([str(self.environment / "bin"), os.environ["PATH"]]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "COLUMNS": "120",
            # What is printed and what is logged come in the order in which they happen.
            "PYTHONUNBUFFERED": "1",
            **self.more,
        }


def _difference(shown: tuple[str, ...], printed: tuple[str, ...]) -> str:
    return "\n".join(difflib.unified_diff(shown, printed, "the page shows", "the program prints", lineterm="", n=99))
