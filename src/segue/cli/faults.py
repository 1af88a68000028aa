"""What can go wrong at the command line: exit codes that scripts can use, and one clear sentence for each fault."""

from __future__ import annotations

import sys
import traceback
from enum import IntEnum

from segue.exceptions import (
    MissingFlowError,
    ObjectNotFound,
    ParameterBindError,
    ScriptError,
    SegueException,
    SignatureMismatchError,
    UnspecifiedFlowError,
)
from segue.host.config import UnknownProfile
from segue.model.errors import (
    AlreadyExists,
    BadRequest,
    Forbidden,
    Held,
    IllegalMove,
    InUse,
    NotFound,
    SegueError,
    StaleFence,
    StorageProblem,
    Unauthorized,
)


class Exit(IntEnum):
    """How a command ends."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    DATABASE = 5
    INTERRUPTED = 130


class Fault(Exception):
    """A command cannot do what was asked; the message is one sentence for the person, `hint` says what to do."""

    def __init__(self, message: str, code: Exit = Exit.FAILED, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class Switches:
    """What was said before the command, for the whole process."""

    #: Show tracebacks.
    debug = False
    #: Ask a person when there is one.
    prompts = True


def code_of(error: BaseException) -> Exit:
    """Return how a command ends that met an error."""
    match error:
        case Fault():
            return error.code
        case NotFound() | ObjectNotFound() | UnknownProfile():
            return Exit.NOT_FOUND
        case AlreadyExists() | Held() | IllegalMove() | InUse() | StaleFence() | Unauthorized() | Forbidden():
            return Exit.REFUSED
        case SegueError() if error.code.startswith("users."):
            return Exit.REFUSED
        case SegueError() if error.code in {"server.port-taken", "server.already-served"}:
            return Exit.REFUSED
        case StorageProblem():
            return Exit.DATABASE
        case SegueError() if error.code == "server.problem":
            return Exit.DATABASE
        case (
            BadRequest() | MissingFlowError() | UnspecifiedFlowError() | ParameterBindError() | SignatureMismatchError()
        ):
            return Exit.USAGE
        case SegueError() if error.code.startswith(("settings.", "parameters.", "project.")):
            return Exit.USAGE
        case _:
            return Exit.FAILED


def tell(error: BaseException) -> None:
    """Say on standard error what went wrong and what to do about it."""
    if Switches.debug:
        sys.stderr.write("".join(traceback.format_exception(error)))
        return
    match error:
        case ScriptError():
            sys.stderr.write(_user_traceback(error.user_exc))
            path = error.args[0].partition(" encountered ")[0].removeprefix("Script at ")
            sys.stderr.write(f"Error: The script {path} failed while it was loaded: {_short(error.user_exc)}\n")
        case Fault():
            sys.stderr.write(f"Error: {error}\n")
            if error.hint is not None:
                sys.stderr.write(f"{error.hint}\n")
        case SegueError() | SegueException() | ParameterBindError():
            sys.stderr.write(f"Error: {error}\n")
        case _:
            sys.stderr.write(
                f"Error: {_short(error)}. This should not happen; `segue --debug ...` shows where, and "
                "`segue debug bundle` collects what a report needs.\n"
            )


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _user_traceback(error: BaseException) -> str:
    from segue.engine.failure import describe  # noqa: PLC0415 - a door: only for a script that failed

    return describe(error).traceback or ""
