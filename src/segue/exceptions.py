"""Exceptions that user code may meet; where users know a name, it is that name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from segue.engine.asks import ExternalSignal as ExternalSignal
from segue.engine.asks import FlowRunTimeoutError as FlowRunTimeoutError
from segue.engine.asks import TaskRunTimeoutError as TaskRunTimeoutError
from segue.engine.asks import TerminationSignal as TerminationSignal
from segue.model.errors import SegueError

if TYPE_CHECKING:
    import httpx2

    from segue.states import State

_FORBIDDEN = ("/", "%", "&", ">", "<")


class SegueException(Exception):
    """Base of the exceptions that this package raises."""


#: Errors of the control plane are exceptions of this package too.
SegueFault = SegueError


class CrashedRun(SegueException):
    """The run whose result was asked for crashed."""


class FailedRun(SegueException):
    """The run whose result was asked for failed."""


class CancelledRun(SegueException):
    """The run whose result was asked for was cancelled."""


class PausedRun(SegueException):
    """The run whose result was asked for is paused."""

    def __init__(self, *args: object, state: State | None = None) -> None:
        super().__init__(*args)
        self.state = state


class UnfinishedRun(SegueException):
    """The run whose result was asked for is not finished."""


class MissingFlowError(SegueException):
    """No flow was found in a file."""


class UnspecifiedFlowError(SegueException):
    """A file has several flows and none was named."""


class MissingResult(SegueException):
    """A result was asked for that nobody kept."""


class ScriptError(SegueException):
    """A user's file could not be executed; `user_exc` is what it raised."""

    def __init__(self, user_exc: Exception, path: str) -> None:
        super().__init__(f"Script at {path!r} encountered an exception: {user_exc!r}")
        self.user_exc = user_exc


class ParameterTypeError(SegueException):
    """An argument does not fit its annotation."""

    def __init__(self, message: str) -> None:
        super().__init__(message)

    @classmethod
    def of(cls, problems: Iterable[str]) -> ParameterTypeError:
        """Make one error of several problems."""
        lines = "\n - ".join(problems)
        return cls(f"Flow run received invalid parameters:\n - {lines}")


class ParameterBindError(TypeError, SegueException):
    """The arguments of a call do not fit the function's parameters."""

    @classmethod
    def of(cls, function: object, problem: TypeError, args: object, kwargs: dict[str, object]) -> ParameterBindError:
        """Make the error of a failed call."""
        import inspect  # noqa: PLC0415 - a door: only for this message

        name = getattr(function, "__name__", repr(function))
        signature = str(inspect.signature(function)).strip("()")  # type: ignore[arg-type]
        return cls(
            f"Error binding parameters for function '{name}': {problem}.\nFunction '{name}' has signature '{signature}' "
            f"but received args: {args} and kwargs: {list(kwargs)}."
        )


class SignatureMismatchError(SegueException, TypeError):
    """Parameters do not fit the signature of a function."""


class ObjectNotFound(SegueException):
    """The control plane has no such object."""

    def __init__(self, http_exc: Exception | None = None, help_message: str | None = None, *args: object) -> None:
        self.http_exc = http_exc
        self.help_message = help_message
        super().__init__(help_message or str(http_exc), *args)

    def __str__(self) -> str:
        return self.help_message or str(self.http_exc)


class SegueHTTPStatusError(SegueException):
    """A request was answered with an error; `response` is the answer, `request` what was asked."""

    def __init__(self, message: str, *, request: httpx2.Request, response: httpx2.Response) -> None:
        super().__init__(message)
        self.request = request
        self.response = response


class ObjectAlreadyExists(SegueException):
    """The control plane has such an object already."""

    def __init__(self, http_exc: Exception | None = None, *args: object) -> None:
        self.http_exc = http_exc
        super().__init__(str(http_exc), *args)


class ObjectLimitReached(SegueException):
    """There may be no more objects of this kind."""


class ObjectUnsupported(SegueException):
    """The control plane knows no such kind of object."""


class UpstreamTaskError(SegueException):
    """A task needs the result of another one that did not complete."""


class MissingContextError(SegueException, RuntimeError):
    """Something was used outside a run that needs one."""


class MissingProfileError(SegueException, ValueError):
    """There is no profile of this name."""


class ReservedArgumentError(SegueException, TypeError):
    """A function has a parameter whose name is reserved."""


class InvalidNameError(SegueException, ValueError):
    """A name has a character that names cannot have."""


class SegueSignal(BaseException):
    """Base of signals that user code may raise to steer its own run."""


class Abort(SegueSignal):
    """The run must stop: its transition was refused."""


class Pause(SegueSignal):
    """The run is paused and leaves its process."""

    def __init__(self, *args: object, state: State | None = None) -> None:
        super().__init__(*args)
        self.state = state


class MappingLengthMismatch(SegueException):
    """The iterables given to a map differ in length."""


class MappingMissingIterable(SegueException):
    """A map was given nothing to map over."""


class NotPausedError(SegueException):
    """The run to be resumed is not paused."""


class FlowPauseTimeout(SegueException):
    """A pause ended without an answer."""


class FlowRunWaitTimeout(SegueException):
    """A flow run did not end in the time given."""


class BlockMissingCapabilities(SegueException):
    """A block cannot do what was asked of it."""


class ProtectedBlockError(SegueException):
    """A block is protected from change."""


class InfrastructureError(SegueException):
    """Something went wrong with the infrastructure of a run."""


class InfrastructureNotFound(SegueException):
    """The infrastructure of a run is not there."""


class InfrastructureNotAvailable(SegueException):
    """The infrastructure of a run cannot be reached."""


class SegueImportError(ImportError):
    """A part of the package needs an extra that is not installed."""


class SerializationError(SegueException):
    """A value could not be serialized."""


class ConfigurationError(SegueException):
    """The configuration asks for something that it does not provide."""


class ProfileSettingsValidationError(SegueException):
    """A profile holds values that settings cannot have."""

    def __init__(self, errors: list[tuple[object, Exception]]) -> None:
        super().__init__("; ".join(f"{name}: {error}" for name, error in errors))
        self.errors = errors


class HashError(SegueException):
    """A value could not be hashed."""


def exception_traceback(exc: Exception) -> str:
    """Return the traceback of an exception as text, as Python prints it."""
    import traceback  # noqa: PLC0415 - a door: only for this text

    return "".join(traceback.TracebackException.from_exception(exc).format())


def check_name(name: object) -> None:
    """Refuse flows' names with characters that paths and URLs give a meaning to; raises InvalidNameError."""
    if not isinstance(name, str):
        raise TypeError(f"Expected string for flow parameter 'name'; got {type(name).__name__} instead.")
    if any(character in name for character in _FORBIDDEN):
        raise InvalidNameError(
            f"Name {name!r} contains an invalid character. Must not contain any of: {list(_FORBIDDEN)}."
        )
