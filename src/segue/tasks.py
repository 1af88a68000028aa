"""Tasks: functions whose every call is a tracked step with a state of its own."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Callable, Coroutine, Iterable
from itertools import count
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar, cast, overload

from segue import decoration
from segue.cache_policies import CachePolicy, task_input_hash
from segue.decoration import given, hooks_by_kind
from segue.engine.lives import current_flow
from segue.engine.signature import ASYNC_GENERATOR, COROUTINE, GENERATOR, Signature, flags
from segue.engine.spec import TaskSpec
from segue.engine.task_script import TaskCall
from segue.exceptions import ParameterBindError, check_name
from segue.futures import SegueFuture, SegueFutureList
from segue.host import config
from segue.task_calls import call_task
from segue.task_options import delays, spec_of
from segue.utilities.annotations import NotSet

if TYPE_CHECKING:
    from datetime import timedelta

    from segue.states import State

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

__all__ = ["Task", "exponential_backoff", "task", "task_input_hash"]


def exponential_backoff(backoff_factor: float) -> Callable[[int], list[float]]:
    """Return a `retry_delay_seconds` that doubles: factor, 2·factor, 4·factor, … seconds, one for each retry."""

    def delays_for(retries: int) -> list[float]:
        return [backoff_factor * max(0, 2**number) for number in range(retries)]

    return delays_for


class Task(Generic[P, R]):
    """A function whose calls are tracked; made by `@task`."""

    def __init__(
        self,
        fn: Callable[P, R],
        name: str | None = None,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        version: str | None = None,
        cache_policy: CachePolicy | type[NotSet] | None = NotSet,
        cache_key_fn: Callable[..., str | None] | None = None,
        cache_expiration: timedelta | None = None,
        task_run_name: str | Callable[..., str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | list[float] | Callable[[int], list[float]] | None = None,
        retry_jitter_factor: float | None = None,
        persist_result: bool | None = None,
        result_storage: object = None,
        result_serializer: object = None,
        result_storage_key: str | None = None,
        cache_result_in_memory: bool = True,  # noqa: FBT001, FBT002 - the signature users know
        timeout_seconds: float | None = None,
        log_prints: bool | None = None,  # noqa: FBT001
        refresh_cache: bool | None = None,  # noqa: FBT001
        on_completion: list[Callable[..., Any]] | None = None,
        on_failure: list[Callable[..., Any]] | None = None,
        on_running: list[Callable[..., Any]] | None = None,
        on_rollback: list[Callable[..., Any]] | None = None,
        on_commit: list[Callable[..., Any]] | None = None,
        retry_condition_fn: Callable[..., Any] | None = None,
        viz_return_value: object = None,
        asset_deps: list[object] | None = None,
        isolation: Literal["thread", "process"] = "thread",
        record_inputs: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        self._options = {key: value for key, value in locals().items() if key not in {"self", "fn"}}
        decoration.check_hooks(self._options)
        self.fn, self.wrapper = decoration.unwrap(fn)
        self.binding: object = None
        if not callable(self.fn):
            raise TypeError("'fn' must be callable")
        decoration.adopt(self, self.fn, description)
        code_flags = flags(self.fn)
        self.isasync = bool(code_flags & (COROUTINE | ASYNC_GENERATOR))
        self.isgenerator = bool(code_flags & (GENERATOR | ASYNC_GENERATOR))
        self.name: str = name or getattr(self.fn, "__name__", type(self.fn).__name__)
        check_name(self.name) if name else None
        decoration.check_run_name("task_run_name", task_run_name)
        decoration.check_isolation(isolation)
        self.task_run_name = task_run_name
        self.version = version
        self.tags = set(tags or [])
        self.signature = Signature(self.fn)
        decoration.check_reserved(self.signature)
        self.task_key = _task_key(self.fn)
        settings = config.current()
        self.retries: int = retries if retries is not None else settings.tasks.default_retries
        self.retry_delay_seconds = delays(
            retry_delay_seconds if retry_delay_seconds is not None else settings.tasks.default_retry_delay_seconds or 0,
            self.retries,
        )
        if retry_jitter_factor is not None and retry_jitter_factor < 0:
            raise ValueError("`retry_jitter_factor` must be >= 0.")
        self.retry_jitter_factor = retry_jitter_factor
        self.retry_condition_fn = retry_condition_fn
        if retry_condition_fn is not None and not callable(retry_condition_fn):
            raise TypeError(f"Expected `retry_condition_fn` to be callable, got {type(retry_condition_fn).__name__} instead.")
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.isolation = isolation
        self.record_inputs = record_inputs
        self.log_prints = log_prints
        self.cache_result_in_memory = cache_result_in_memory
        self.result_storage = result_storage
        self.result_serializer = result_serializer
        self.result_storage_key = result_storage_key
        self.viz_return_value = viz_return_value
        self.asset_deps = list(asset_deps or [])
        self.cache_key_fn = cache_key_fn
        self.cache_expiration = cache_expiration
        self.refresh_cache = refresh_cache
        self.cache_policy, self.persist_result = decoration.caching(self, cache_policy, persist=persist_result)
        self.on_completion_hooks = list(on_completion or [])
        self.on_failure_hooks = list(on_failure or [])
        self.on_running_hooks = list(on_running or [])
        self.on_rollback_hooks = list(on_rollback or [])
        self.on_commit_hooks = list(on_commit or [])
        self._spec: TaskSpec | None = None
        self._counter = count()
        #: The inputs of a run that waits for nothing.
        self.no_edges: dict[str, list[str]] = {each: [] for each in self.signature.parameter_names()}
        self.direct_call = TaskCall(bind=self.unbind, direct=True)
        self.submitted_call = TaskCall(bind=self.unbind, direct=False)

    @property
    def spec(self) -> TaskSpec:
        """The task as the engine sees it."""
        if self._spec is None:
            self._spec = spec_of(self)
        return self._spec

    def ordinal(self) -> int:
        """Number runs outside flows."""
        return next(self._counter)

    def hooks(self) -> dict[str, tuple[Callable[..., Any], ...]]:
        """The state hooks by the type of the state."""
        return hooks_by_kind(
            COMPLETED=self.on_completion_hooks, FAILED=self.on_failure_hooks, RUNNING=self.on_running_hooks
        )

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call, defaults included; raises ParameterBindError."""
        if self.binding is not None:
            args = (self.binding, *args)
        try:
            return self.signature.bind(args, kwargs)
        except TypeError as error:
            raise ParameterBindError.of(self.fn, error, args, kwargs) from None

    def unbind(self, parameters: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the (args, kwargs) for the function."""
        return self.signature.unbind(parameters)

    @overload
    def __call__(self: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def __call__(self, *args: Any, return_state: Literal[True], wait_for: Iterable[Any] | None = None, **kwargs: Any) -> State: ...  # fmt: skip

    @overload
    def __call__(self, *args: Any, wait_for: Iterable[Any], **kwargs: Any) -> R: ...

    def __call__(
        self, *args: Any, return_state: bool = False, wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> Any:
        """Run the task here and now; returns its value (a coroutine for an async task) or raises."""
        return call_task(self, self.bound(args, kwargs), return_state=return_state, wait_for=wait_for)

    @overload
    def submit(self: Task[P, Coroutine[Any, Any, T]], *args: Any, wait_for: Iterable[Any] | None = None, **kwargs: Any) -> SegueFuture[T]: ...  # fmt: skip

    @overload
    def submit(self: Task[P, R], *args: Any, wait_for: Iterable[Any] | None = None, **kwargs: Any) -> SegueFuture[R]: ...  # fmt: skip

    @overload
    def submit(self, *args: Any, return_state: Literal[True], wait_for: Iterable[Any] | None = None, **kwargs: Any) -> State: ...  # fmt: skip

    def submit(
        self, *args: Any, return_state: bool = False, wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> Any:
        """Start a run on the flow's task runner and return its future; futures among the arguments are waited for."""
        parameters = self.bound(args, kwargs)
        future = decoration.task_runner("submit").submit(self, parameters, wait_for)
        if not return_state:
            return future
        future.wait()
        return future.state

    @overload
    def map(self: Task[P, Coroutine[Any, Any, T]], *args: Any, wait_for: Iterable[Any] | None = None, deferred: bool = False, **kwargs: Any) -> SegueFutureList[T]: ...  # fmt: skip

    @overload
    def map(self: Task[P, R], *args: Any, wait_for: Iterable[Any] | None = None, deferred: bool = False, **kwargs: Any) -> SegueFutureList[R]: ...  # fmt: skip

    @overload
    def map(self, *args: Any, return_state: Literal[True], wait_for: Iterable[Any] | None = None, deferred: bool = False, **kwargs: Any) -> list[State]: ...  # fmt: skip

    def map(
        self,
        *args: Any,
        return_state: bool = False,
        wait_for: Iterable[Any] | None = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Start one run per element of the iterable arguments; scalars and `unmapped(...)` values go to every run."""
        parameters = self.partially_bound(args, kwargs)
        if deferred:
            from segue.mapping import elements  # noqa: PLC0415 - a door: only for deferred maps

            futures = SegueFutureList(
                cast("Any", self.apply_async(kwargs=each, wait_for=wait_for)) for each in elements(self, parameters)
            )
            return futures
        futures = decoration.task_runner("map").map(self, parameters, wait_for)
        if not return_state:
            return futures
        futures.wait()
        return [future.state for future in futures]

    def partially_bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the given parameters of a call, without defaults; raises ParameterBindError."""
        if self.binding is not None:
            args = (self.binding, *args)
        try:
            return dict(self.signature.full().bind(*args, **kwargs).arguments)
        except TypeError as error:
            raise ParameterBindError.of(self.fn, error, args, kwargs) from None

    def signature_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Spread a `**kwargs` parameter, so that each of its entries can be mapped over."""
        spread = dict(parameters)
        for name, each in self.signature.full().parameters.items() if not self.signature.simple else ():
            if each.kind is each.VAR_KEYWORD and name in spread:
                spread.update(spread.pop(name))
        return spread

    def complete(self, parameters: dict[str, Any], given_names: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Return the parameters of one mapped run with the defaults of what was not given."""
        args, kwargs = self.unbind(self._gathered(parameters))
        return self.signature.bind(args, kwargs)

    def _gathered(self, parameters: dict[str, Any]) -> dict[str, Any]:
        if self.signature.simple:
            return parameters
        full = self.signature.full().parameters
        inside = {name: value for name, value in parameters.items() if name in full}
        extra = {name: value for name, value in parameters.items() if name not in full}
        for name, each in full.items():
            if each.kind is each.VAR_KEYWORD and extra:
                inside[name] = extra
        return inside

    def delay(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Hand a run to a task worker, in whichever process; returns a future at once."""
        return self.apply_async(args=tuple(args), kwargs=dict(kwargs))

    def apply_async(
        self,
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,
    ) -> Any:
        """Hand a run to a task worker; the form of `delay` that takes `wait_for`."""
        from segue.task_worker import enqueue  # noqa: PLC0415 - a door: background tasks need storage and a worker

        return enqueue(self, self.bound(args or (), kwargs or {}), wait_for=wait_for, dependencies=dependencies)

    def serve(self) -> None:
        """Run background runs of this task until stopped."""
        from segue.task_worker import serve  # noqa: PLC0415 - a door: see `apply_async`

        serve(self)

    def with_options(self, **options: Any) -> Task[P, R]:
        """Return a copy of the task with other options; takes what `@task` takes."""
        decoration.check_options(type(self), options)
        merged = {**self._options, **{key: value for key, value in options.items() if given(value)}}
        return decoration.bound_copy(type(self)(self.wrapper(self.fn) if self.wrapper else self.fn, **merged), self.binding, None)

    def on_completion(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run completes."""
        return self._hooked(self.on_completion_hooks, fn)

    def on_failure(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run fails."""
        return self._hooked(self.on_failure_hooks, fn)

    def on_running(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run begins an attempt."""
        return self._hooked(self.on_running_hooks, fn)

    def on_commit(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when the transaction of a run commits."""
        return self._hooked(self.on_commit_hooks, fn)

    def on_rollback(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when the transaction of a run is rolled back."""
        return self._hooked(self.on_rollback_hooks, fn)

    def _hooked(self, hooks: list[Callable[..., Any]], fn: Callable[..., T]) -> Callable[..., T]:
        hooks.append(fn)
        self._spec = None
        return fn

    def __get__(self, instance: object, owner: type | None = None) -> Task[P, R]:
        bound: Task[P, R] = decoration.bound_copy(self, instance, owner)
        return bound

    def __getstate__(self) -> dict[str, Any]:
        # What is derived from the options is derived again where the object arrives.
        return {**self.__dict__, "_spec": None}

    def __repr__(self) -> str:
        return f"<Task {self.name!r}>"


def _task_key(fn: Callable[..., Any]) -> str:
    """Name the task's code: stable across processes, other for another function of the same name elsewhere."""
    name = getattr(fn, "__qualname__", type(fn).__name__)
    code = getattr(fn, "__code__", None)
    # Not the module: a file run as `__main__` is imported under its own name by whoever hands runs to it.
    where = code.co_filename.rsplit("/", 1)[-1] if code is not None else ""
    return f"{name}-{crc32(where.encode()):08x}"


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
    cache_key_fn: Callable[..., str | None] | None = None,
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
    on_completion: list[Callable[..., Any]] | None = None,
    on_failure: list[Callable[..., Any]] | None = None,
    on_running: list[Callable[..., Any]] | None = None,
    on_rollback: list[Callable[..., Any]] | None = None,
    on_commit: list[Callable[..., Any]] | None = None,
    retry_condition_fn: Callable[..., Any] | None = None,
    viz_return_value: object = None,
    asset_deps: list[object] | None = None,
    isolation: Literal["thread", "process"] = "thread",
    record_inputs: bool = False,
) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(__fn: Callable[P, R] | None = None, /, **options: Any) -> Any:
    """Make a function a task: each call is tracked, with its own state, retries, cache and timeout.

    Beyond the options users know: `isolation="process"` runs the body in a process of its own, which `timeout_seconds` and a
    cancellation end whatever it does; `record_inputs=True` keeps the inputs for `segue task-run rerun`.
    """
    decoration.check_options(Task, options)
    if __fn is None:
        return _Decorator(options)
    return Task(__fn, **options)


def in_flow() -> bool:
    """Whether the calling code belongs to a flow run."""
    return current_flow.get() is not None
