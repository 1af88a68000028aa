"""Tasks: functions whose every call is a tracked step with a state of its own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Literal, NoReturn, ParamSpec, TypeVar, overload

from segue import decoration
from segue.cache_policies import CachePolicy, task_input_hash
from segue.decorated import Hook, R_co
from segue.decoration import hooks_by_kind
from segue.engine.lives import current_flow
from segue.engine.spec import TaskSpec
from segue.engine.task_script import TaskCall
from segue.futures import SegueFuture, SegueFutureList
from segue.host import config
from segue.submittable import Submittable
from segue.task_calls import call_task
from segue.task_options import MAX_DELAYS, assets_used, check_condition, check_jitter, delays, spec_of, task_key
from segue.tracing import current_tracer
from segue.utilities.annotations import NotSet

if TYPE_CHECKING:
    from datetime import timedelta

    from segue.assets import Asset, Lineage
    from segue.client.schemas.objects import TaskRun
    from segue.context import TaskRunContext
    from segue.states import State
    from segue.transactions import Transaction

    # A coroutine function will do as well.
    TaskHook = Callable[["Task[..., Any]", TaskRun, State], object]

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
T = TypeVar("T")

#: Options kept as they are given.
_PLAIN = (
    "task_run_name", "version", "record_inputs", "result_storage_key", "viz_return_value", "cache_key_fn",
    "cache_expiration", "refresh_cache",
)  # fmt: skip

__all__ = ["Task", "exponential_backoff", "task", "task_input_hash"]


def exponential_backoff(backoff_factor: float) -> Callable[[int], list[float]]:
    """Return a `retry_delay_seconds` that doubles: factor, 2·factor, 4·factor, … seconds, one for each retry."""

    def delays_for(retries: int) -> list[float]:
        return [backoff_factor * max(0, 2**number) for number in range(min(retries, MAX_DELAYS))]

    return delays_for


class Task(Submittable[P, R_co]):
    """A function whose calls are tracked; made by `@task`."""

    task_run_name: str | Callable[..., str] | None
    version: str | None
    record_inputs: bool
    result_storage_key: str | None
    viz_return_value: object
    cache_key_fn: Callable[..., str | None] | None
    cache_expiration: timedelta | None
    refresh_cache: bool | None
    asset_deps: list[Asset]
    #: Follows the assets that the task uses and makes, where it has to do with any.
    lineage: Lineage | None

    _counter: count[int]

    run_name_option = "task_run_name"
    resettable = frozenset(
        {
            "cache_policy", "task_run_name", "retries", "retry_delay_seconds", "retry_jitter_factor", "persist_result",
            "result_storage", "result_storage_key", "result_serializer", "log_prints", "refresh_cache",
        }
    )  # fmt: skip
    derived: ClassVar = {"_spec": lambda: None, "_counter": count}

    def __init__(
        self,
        fn: Callable[P, R_co],
        name: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        cache_policy: CachePolicy | type[NotSet] | None = NotSet,
        cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
        cache_expiration: timedelta | None = None,
        task_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | list[float] | Callable[[int], list[float]] | None = None,
        retry_jitter_factor: float | None = None,
        persist_result: bool | None = None,  # noqa: FBT001 - the signature users know
        result_storage: object = None,
        result_serializer: object = None,
        result_storage_key: str | None = None,
        cache_result_in_memory: bool = True,  # noqa: FBT001, FBT002
        timeout_seconds: float | None = None,
        log_prints: bool | None = None,  # noqa: FBT001
        refresh_cache: bool | None = None,  # noqa: FBT001
        on_completion: Iterable[TaskHook] | None = None,
        on_failure: Iterable[TaskHook] | None = None,
        on_running: Iterable[TaskHook] | None = None,
        on_rollback: Iterable[Callable[[Transaction], object]] | None = None,
        on_commit: Iterable[Callable[[Transaction], object]] | None = None,
        retry_condition_fn: TaskHook | None = None,
        viz_return_value: object = None,
        asset_deps: list[str | Asset] | None = None,
        isolation: Literal["thread", "process"] = "thread",
        record_inputs: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        options = {key: value for key, value in locals().items() if key not in {"self", "fn", "__class__"}}
        super().__init__(fn, options)
        self.name = name or self.function_name()
        for option in _PLAIN:
            setattr(self, option, options[option])
        self.tags = set(tags or [])
        self.task_key = task_key(self.fn)
        settings = config.current().tasks
        self.retries: int = settings.default_retries if retries is None else retries
        given = (settings.default_retry_delay_seconds or 0) if retry_delay_seconds is None else retry_delay_seconds
        self.retry_delay_seconds = delays(given, self.retries)
        self.retry_jitter_factor = check_jitter(retry_jitter_factor)
        self.retry_condition_fn = check_condition(retry_condition_fn)
        self.asset_deps, self.lineage = assets_used(asset_deps)
        self.cache_policy, self.persist_result = decoration.caching(self, cache_policy, persist=persist_result)
        self.on_rollback_hooks = list(on_rollback or [])
        self.on_commit_hooks = list(on_commit or [])
        #: The inputs of a run that waits for nothing.
        self.no_edges: dict[str, list[str]] = {each: [] for each in self.signature.parameter_names()}
        self.direct_call = TaskCall(bind=self.unbind, direct=True)
        self.submitted_call = TaskCall(bind=self.unbind, direct=False)

    @property
    def spec(self) -> TaskSpec:
        """The task as the engine sees it."""
        if self._spec is None:
            self._spec = spec_of(self)
        spec: TaskSpec = self._spec
        return spec

    def ordinal(self) -> int:
        """Number runs outside flows."""
        return next(self._counter)

    def hooks(self) -> dict[str, tuple[Callable[..., Any], ...]]:
        """The state hooks by the type of the state."""
        return hooks_by_kind(
            COMPLETED=self.on_completion_hooks, FAILED=self.on_failure_hooks, RUNNING=self.on_running_hooks
        )

    def unbind(self, parameters: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the (args, kwargs) for the function."""
        return self.signature.unbind(parameters)

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    # Where a checker knows nothing of the return type, it is not taken for a coroutine.
    @overload
    def __call__(
        self: Task[..., NoReturn],
        *args: Any,
        return_state: Literal[True],
        wait_for: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> State: ...

    @overload
    def __call__(
        self: Task[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[True],
        wait_for: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> Coroutine[Any, Any, State[T]]: ...

    @overload
    def __call__(
        self, *args: Any, return_state: Literal[True], wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> State[R_co]: ...

    @overload
    def __call__(self, *args: Any, wait_for: Iterable[Any] | None, **kwargs: Any) -> R_co: ...

    @overload
    def __call__(self, future: SegueFuture[Any] | SegueFutureList[Any], /, *args: Any, **kwargs: Any) -> R_co: ...

    # Checkers cannot know that a parameter of the function's own called `return_state` is refused when it is decorated.
    def __call__(  # type: ignore[misc]
        self, *args: Any, return_state: bool = False, wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> Any:
        """Run the task here and now; returns its value (a coroutine for an async task) or raises."""
        parameters = self.bound(args, kwargs)
        tracer = current_tracer.get()
        if tracer is not None:
            return tracer.called(self, parameters)
        return call_task(self, parameters, return_state=return_state, wait_for=wait_for)

    def with_options(self, **options: Any) -> Task[P, R_co]:
        """Return a copy of the task with other options; takes what `@task` takes."""
        copy: Task[P, R_co] = self.made_with(options)
        return copy

    def on_commit(self, fn: Hook) -> Hook:
        """Call the decorated function when the transaction of a run commits."""
        return self.hooked(self.on_commit_hooks, fn)

    def on_rollback(self, fn: Hook) -> Hook:
        """Call the decorated function when the transaction of a run is rolled back."""
        return self.hooked(self.on_rollback_hooks, fn)

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Task[P, R_co]: ...

    @overload
    def __get__(self: Task[Concatenate[Any, Q], T], instance: object, owner: type | None = None) -> Task[Q, T]: ...

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return decoration.bound_copy(self, instance, owner)


class _Decorator:
    """The decorator with its options given."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options

    def __call__(self, fn: Callable[P, R]) -> Task[P, R]:
        return Task(fn, **self._options)


@overload
def task(__fn: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(
    __fn: None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    tags: Iterable[str] | None = None,
    version: str | None = None,
    cache_policy: CachePolicy | type[NotSet] | None = NotSet,
    cache_key_fn: Callable[[TaskRunContext, dict[str, Any]], str | None] | None = None,
    cache_expiration: timedelta | None = None,
    task_run_name: str | Callable[..., str] | None = None,
    retries: int | None = None,
    retry_delay_seconds: float | list[float] | Callable[[int], list[float]] | None = None,
    retry_jitter_factor: float | None = None,
    persist_result: bool | None = None,
    result_storage: object = None,
    result_serializer: object = None,
    result_storage_key: str | None = None,
    cache_result_in_memory: bool = True,
    timeout_seconds: float | None = None,
    log_prints: bool | None = None,
    refresh_cache: bool | None = None,
    on_completion: Iterable[TaskHook] | None = None,
    on_failure: Iterable[TaskHook] | None = None,
    on_running: Iterable[TaskHook] | None = None,
    on_rollback: Iterable[Callable[[Transaction], object]] | None = None,
    on_commit: Iterable[Callable[[Transaction], object]] | None = None,
    retry_condition_fn: TaskHook | None = None,
    viz_return_value: object = None,
    asset_deps: list[str | Asset] | None = None,
    isolation: Literal["thread", "process"] = "thread",
    record_inputs: bool = False,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(__fn: Callable[P, R] | None = None, /, **options: Any) -> Any:
    """Make a function a task: each call is tracked, with its own state, retries, cache and timeout.

    Beyond the options users know: `isolation="process"` runs the body in a process of its own, which `timeout_seconds` and a
    cancellation end whatever it does; `record_inputs=True` keeps the inputs for `segue task-run rerun`.
    """
    decoration.check_options(Task, options, "task()")
    if __fn is None:
        return _Decorator(options)
    return Task(__fn, **options)


def __getattr__(name: str) -> Any:
    # A door: assets need pydantic, and most scripts have none.
    if name == "MaterializingTask":
        return getattr(__import__("segue.assets", fromlist=[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def in_flow() -> bool:
    """Whether the calling code belongs to a flow run."""
    return current_flow.get() is not None
