"""`python -m segue.outbound`: the process that does a server's errands; it ends when nobody is left who asks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from segue.outbound.doing import do
from segue.outbound.errands import Call, Errand, Outcome, refused
from segue.outbound.guard import Guard

#: Bytes of memory: who answers without end reaches this bound rather than the machine's.
_MEMORY = 2 * 1024**3


def main() -> None:
    """Do errands as they come, one on each line of standard input, and answer each with a line."""
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    # What a library prints must not stand among the answers.
    sys.stdout = sys.stderr
    _bound_memory()
    lines = _whole(asked)
    allowed = next(lines, None)
    if allowed is None:
        return
    guard = Guard(msgspec.json.decode(allowed, type=list[str]))
    guard.stand()
    # Whoever asked may be gone when the answer is there.
    with contextlib.suppress(BrokenPipeError):
        for line in lines:
            _answer(told, _done(guard, line))


def _whole(asked: BinaryIO) -> Iterator[bytes]:
    """Yield what is asked; who is killed in the middle of a line has not asked."""
    return (line for line in asked if line.endswith(b"\n"))


def _done(guard: Guard, line: bytes) -> Outcome:
    errand: Errand = msgspec.json.decode(line, type=Errand)
    guard.refused = None
    guard.private = not isinstance(errand, Call) or errand.private
    try:
        outcome = do(errand, trusted=False)
    except MemoryError:
        return refused("The answer was too large.")
    except Exception as problem:  # noqa: BLE001 - whatever a library raises: whoever asked is told
        outcome = Outcome(done=False, detail=f"{type(problem).__name__}: {problem}", again=True)
    if guard.refused is not None and not outcome.done:
        return refused(
            f"{guard.refused} is no public address. A server sends nothing there unless SEGUE_SERVER_OUTBOUND_ALLOWED_ADDRESSES "
            "names it or its network."
        )
    return outcome


def _answer(told: BinaryIO, outcome: Outcome) -> None:
    told.write(msgspec.json.encode(outcome) + b"\n")
    told.flush()


def _bound_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - a door: not on every platform

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


if __name__ == "__main__":
    main()
