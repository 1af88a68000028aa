"""What the engine needs to know of a flow or a task: plain facts and functions; the sdk makes them from the decorated object."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from segue.engine.results import Keeper, Results
from segue.model.runs import Terms

if TYPE_CHECKING:
    from segue.engine.ended import Ended
    from segue.engine.lives import FlowLife, TaskLife

Function = Callable[..., object]


class Hooks(Struct, frozen=True, eq=False):
    """Functions to call on entering a state, by the state's type (`COMPLETED`, `FAILED`, `RUNNING`, …)."""

    by_kind: dict[str, tuple[Function, ...]] = field(default_factory=dict)
    #: Calls one hook with the user's faces of the object, the run and the state.
    call: Callable[[Function, FlowLife | TaskLife, Ended], object] | None = None


class TaskSpec(Struct, frozen=True, eq=False, kw_only=True):
    """A task as the engine sees it."""

    name: str
    key: str
    function: Function
    #: The user-facing object.
    face: object
    is_async: bool = False
    is_generator: bool = False
    version: str | None = None
    #: What is recorded of it with each run, where anything is said.
    terms: Terms | None = None
    tags: frozenset[str] = frozenset()
    retries: int = 0
    #: Seconds to wait before the given retry (1 is the first), jitter included; None: at once.
    delay: Callable[[int], float] | None = None
    #: Whether to try again after this end; None: always.
    condition: Callable[[TaskLife, Ended], object] | None = None
    timeout: float | None = None
    isolated: bool = False
    #: Enters the surroundings of the body (print capture); left after it.
    surround: Callable[[TaskLife], AbstractContextManager[object]] | None = None
    keep_in_memory: bool = True
    hooks: Hooks = Hooks()
    entrypoint: str | None = None
    #: Where a run's inputs are kept for `segue task-run rerun`; None from it: they are not kept.
    inputs_place: Callable[[TaskLife], Results | None] | None = None
    #: Whether the user asked for the inputs, so that not being able to keep them is worth a warning.
    record_inputs: bool = False
    #: Names a run from its parameters; None: `name-ordinal`.
    run_name: Callable[[TaskLife], str] | None = None
    #: Opens the transaction of a run; None from it: nothing is persisted and nothing surrounds it.
    keeper: Callable[[TaskLife], Keeper | None] | None = None
    #: What a return value means as a state (users may return states); None from it: an ordinary value.
    conclude: Callable[[object], Ended | None] | None = None
    #: Persists one value apart from any cache key (durable steps, inputs, failures).
    results: Callable[[], Results] | None = None
    #: Stable hash of a task's inputs, or None where something cannot be hashed.
    hash_inputs: Callable[[dict[str, object]], str | None] | None = None


class FlowSpec(Struct, frozen=True, eq=False, kw_only=True):
    """A flow as the engine sees it."""

    name: str
    function: Function
    face: object
    is_async: bool = False
    is_generator: bool = False
    version: str | None = None
    #: What is recorded of it with each run, where anything is said.
    terms: Terms | None = None
    retries: int = 0
    delay: float = 0.0
    timeout: float | None = None
    isolated: bool = False
    keep_in_memory: bool = True
    durable: bool = False
    #: How often a run that crashed is begun again by itself, where a worker can take it.
    crash_retries: int = 0
    #: Whether this run persists its result; decided when it is first asked.
    persists: Callable[[FlowLife], bool] | None = None
    hooks: Hooks = Hooks()
    entrypoint: str | None = None
    run_name: Callable[[FlowLife], str] | None = None
    #: Coerces the arguments by the annotations; raises the sdk's ParameterTypeError.
    validate: Callable[[dict[str, object]], dict[str, object]] | None = None
    #: Binds validated parameters back to the function's (args, kwargs).
    call: Callable[[dict[str, object]], tuple[tuple[object, ...], dict[str, object]]]
    #: Parameters as JSON-able values for the record.
    describe: Callable[[dict[str, object]], dict[str, object]]
    #: What a return value (states, futures, lists of them) means; waits for futures. None: an ordinary value.
    conclude: Callable[[object], Ended | None]
    #: Keeps the arguments of a new run where their description does not say all.
    keep_arguments: Callable[[FlowLife, dict[str, object]], None] | None = None
    results: Callable[[], Results] | None = None
    #: Enters the surroundings of the body (task runner, print capture, result store); left after the body.
    surround: Callable[[FlowLife], AbstractContextManager[object]] | None = None
    hash_inputs: Callable[[dict[str, object]], str | None] | None = None


def at_attempt(terms: Terms | None, number: int) -> Terms | None:
    """What is recorded of a task run that this attempt of its flow made."""
    if number < 2:
        return terms
    return Terms(flow_attempt=number) if terms is None else replace(terms, flow_attempt=number)
