"""From a task's options to what the engine needs to know."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Callable
from math import log
from typing import TYPE_CHECKING, Any

from segue.engine.ended import Ended
from segue.engine.lives import FlowLife, TaskLife
from segue.engine.results import Results
from segue.engine.signature import ASYNC_GENERATOR, GENERATOR, flags
from segue.engine.spec import Hooks, TaskSpec
from segue.final_states import conclude_task
from segue.logging.prints import patch_print
from segue.model.runs import Terms
from segue.persistence import persists_task
from segue.states import State
from segue.task_keeper import open_keeper

if TYPE_CHECKING:
    from segue.assets import Asset, Lineage
    from segue.tasks import Task

Delay = float | list[float]
#: The last delay is repeated for retries beyond these.
MAX_DELAYS = 50


def delays(value: float | list[float] | Callable[[int], list[float]] | None, retries: int) -> Delay | None:
    """Return the delays a task was given as a number or a list of at most 50 numbers; a function is asked for them."""
    if callable(value):
        value = value(retries)
    if isinstance(value, list | tuple):
        if len(value) > MAX_DELAYS:
            raise ValueError(f"Can not configure more than {MAX_DELAYS} retry delays per task.")
        return list(value)
    if value is not None and not isinstance(value, int | float):
        raise TypeError(
            "Invalid `retry_delay_seconds` provided; must be an int, float, list or callable."
            f" Received type {type(value).__name__}"
        )
    return value


def check_jitter(factor: float | None) -> float | None:
    """Return the jitter factor; raises ValueError when it is negative."""
    if factor is not None and factor < 0:
        raise ValueError("`retry_jitter_factor` must be >= 0.")
    return factor


def check_condition(condition: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """Return the retry condition; raises TypeError when it cannot be called."""
    if condition is not None and not callable(condition):
        raise TypeError(f"Expected `retry_condition_fn` to be callable, got {type(condition).__name__} instead.")
    return condition


def assets_used(
    given: list[str | Asset] | None,
) -> tuple[list[Asset], Lineage | None]:
    """Return the assets a task was told to depend on, and what follows its runs; nothing for most tasks."""
    if not given:
        return [], None
    # A door: assets need pydantic, and stand on tasks themselves.
    module: Any = __import__("segue.assets", fromlist=["asset_of"])
    assets = [module.asset_of(each) for each in given]
    return assets, module.Lineage(assets)


def task_key(fn: Callable[..., Any]) -> str:
    """Name the task's code: stable across processes, other for another function of the same name elsewhere."""
    name = getattr(fn, "__qualname__", type(fn).__name__)
    code = getattr(fn, "__code__", None)
    # Not the module: a file run as `__main__` is imported under its own name by whoever hands runs to it.
    where = code.co_filename.rsplit("/", 1)[-1] if code is not None else ""
    return f"{name}-{crc32(where.encode()):08x}"


def spec_of(task: Task[Any, Any]) -> TaskSpec:
    """Return the task as the engine sees it."""
    return TaskSpec(
        name=task.name,
        key=task.task_key,
        function=_collecting(task.fn) if task.isgenerator else task.fn,
        face=task,
        is_async=task.isasync,
        is_generator=task.isgenerator,
        version=task.version,
        terms=_terms(task),
        tags=frozenset(task.tags),
        retries=task.retries,
        delay=_delay(task.retry_delay_seconds, task.retry_jitter_factor),
        condition=_condition(task),
        timeout=task.timeout_seconds,
        isolated=task.isolation == "process",
        surround=(lambda _life: patch_print()) if task.log_prints else None,
        keep_in_memory=task.cache_result_in_memory,
        hooks=Hooks(task.hooks(), call_task_hook),
        entrypoint=entrypoint_of(task.fn),
        inputs_place=_inputs_place(task),
        record_inputs=task.record_inputs,
        run_name=_run_name(task) if task.task_run_name else None,
        keeper=lambda life: open_keeper(task, life),
        conclude=conclude_task,
        results=lambda: _results(task),
        hash_inputs=hash_inputs,
    )


def _terms(task: Task[Any, Any]) -> Terms | None:
    """What is recorded of the task with each run."""
    if task.retries:
        delay, jitter = task.retry_delay_seconds, task.retry_jitter_factor
        return Terms(retries=task.retries, delay=delay, jitter=jitter, version=task.version)
    return Terms(version=task.version) if task.version is not None else None


def _collecting(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A submitted generator's value is the list of what it yields."""
    if flags(fn) & ASYNC_GENERATOR:

        async def collect_async(*args: Any, **kwargs: Any) -> list[Any]:
            return [item async for item in fn(*args, **kwargs)]

        return collect_async
    if flags(fn) & GENERATOR:
        return lambda *args, **kwargs: list(fn(*args, **kwargs))
    return fn


def _delay(value: Delay | None, jitter: float | None) -> Callable[[int], float] | None:
    if not value:
        return None

    def seconds(retry: int) -> float:
        # The last delay is repeated when there are more retries than delays.
        base = value[min(retry, len(value)) - 1] if isinstance(value, list) else float(value)
        return jittered(base, jitter, _chance()) if jitter and base > 0 else base

    return seconds


def _chance() -> float:
    import random  # noqa: PLC0415 - a door: used only here

    return random.random()


def jittered(average: float, factor: float, chance: float) -> float:
    """Return a delay around `average` seconds: exponential inter-arrival times, kept within `factor` of the average."""
    low, high = average / (1 + factor), average * (1 + factor)
    drawn = -log(1.0 - chance * 0.999999) * average
    return min(max(drawn, low), high)


def _condition(task: Task[Any, Any]) -> Callable[[TaskLife, Ended], object] | None:
    function = task.retry_condition_fn
    if function is None:
        return None

    def check(life: TaskLife, ended: Ended) -> object:
        from segue.client.schemas.objects import TaskRun  # noqa: PLC0415 - a door: faces are made only for users' functions

        return function(task, TaskRun.of_life(life), State.of_ended(ended, life))

    return check


def call_task_hook(hook: Callable[..., Any], life: FlowLife | TaskLife, ended: Ended) -> object:
    """Call a state hook of a task with (task, task_run, state)."""
    from segue.client.schemas.objects import TaskRun  # noqa: PLC0415 - a door: see `_condition`

    if not isinstance(life, TaskLife):
        raise TypeError("a task hook is called for a task run")
    return hook(life.spec.face, TaskRun.of_life(life), State.of_ended(ended, life))


def _run_name(task: Task[Any, Any]) -> Callable[[TaskLife], str]:
    given = task.task_run_name

    def name(life: TaskLife) -> str:
        if isinstance(given, str):
            return given.format(**life.parameters)
        if given is None:
            return life.name
        made = given(parameters=life.parameters) if "parameters" in _names(given) else given()
        if not isinstance(made, str):
            raise TypeError(
                f"Callable {given!r} for 'task_run_name' returned type {type(made).__name__} but a string is required."
            )
        return made

    return name


def _names(function: Callable[..., Any]) -> tuple[str, ...]:
    code = getattr(function, "__code__", None)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code is not None else ()


def _inputs_place(task: Task[Any, Any]) -> Callable[[TaskLife], Results | None]:
    """Inputs are kept when results are, or when the user asked for it."""

    def place(life: TaskLife) -> Results | None:
        if life.flow is not None and life.flow.journal is not None:
            return life.flow.journal.notes
        if not (task.record_inputs or persists_task(life)):
            return None
        from segue.results import inputs_place  # noqa: PLC0415 - a door: see `_results`

        return inputs_place()

    return place


def _results(task: Task[Any, Any]) -> Results:
    from segue.results import results_of_task  # noqa: PLC0415 - a door: storage is opened when a value is kept

    return results_of_task(task)


def hash_inputs(parameters: dict[str, object]) -> str | None:
    """Return a stable hash of a call's inputs, None where one of them cannot be hashed."""
    from segue.utilities import hashing  # noqa: PLC0415 - a door: durable flows only

    return hashing.hash_inputs(parameters)


def entrypoint_of(fn: Callable[..., Any]) -> str | None:
    """Return `file.py:function`, by which another process finds the function again."""
    code = getattr(fn, "__code__", None)
    if code is None or code.co_filename.startswith("<"):
        return None
    return f"{code.co_filename}:{fn.__qualname__}"
