"""States as users see them: a face over the model's states that also knows the value in memory and how to load one."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeGuard, overload

from segue import state_results
from segue.engine.calling import in_async_code
from segue.engine.ended import MISSING, Ended
from segue.engine.kept import Kept
from segue.engine.lives import FlowLife, TaskLife
from segue.engine.masking import masked
from segue.engine.results import Results
from segue.host import clock, ids
from segue.model import states as model
from segue.refusing import invalid
from segue.state_details import StateDetails, parsed
from segue.state_types import StateType as StateType

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # A bare `State` is one of any value.
    R_co = TypeVar("R_co", covariant=True, default=Any)
    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    R_co = TypeVar("R_co", covariant=True)


TERMINAL_STATES = {StateType(kind) for kind in model.FINAL_KINDS}


class State(Generic[R_co]):
    """What a run is doing, or how it ended; `.result()` gives the value or raises what went wrong."""

    def __init__(
        self,
        type: StateType | str,
        name: str | None = None,
        message: str | None = None,
        data: Any = None,
        timestamp: datetime | None = None,
        state_details: StateDetails | dict[str, Any] | None = None,
        id: object = None,
        **_: object,
    ) -> None:
        if type not in model.STATE_TYPES:
            raise invalid("State", "type", type, f"{type!r} is no type of state: one of {', '.join(model.STATE_TYPES)}")
        self.type = StateType(type)
        self.name = name if name is not None else self.type.value.capitalize()
        self.message = message
        self.data = data
        self.timestamp = timestamp or clock.now()
        self.state_details = StateDetails.taken(state_details)
        if self.type is StateType.SCHEDULED and self.state_details.scheduled_time is None:
            self.state_details.scheduled_time = clock.now()
        self._id = str(id) if id is not None else ids.new_id()
        #: The state as recorded, when this face was made from one.
        self.source: model.State | None = None
        self.error: BaseException | None = None
        self.results: Results | None = None
        self.has_value = False
        #: The value, where a cluster keeps it.
        self.kept: Kept | None = None

    @classmethod
    def of(
        cls,
        state: model.State,
        value: object = MISSING,
        error: BaseException | None = None,
        results: Results | None = None,
    ) -> State:
        """Return the face of a recorded state, with what is known in memory."""
        face = cls(
            StateType(state.kind),
            name=state.name,
            message=state.message,
            data=value if value is not MISSING else getattr(state, "result", None),
            timestamp=state.timestamp,
            state_details=StateDetails.of(state),
            id=state.id,
        )
        face.source = state
        face.error = error
        face.results = results
        face.has_value = value is not MISSING
        if isinstance(value, Kept):
            # It travels when somebody asks for it: see `__getattr__`.
            del face.data
            face.kept = value
        return face

    @classmethod
    def of_ended(cls, ended: Ended, life: FlowLife | TaskLife) -> State:
        """Return the face of a run's end: the very object the user returned, when it was one."""
        face = (
            ended.face
            if isinstance(ended.face, State)
            else cls.of(ended.state, ended.value, ended.error, ended.results)
        )
        face.state_details.belong_to(life)
        return face

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            kept = self.__dict__.get("kept") if name == "data" else None
            if kept is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            self.data = kept.get()
            return self.data

    @property
    def _shown(self) -> Any:
        """The data, but for a value that is still in the cluster."""
        return self.__dict__.get("data", self.__dict__.get("kept"))

    @property
    def id(self) -> Any:
        """The state's UUID."""
        import uuid  # noqa: PLC0415 - a door: most states' ids are never looked at

        return uuid.UUID(self._id)

    @property
    def model(self) -> model.State:
        """The state as it is recorded."""
        if self.source is not None and self.source.name == self.name and self.source.message == self.message:
            return self.source
        made: model.State = self.state_details.apply(
            model.STATE_TYPES[self.type.value],
            id=self._id,
            name=self.name,
            timestamp=self.timestamp,
            message=None if self.message is None else masked(self.message),
        )
        return made

    @overload
    def result(self, raise_on_failure: Literal[True] = True, **_: Any) -> R_co: ...  # noqa: FBT002

    @overload
    def result(self, raise_on_failure: bool, **_: Any) -> R_co | BaseException: ...  # noqa: FBT001

    def result(self, raise_on_failure: bool = True, **_: Any) -> Any:  # noqa: FBT001, FBT002 - users pass it by position
        """Return the value; raises what went wrong, or with `raise_on_failure=False` returns it. Awaitable in async code.

        Raises MissingResult when the value was not kept, UnfinishedRun or PausedRun when there is none yet.
        """
        if in_async_code():
            return self.aresult(raise_on_failure)
        return state_results.value_of(self, raise_on_failure=raise_on_failure)

    @overload
    async def aresult(self, raise_on_failure: Literal[True] = True, **_: Any) -> R_co: ...  # noqa: FBT002

    @overload
    async def aresult(self, raise_on_failure: bool, **_: Any) -> R_co | BaseException: ...  # noqa: FBT001

    async def aresult(self, raise_on_failure: bool = True, **_: Any) -> Any:  # noqa: FBT001, FBT002 - see `result`
        """Return the value; the async form of `result`."""
        return state_results.value_of(self, raise_on_failure=raise_on_failure)

    def is_scheduled(self) -> bool:
        """Whether it will start later."""
        return self.type is StateType.SCHEDULED

    def is_pending(self) -> bool:
        """Whether it is preparing to run."""
        return self.type is StateType.PENDING

    def is_running(self) -> bool:
        """Whether user code is running."""
        return self.type is StateType.RUNNING

    def is_completed(self) -> bool:
        """Whether it completed."""
        return self.type is StateType.COMPLETED

    def is_failed(self) -> bool:
        """Whether it failed."""
        return self.type is StateType.FAILED

    def is_crashed(self) -> bool:
        """Whether it crashed."""
        return self.type is StateType.CRASHED

    def is_cancelled(self) -> bool:
        """Whether it was cancelled and has stopped."""
        return self.type is StateType.CANCELLED

    def is_cancelling(self) -> bool:
        """Whether it was asked to stop and has not stopped yet."""
        return self.type is StateType.CANCELLING

    def is_paused(self) -> bool:
        """Whether it waits to be resumed."""
        return self.type is StateType.PAUSED

    def is_final(self) -> bool:
        """Whether it is over."""
        return self.type in TERMINAL_STATES

    def copy(self, *, update: dict[str, Any] | None = None, reset_fields: bool = False, **_: object) -> State:
        """Return a copy with changes; `reset_fields` gives it an id and an instant of its own."""
        values: dict[str, Any] = {
            "type": self.type, "name": self.name, "message": self.message, "data": self.data, "timestamp": self.timestamp,
            "state_details": self.state_details.copy(), "id": self._id,
        }  # fmt: skip
        if reset_fields:
            values.update(id=None, timestamp=None)
        values.update(update or {})
        return State(**values)

    def fresh_copy(self, **kwargs: Any) -> State:
        """Return a copy as a new transition: own id, own instant, not tied to a run."""
        fresh = self.copy(reset_fields=True, update=kwargs.get("update"))
        fresh.state_details.flow_run_id = fresh.state_details.task_run_id = None
        fresh.state_details.transition_id = None
        return fresh

    model_copy = copy

    def model_dump(self, *, mode: str = "python", **_: object) -> dict[str, Any]:
        """Return the state as a dict; with `mode="json"` of values that JSON knows."""
        plain = mode == "json"
        return {
            "id": self._id if plain else self.id,
            "type": self.type.value if plain else self.type,
            "name": self.name,
            "timestamp": self.timestamp.isoformat() if plain else self.timestamp,
            "message": self.message,
            "state_details": self.state_details.model_dump(mode=mode),
            "data": state_results.plain(self.data) if plain else self.data,
            "created": None,
            "updated": None,
        }

    @classmethod
    def model_validate(cls, obj: object, **_: object) -> State:
        """Return the state that a dict from `model_dump` describes, or the state itself; ValueError for anything else."""
        if isinstance(obj, State):
            return obj
        if not isinstance(obj, dict) or "type" not in obj:
            raise ValueError(f"a state is made from a dict with a 'type'; got {obj!r}")
        return cls(**{**obj, "timestamp": parsed(obj.get("timestamp"))})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        mine = (self.type, self.name, self.message, self._id, self.timestamp)
        if mine != (other.type, other.name, other.message, other._id, other.timestamp):
            return False
        # Values are not compared, for theirs may not be a yes or no; two readings of one pointer are one.
        shown, others = self._shown, other._shown
        return shown is others or (isinstance(shown, model.ResultRef) and shown == others)

    def __hash__(self) -> int:
        return hash(self._id)

    def __str__(self) -> str:
        parts = [repr(self.message)] if self.message else []
        if self.name.lower() != self.type.value.lower():
            parts.append(f"type={self.type.value}")
        return f"{self.name}({', '.join(parts)})"

    def __repr__(self) -> str:
        return f"{self.name}(message={self.message!r}, type={self.type.value}, result={self._shown!r})"


def Scheduled(cls: type[State] = State, scheduled_time: datetime | None = None, **kwargs: Any) -> State:
    """Make a state: will start at `scheduled_time` (now, when not given)."""
    details = StateDetails.taken(kwargs.pop("state_details", None))
    if scheduled_time is not None and details.scheduled_time is not None:
        raise ValueError("An extra scheduled_time was provided in state_details")
    details.scheduled_time = scheduled_time or details.scheduled_time or clock.now()
    return cls(type=StateType.SCHEDULED, state_details=details, **kwargs)


def Completed(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: done."""
    return cls(type=StateType.COMPLETED, **kwargs)


def Running(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: user code is running."""
    return cls(type=StateType.RUNNING, **kwargs)


def Failed(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: failed."""
    return cls(type=StateType.FAILED, **kwargs)


def Crashed(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: ended from outside."""
    return cls(type=StateType.CRASHED, **kwargs)


def Cancelling(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: asked to stop."""
    return cls(type=StateType.CANCELLING, **kwargs)


def Cancelled(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: stopped on request."""
    return cls(type=StateType.CANCELLED, **kwargs)


def Pending(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: preparing to run."""
    return cls(type=StateType.PENDING, **kwargs)


def Submitting(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: being handed to its infrastructure."""
    return cls(type=StateType.PENDING, name="Submitting", **kwargs)


def InfrastructurePending(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: its infrastructure is starting."""
    return cls(type=StateType.PENDING, name="InfrastructurePending", **kwargs)


def Paused(
    cls: type[State] = State,
    timeout_seconds: int | None = None,
    pause_expiration_time: datetime | None = None,
    reschedule: bool = False,  # noqa: FBT001, FBT002 - users pass it by position
    pause_key: str | None = None,
    **kwargs: Any,
) -> State:
    """Make a state: waits to be resumed, at most until `pause_expiration_time`."""
    details = StateDetails.taken(kwargs.pop("state_details", None))
    if details.pause_timeout is None:
        if pause_expiration_time is not None and timeout_seconds is not None:
            raise ValueError("Cannot supply both a pause_expiration_time and timeout_seconds")
        details.pause_timeout = pause_expiration_time
        if timeout_seconds is not None:
            details.pause_timeout = clock.now() + clock.seconds(timeout_seconds)
    details.pause_reschedule = reschedule
    details.pause_key = pause_key
    return cls(type=StateType.PAUSED, state_details=details, **kwargs)


def Suspended(cls: type[State] = State, timeout_seconds: int | None = None, **kwargs: Any) -> State:
    """Make a state: paused, and the process has ended."""
    return Paused(cls=cls, name="Suspended", reschedule=True, timeout_seconds=timeout_seconds, **kwargs)


def AwaitingRetry(cls: type[State] = State, scheduled_time: datetime | None = None, **kwargs: Any) -> State:
    """Make a state: will be tried again."""
    return Scheduled(cls=cls, scheduled_time=scheduled_time, name="AwaitingRetry", **kwargs)


def AwaitingConcurrencySlot(cls: type[State] = State, scheduled_time: datetime | None = None, **kwargs: Any) -> State:
    """Make a state: waits for a slot of a concurrency limit."""
    return Scheduled(cls=cls, scheduled_time=scheduled_time, name="AwaitingConcurrencySlot", **kwargs)


def Retrying(cls: type[State] = State, **kwargs: Any) -> State:
    """Make a state: running once more."""
    return cls(type=StateType.RUNNING, name="Retrying", **kwargs)


def Late(cls: type[State] = State, scheduled_time: datetime | None = None, **kwargs: Any) -> State:
    """Make a state: should have started."""
    return Scheduled(cls=cls, scheduled_time=scheduled_time, name="Late", **kwargs)


class StateGroup:
    """Several states and what they amount to."""

    def __init__(self, states: Iterable[State]) -> None:
        self.states = list(states)
        self.total_count = len(self.states)
        self.type_counts: Counter[StateType] = Counter(state.type for state in self.states)
        self.cancelled_count = self.type_counts[StateType.CANCELLED]
        self.paused_count = self.type_counts[StateType.PAUSED]
        self.final_count = sum(state.is_final() for state in self.states)
        self.not_final_count = self.total_count - self.final_count
        self.fail_count = self.type_counts[StateType.FAILED] + self.type_counts[StateType.CRASHED]

    def all_completed(self) -> bool:
        """Whether every state is Completed."""
        return self.type_counts[StateType.COMPLETED] == self.total_count

    def any_cancelled(self) -> bool:
        """Whether any is Cancelled."""
        return self.cancelled_count > 0

    def any_failed(self) -> bool:
        """Whether any is Failed or Crashed."""
        return self.fail_count > 0

    def any_paused(self) -> bool:
        """Whether any is Paused."""
        return self.paused_count > 0

    def all_final(self) -> bool:
        """Whether all are over."""
        return self.final_count == self.total_count

    def counts_message(self) -> str:
        """Say how many are in which state."""
        parts = [f"total={self.total_count}"]
        if self.not_final_count:
            parts.append(f"not_final={self.not_final_count}")
        parts += [f"{kind.value!r}={count}" for kind, count in self.type_counts.items() if count]
        return ", ".join(parts)

    def __repr__(self) -> str:
        return f"StateGroup<{self.counts_message()}>"

    def aggregate(self) -> tuple[StateType, str]:
        """Return the state that several returned states make of their run, and why."""
        total = self.total_count
        if self.all_completed():
            return StateType.COMPLETED, "All states completed."
        if self.any_cancelled():
            return StateType.CANCELLED, f"{self.cancelled_count}/{total} states cancelled."
        if self.any_paused():
            return StateType.PAUSED, f"{self.paused_count}/{total} states paused."
        if self.any_failed():
            return StateType.FAILED, f"{self.fail_count}/{total} states failed."
        if not self.all_final():
            return StateType.FAILED, f"{self.not_final_count}/{total} states are not final."
        return StateType.FAILED, f"Given states: {self.counts_message()}"


def is_state(thing: object) -> TypeGuard[State]:
    """Whether `thing` is a state."""
    return isinstance(thing, State)


def is_state_iterable(thing: object) -> bool:
    """Whether `thing` is a non-empty list, tuple or set of states."""
    return isinstance(thing, list | tuple | set) and bool(thing) and all(isinstance(item, State) for item in thing)


def get_state_exception(state: State) -> BaseException | Any:
    """Return the exception of a failed, crashed or cancelled state; ValueError for any other."""
    return state_results.dispatch(state_results.exception_of, state)


async def aget_state_exception(state: State) -> BaseException:
    """Return the exception of a failed, crashed or cancelled state; ValueError for any other."""
    return state_results.exception_of(state)


def raise_state_exception(state: State) -> Any:
    """Raise the exception of a failed, crashed or cancelled state; do nothing for any other."""
    return state_results.dispatch(state_results.raise_for, state)


async def araise_state_exception(state: State) -> None:
    """Raise the exception of a failed, crashed or cancelled state; do nothing for any other."""
    state_results.raise_for(state)


async def get_state_result(state: State, raise_on_failure: bool = True, **_: object) -> Any:  # noqa: FBT001, FBT002
    """Return the value of a state."""
    return state_results.value_of(state, raise_on_failure=raise_on_failure)


async def exception_to_failed_state(
    exc: BaseException | None = None, message: str | None = None, **kwargs: Any
) -> State:
    """Return the Failed state of an exception (the one being handled, when none is given)."""
    return state_results.failed_of(State, StateType.FAILED, exc, message, kwargs)


async def exception_to_crashed_state(exc: BaseException, **kwargs: Any) -> State:
    """Return the Crashed state of what interrupted a run."""
    return state_results.crashed_of(State, StateType.CRASHED, exc, kwargs)


def format_exception(exc: BaseException, tb: Any = None) -> str:
    """Return the exception as one line; with a traceback, as Python prints it."""
    if tb is not None:
        return "".join(traceback.format_exception(type(exc), exc, tb))
    return f"{type(exc).__name__}: {exc}"
