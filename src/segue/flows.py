"""Flows: functions whose every call is a recorded run with state, logs, retries and history."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Literal, NoReturn, ParamSpec, TypeVar, cast, overload

from segue import decoration
from segue.decorated import Hook, R_co
from segue.decoration import hooks_by_kind
from segue.deployable import Deployable
from segue.engine.ended import Ended
from segue.engine.lives import FlowLife, TaskLife
from segue.engine.results import Results
from segue.engine.spec import FlowSpec, Hooks
from segue.exceptions import check_name
from segue.final_states import conclude_flow
from segue.flow_calls import call_flow
from segue.futures import SegueFuture, SegueFutureList
from segue.host import config
from segue.kept_arguments import keep_arguments, kept_arguments
from segue.model.runs import Terms
from segue.parameters import Parameters, describe
from segue.persistence import persists_flow
from segue.states import State
from segue.surroundings import surround
from segue.task_options import entrypoint_of, hash_inputs
from segue.task_runners import TaskRunner, ThreadPoolTaskRunner
from segue.tracing import current_tracer

if TYPE_CHECKING:
    from segue.client.schemas.objects import FlowRun
    from segue.parameter_schema import ParameterSchema

    # A coroutine function will do as well.
    FlowHook = Callable[["Flow[..., Any]", FlowRun, State], object]

#: A hook of a flow, under the name users know; what it is called with stands in `FlowHook`.
FlowStateHook = Callable[..., object]
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Q = ParamSpec("Q")


class Flow(Deployable[P, R_co]):
    """A function whose calls are recorded runs; made by `@flow`."""

    _schema: ParameterSchema | None

    run_name_option = "flow_run_name"
    resettable = frozenset({"persist_result", "result_storage", "result_serializer", "log_prints"})
    derived: ClassVar = {"_spec": lambda: None, "_schema": lambda: None, "source": lambda: None}

    def __init__(
        self,
        fn: Callable[P, R_co],
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
        on_completion: Iterable[FlowHook] | None = None,
        on_failure: Iterable[FlowHook] | None = None,
        on_cancellation: Iterable[FlowHook] | None = None,
        on_crashed: Iterable[FlowHook] | None = None,
        on_running: Iterable[FlowHook] | None = None,
        durable: bool = False,  # noqa: FBT001, FBT002
        isolation: Literal["thread", "process"] = "thread",
        on_crash: int | Literal["leave"] = "leave",
        task_calls: Literal["direct", "concurrent"] = "direct",
    ) -> None:
        options = {key: value for key, value in locals().items() if key not in {"self", "fn", "__class__"}}
        super().__init__(fn, options)
        self.name = name or self.function_name().replace("_", "-").replace("<lambda>", "unknown-lambda")
        check_name(self.name)
        self.flow_run_name = flow_run_name
        self._version = version
        settings = config.current().flows
        self.retries: int = settings.default_retries if retries is None else retries
        delay = settings.default_retry_delay_seconds if retry_delay_seconds is None else retry_delay_seconds
        self.retry_delay_seconds: float = delay if isinstance(delay, int | float) and delay else 0
        self.task_runner: TaskRunner[Any] = _runner(task_runner)
        self.durable = durable
        decoration.check_on_crash(on_crash)
        self.on_crash = on_crash
        self.should_validate_parameters = validate_parameters
        # Saying where or how results are kept asks for them to be kept.
        implied = True if result_storage is not None or result_serializer is not None else None
        self.persist_result = implied if persist_result is None else persist_result
        self.on_cancellation_hooks = list(on_cancellation or [])
        self.on_crashed_hooks = list(on_crashed or [])
        self._parameters = Parameters(self.fn, self.signature)
        self._lived = _body(self.fn, self.name, task_calls)

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
        spec: FlowSpec = self._spec
        return spec

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
            function=self._lived,
            face=self,
            is_async=self.isasync,
            is_generator=self.isgenerator,
            version=self.version,
            terms=Terms(retries=self.retries, delay=self.retry_delay_seconds) if self.retries else None,
            retries=self.retries,
            delay=self.retry_delay_seconds,
            timeout=self.timeout_seconds,
            isolated=self.isolation == "process",
            keep_in_memory=self.cache_result_in_memory,
            durable=self.durable,
            crash_retries=0 if self.on_crash == "leave" else self.on_crash,
            persists=persists_flow,
            hooks=Hooks(hooks, call_flow_hook),
            entrypoint=entrypoint_of(self.fn),
            run_name=self._run_name() if self.flow_run_name else None,
            validate=self._parameters.validate if self.should_validate_parameters else None,
            call=self.signature.unbind,
            describe=describe,
            keep_arguments=keep_arguments,
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

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

    # Where a checker knows nothing of the return type, it is not taken for a coroutine.
    @overload
    def __call__(
        self: Flow[..., NoReturn],
        *args: Any,
        return_state: Literal[True],
        wait_for: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> State: ...

    @overload
    def __call__(
        self: Flow[..., Coroutine[Any, Any, T]],
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
        """Run the flow here and now; returns its value (a coroutine for an async flow) or raises."""
        parameters = self.bound(args, kwargs)
        tracer = current_tracer.get()
        if tracer is not None:
            return tracer.called(self, parameters)
        return call_flow(self, parameters, return_state=return_state, wait_for=wait_for)

    def validate_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return all parameters as the annotations want them; raises ParameterTypeError, SignatureMismatchError."""
        return self._parameters.completed(parameters)

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return parameters as JSON can hold them, as they are recorded with a run."""
        return describe(parameters)

    def with_options(self, **options: Any) -> Flow[P, R_co]:
        """Return a copy of the flow with other options; takes what `@flow` takes."""
        copy: Flow[P, R_co] = self.made_with({"version": self._version, **options})
        copy.source = self.source
        return copy

    def on_cancellation(self, fn: Hook) -> Hook:
        """Call the decorated function when a run was cancelled."""
        return self.hooked(self.on_cancellation_hooks, fn)

    def on_crashed(self, fn: Hook) -> Hook:
        """Call the decorated function when a run crashed."""
        return self.hooked(self.on_crashed_hooks, fn)

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Flow[P, R_co]: ...

    @overload
    def __get__(self: Flow[Concatenate[Any, Q], T], instance: object, owner: type | None = None) -> Flow[Q, T]: ...

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return decoration.bound_copy(self, instance, owner)


def call_flow_hook(hook: Callable[..., Any], life: FlowLife | TaskLife, ended: Ended) -> object:
    """Call a state hook of a flow with (flow, flow_run, state)."""
    from segue.client.schemas.objects import FlowRun  # noqa: PLC0415 - a door: faces are made only for users' functions

    if not isinstance(life, FlowLife):
        raise TypeError("a flow hook is called for a flow run")
    return hook(life.spec.face, FlowRun.of_life(life), State.of_ended(ended, life))


def rerun(
    flow: Flow[Any, Any],
    flow_run_id: str,
    parameters: dict[str, Any],
    *,
    fence: int | None = None,
    redo_from: str | None = None,
) -> State:
    """Run an existing flow run (again), in this process and under its own id; returns its final state.

    `parameters` are those of the record; arguments that the record could only describe are taken from where they were kept.
    A durable flow goes on from its last finished step, or is done again from `redo_from`: `start`, or the id of one of its task
    runs. Raises ArgumentsLost when arguments could not be kept, and what the claim raises when somebody else holds the run;
    TypeError for a generator, whose items nobody would take. With `fence` the run is handed over by whoever started this
    process and holds it under that fence.
    """
    if flow.isgenerator:
        raise TypeError(f"flow {flow.name!r} is a generator: iterate over it where its items are wanted")
    from segue.engine.drive_sync import settle  # noqa: PLC0415 - a door: only for runs that are run again

    given = kept_arguments(flow_run_id) or parameters
    call = call_flow(
        flow, flow.bound((), given), return_state=True, existing=flow_run_id, fence=fence, redo_from=redo_from
    )
    return cast("State", settle(call))


def _runner(given_runner: TaskRunner[Any] | type[TaskRunner[Any]] | None) -> TaskRunner[Any]:
    if given_runner is None:
        return ThreadPoolTaskRunner(max_workers=config.current().tasks.runner.thread_pool_max_workers)
    return given_runner() if isinstance(given_runner, type) else given_runner


def _body(fn: Callable[..., Any], name: str, task_calls: str) -> Callable[..., Any]:
    if task_calls == "direct":
        return fn
    if task_calls != "concurrent":
        raise ValueError(f"'task_calls' is {task_calls!r}; it must be 'direct' or 'concurrent'")
    from segue.deferral import deferring  # noqa: PLC0415 - a door: for flows that ask for it

    return deferring(fn, name)


def _file_hash(fn: Callable[..., Any]) -> str:
    import hashlib  # noqa: PLC0415 - a door: loads OpenSSL, and only runs need a version

    code = getattr(fn, "__code__", None)
    try:
        with open(code.co_filename, "rb") as source:  # type: ignore[union-attr]  # noqa: PTH123 - pathlib costs an import
            content = source.read()
    except (OSError, AttributeError):
        # Typed at a prompt, or a callable object: its byte code is all there is to tell versions apart.
        content = getattr(code, "co_code", repr(fn).encode())
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def load_flow_from_entrypoint(entrypoint: str, use_placeholder_flow: bool = True) -> Flow[..., Any]:  # noqa: FBT001, FBT002 - users' word
    """Return the flow that `FILE.py:FUNCTION` or `package.module.function` names.

    Where its file cannot be run here, for want of a library, a flow stands for it that can be deployed and raises when it is
    called, unless `use_placeholder_flow=False`. Raises MissingFlowError, UnspecifiedFlowError, CannotLoad, ScriptError.
    """
    from segue import fetched  # noqa: PLC0415 - a door: few programs look for flows

    return fetched.load_here(Flow, entrypoint, use_placeholder=use_placeholder_flow)


class _Decorator:
    """The decorator with its options given."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options

    def __call__(self, fn: Callable[P, R]) -> Flow[P, R]:
        return Flow(fn, **self._options)


class FlowDecorator:
    """What `flow` is: a decorator, that also finds flows elsewhere (`flow.from_source`)."""

    #: As a function would say of itself.
    __name__ = "flow"

    from_source = Flow.from_source
    afrom_source = Flow.afrom_source

    @overload
    def __call__(self, __fn: Callable[P, R], /) -> Flow[P, R]: ...

    @overload
    def __call__(
        self,
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
        on_completion: Iterable[FlowHook] | None = None,
        on_failure: Iterable[FlowHook] | None = None,
        on_cancellation: Iterable[FlowHook] | None = None,
        on_crashed: Iterable[FlowHook] | None = None,
        on_running: Iterable[FlowHook] | None = None,
        durable: bool = False,
        isolation: Literal["thread", "process"] = "thread",
        task_calls: Literal["direct", "concurrent"] = "direct",
        on_crash: int | Literal["leave"] = "leave",
    ) -> Callable[[Callable[P, R]], Flow[P, R]]: ...

    def __call__(self, __fn: Callable[P, R] | None = None, /, **options: Any) -> Any:
        """Make a function a flow: each call is a recorded run.

        Beyond the options users know: `durable=True` keeps every step's result, so that a killed run goes on from its last
        finished step; `isolation="process"` runs the body in a process of its own, which a timeout or a cancellation ends
        whatever it does; `task_calls="concurrent"` lets a call of a task return at once, and waits for its value where the body
        uses it (raises `segue.deferral.CannotDefer` where the body cannot be read or would not mean the same); `on_crash=3` has
        a run of a deployment begun again by a worker when its process was lost, three times at most.
        """
        decoration.check_options(Flow, options, "flow()")
        if __fn is None:
            return _Decorator(options)
        return Flow(__fn, **options)


flow = FlowDecorator()


def __getattr__(name: str) -> Any:
    # A door: few programs serve.
    if name in {"serve", "aserve"}:
        return getattr(__import__("segue.serving", fromlist=[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
