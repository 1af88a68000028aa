"""Flows: functions whose every call is a recorded run with state, logs, retries and history."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar, overload

from segue import decoration
from segue.decoration import given, hooks_by_kind
from segue.engine.asks import ExternalSignal
from segue.engine.ended import Ended
from segue.engine.lives import FlowLife, TaskLife
from segue.engine.results import Results
from segue.engine.signature import ASYNC_GENERATOR, COROUTINE, GENERATOR, Signature, flags
from segue.engine.spec import FlowSpec, Hooks
from segue.exceptions import ParameterBindError, check_name
from segue.final_states import conclude_flow
from segue.flow_calls import call_flow
from segue.futures import SegueFuture
from segue.host import config
from segue.parameters import Parameters, describe
from segue.persistence import persists_flow
from segue.states import State
from segue.surroundings import surround
from segue.task_options import entrypoint_of, hash_inputs
from segue.task_runners import TaskRunner, ThreadPoolTaskRunner

if TYPE_CHECKING:
    from segue.parameter_schema import ParameterSchema

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Flow(Generic[P, R]):
    """A function whose calls are recorded runs; made by `@flow`."""

    def __init__(
        self,
        fn: Callable[P, R],
        name: str | None = None,
        version: str | None = None,
        flow_run_name: str | Callable[[], str] | None = None,
        retries: int | None = None,
        retry_delay_seconds: float | None = None,
        task_runner: TaskRunner[Any] | type[TaskRunner[Any]] | None = None,
        description: str | None = None,
        timeout_seconds: float | None = None,
        validate_parameters: bool = True,  # noqa: FBT001, FBT002 - the signature users know
        persist_result: bool | None = None,  # noqa: FBT001
        result_storage: object = None,
        result_serializer: object = None,
        cache_result_in_memory: bool = True,  # noqa: FBT001, FBT002
        log_prints: bool | None = None,  # noqa: FBT001
        on_completion: list[Callable[..., Any]] | None = None,
        on_failure: list[Callable[..., Any]] | None = None,
        on_cancellation: list[Callable[..., Any]] | None = None,
        on_crashed: list[Callable[..., Any]] | None = None,
        on_running: list[Callable[..., Any]] | None = None,
        durable: bool = False,  # noqa: FBT001, FBT002
        isolation: Literal["thread", "process"] = "thread",
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
        function_name = getattr(self.fn, "__name__", type(self.fn).__name__)
        self.name: str = name or function_name.replace("_", "-").replace("<lambda>", "unknown-lambda")
        check_name(self.name)
        decoration.check_run_name("flow_run_name", flow_run_name)
        decoration.check_isolation(isolation)
        self.flow_run_name = flow_run_name
        self._version = version
        self.signature = Signature(self.fn)
        decoration.check_reserved(self.signature)
        settings = config.current()
        self.retries: int = retries if retries is not None else settings.flows.default_retries
        delay = retry_delay_seconds if retry_delay_seconds is not None else settings.flows.default_retry_delay_seconds
        self.retry_delay_seconds: float = delay if isinstance(delay, int | float) and delay else 0
        self.task_runner: TaskRunner[Any] = _runner(task_runner)
        self.timeout_seconds = float(timeout_seconds) if timeout_seconds else None
        self.isolation = isolation
        self.durable = durable
        self.should_validate_parameters = validate_parameters
        self.log_prints = log_prints
        self.cache_result_in_memory = cache_result_in_memory
        self.result_storage = result_storage
        self.result_serializer = result_serializer
        if persist_result is None and (result_storage is not None or result_serializer is not None):
            persist_result = True
        self.persist_result = persist_result
        self.on_completion_hooks = list(on_completion or [])
        self.on_failure_hooks = list(on_failure or [])
        self.on_cancellation_hooks = list(on_cancellation or [])
        self.on_crashed_hooks = list(on_crashed or [])
        self.on_running_hooks = list(on_running or [])
        self._parameters = Parameters(self.fn, self.signature)
        self._spec: FlowSpec | None = None
        self._schema: ParameterSchema | None = None

    @property
    def version(self) -> str:
        """The version given, else a hash of the source file."""
        if self._version is None:
            self._version = _file_hash(self.fn)
        return self._version

    @property
    def parameters(self) -> ParameterSchema:
        """The parameters as a schema: types, defaults, and what the docstring says of each."""
        if self._schema is None:
            from segue.parameter_schema import parameter_schema  # noqa: PLC0415 - pydantic's door

            self._schema = parameter_schema(self.fn)
        return self._schema

    @property
    def spec(self) -> FlowSpec:
        """The flow as the engine sees it."""
        if self._spec is None:
            self._spec = self._make_spec()
        return self._spec

    def _make_spec(self) -> FlowSpec:
        hooks = hooks_by_kind(
            COMPLETED=self.on_completion_hooks,
            FAILED=self.on_failure_hooks,
            CANCELLED=self.on_cancellation_hooks,
            CRASHED=self.on_crashed_hooks,
            RUNNING=self.on_running_hooks,
        )
        return FlowSpec(
            name=self.name,
            function=self.fn,
            face=self,
            is_async=self.isasync,
            is_generator=self.isgenerator,
            version=self.version,
            retries=self.retries,
            delay=self.retry_delay_seconds,
            timeout=self.timeout_seconds,
            isolated=self.isolation == "process",
            keep_in_memory=self.cache_result_in_memory,
            durable=self.durable,
            persists=persists_flow,
            hooks=Hooks(hooks, call_flow_hook),
            entrypoint=entrypoint_of(self.fn),
            run_name=self._run_name() if self.flow_run_name is not None else None,
            validate=self._parameters.validate if self.should_validate_parameters else None,
            call=self.signature.unbind,
            describe=describe,
            conclude=conclude_flow,
            results=self._results,
            surround=lambda life: surround(self, life),
            hash_inputs=hash_inputs,
        )

    def _results(self) -> Results:
        from segue.results import results_of_flow  # noqa: PLC0415 - a door: storage is opened when a value is kept

        return results_of_flow(self)

    def _run_name(self) -> Callable[[FlowLife], str]:
        template = self.flow_run_name

        def name(life: FlowLife) -> str:
            if isinstance(template, str):
                return template.format(**life.parameters)
            made = template() if template is not None else ""
            if not isinstance(made, str):
                raise TypeError(
                    f"Callable {template!r} for 'flow_run_name' returned type {type(made).__name__} but a string is required."
                )
            return made

        return name

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call, defaults included; raises ParameterBindError."""
        if self.binding is not None:
            args = (self.binding, *args)
        try:
            return self.signature.bind(args, kwargs)
        except TypeError as error:
            raise ParameterBindError.of(self.fn, error, args, kwargs) from None

    @overload
    def __call__(self: Flow[P, R], *args: P.args, **kwargs: P.kwargs) -> R: ...

    @overload
    def __call__(self: Flow[P, Coroutine[Any, Any, T]], *args: Any, return_state: Literal[True], wait_for: Iterable[SegueFuture[Any]] | None = None, **kwargs: Any) -> Coroutine[Any, Any, State]: ...  # fmt: skip

    @overload
    def __call__(self, *args: Any, return_state: Literal[True], wait_for: Iterable[SegueFuture[Any]] | None = None, **kwargs: Any) -> State: ...  # fmt: skip

    @overload
    def __call__(self, *args: Any, wait_for: Iterable[SegueFuture[Any]], **kwargs: Any) -> R: ...

    def __call__(
        self, *args: Any, return_state: bool = False, wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> Any:
        """Run the flow here and now; returns its value (a coroutine for an async flow) or raises."""
        return call_flow(self, self.bound(args, kwargs), return_state=return_state, wait_for=wait_for)

    def validate_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return parameters as the annotations want them; raises ParameterTypeError, SignatureMismatchError."""
        self._parameters.check_names(parameters)
        return self._parameters.validate(parameters)

    def with_options(self, **options: Any) -> Flow[P, R]:
        """Return a copy of the flow with other options; takes what `@flow` takes."""
        decoration.check_options(type(self), options)
        merged = {**self._options, **{key: value for key, value in options.items() if given(value)}}
        merged["version"] = merged["version"] or self._version
        copy = type(self)(self.wrapper(self.fn) if self.wrapper else self.fn, **merged)
        bound: Flow[P, R] = decoration.bound_copy(copy, self.binding, None)
        return bound

    def on_completion(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run completes."""
        return self._hooked(self.on_completion_hooks, fn)

    def on_failure(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run fails."""
        return self._hooked(self.on_failure_hooks, fn)

    def on_cancellation(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run was cancelled."""
        return self._hooked(self.on_cancellation_hooks, fn)

    def on_crashed(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run crashed."""
        return self._hooked(self.on_crashed_hooks, fn)

    def on_running(self, fn: Callable[..., T]) -> Callable[..., T]:
        """Call the decorated function when a run begins an attempt."""
        return self._hooked(self.on_running_hooks, fn)

    def _hooked(self, hooks: list[Callable[..., Any]], fn: Callable[..., T]) -> Callable[..., T]:
        hooks.append(fn)
        self._spec = None
        return fn

    def __get__(self, instance: object, owner: type | None = None) -> Flow[P, R]:
        bound: Flow[P, R] = decoration.bound_copy(self, instance, owner)
        return bound

    def __getstate__(self) -> dict[str, Any]:
        # What is derived from the options is derived again where the object arrives.
        return {**self.__dict__, "_spec": None}

    def __repr__(self) -> str:
        return f"<Flow {self.name!r}>"


def call_flow_hook(hook: Callable[..., Any], life: FlowLife | TaskLife, ended: Ended) -> object:
    """Call a state hook of a flow with (flow, flow_run, state)."""
    from segue.client.schemas.objects import FlowRun  # noqa: PLC0415 - a door: faces are made only for users' functions

    if not isinstance(life, FlowLife):
        raise TypeError("a flow hook is called for a flow run")
    return hook(life.spec.face, FlowRun.of_life(life), State.of_ended(ended, life))


def rerun(flow: Flow[Any, Any], flow_run_id: str, parameters: dict[str, Any]) -> State:
    """Run an existing flow run again, in this process and under its own id; returns its final state.

    A durable flow goes on from its last finished step. Raises what the claim raises when somebody else holds the run.
    """
    from segue.engine.drive_sync import settle  # noqa: PLC0415

    state = settle(call_flow(flow, flow.bound((), parameters), return_state=True, existing=flow_run_id))
    if not isinstance(state, State):
        raise ExternalSignal(f"flow {flow.name!r} is a generator and cannot be run again from outside")
    return state


def _runner(given_runner: TaskRunner[Any] | type[TaskRunner[Any]] | None) -> TaskRunner[Any]:
    if given_runner is None:
        return ThreadPoolTaskRunner(max_workers=config.current().tasks.runner.thread_pool_max_workers)
    return given_runner() if isinstance(given_runner, type) else given_runner


def _file_hash(fn: Callable[..., Any]) -> str:
    import hashlib  # noqa: PLC0415 - a door: loads OpenSSL, and only runs need a version

    code = getattr(fn, "__code__", None)
    try:
        with open(code.co_filename, "rb") as source:  # type: ignore[union-attr]
            content = source.read()
    except (OSError, AttributeError):
        # Typed at a prompt, or a callable object: its byte code is all there is to tell versions apart.
        content = getattr(code, "co_code", repr(fn).encode())
    return hashlib.blake2b(content, digest_size=16).hexdigest()


class _Decorator:
    """The decorator with its options given."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options

    def __call__(self, fn: Callable[P, R]) -> Flow[P, R]:
        return Flow(fn, **self._options)


@overload
def flow(__fn: Callable[P, R], /) -> Flow[P, R]: ...


@overload
def flow(
    __fn: None = None,
    /,
    *,
    name: str | None = None,
    version: str | None = None,
    flow_run_name: str | Callable[[], str] | None = None,
    retries: int | None = None,
    retry_delay_seconds: float | None = None,
    task_runner: TaskRunner[Any] | type[TaskRunner[Any]] | None = None,
    description: str | None = None,
    timeout_seconds: float | None = None,
    validate_parameters: bool = True,
    persist_result: bool | None = None,
    result_storage: object = None,
    result_serializer: object = None,
    cache_result_in_memory: bool = True,
    log_prints: bool | None = None,
    on_completion: list[Callable[..., Any]] | None = None,
    on_failure: list[Callable[..., Any]] | None = None,
    on_cancellation: list[Callable[..., Any]] | None = None,
    on_crashed: list[Callable[..., Any]] | None = None,
    on_running: list[Callable[..., Any]] | None = None,
    durable: bool = False,
    isolation: Literal["thread", "process"] = "thread",
) -> Callable[[Callable[P, R]], Flow[P, R]]: ...


def flow(__fn: Callable[P, R] | None = None, /, **options: Any) -> Any:
    """Make a function a flow: each call is a recorded run.

    Beyond the options users know: `durable=True` keeps every step's result, so that a killed run goes on from its last finished step;
    `isolation="process"` runs the body in a process of its own, which a timeout or a cancellation ends whatever it does.
    """
    decoration.check_options(Flow, options)
    if __fn is None:
        return _Decorator(options)
    return Flow(__fn, **options)
