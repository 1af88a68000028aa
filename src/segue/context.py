"""The run whose code is running, as users reach it: `FlowRunContext.get()`, `TaskRunContext.get()`, `tags(...)`.

Each context is a face over a run as the engine holds it (`segue.engine.lives`); what it shows is always the present. Nothing is
made until somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import Token
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from segue.engine.lives import FlowLife, TaskLife, current_flow, current_tags, current_task
from segue.exceptions import MissingContextError
from segue.host import config

if TYPE_CHECKING:
    from datetime import datetime

    from segue.client.orchestration import SyncSegueClient
    from segue.client.schemas.objects import FlowRun, TaskRun
    from segue.flows import Flow
    from segue.results import ResultStore
    from segue.settings import Profile, Settings
    from segue.task_runners import TaskRunner
    from segue.tasks import Task

P = ParamSpec("P")
R = TypeVar("R")


class ContextModel:
    """What all contexts have in common: `.get()` tells the current one."""

    __slots__ = ()

    @classmethod
    def get(cls) -> Self | None:
        """Return the current context of this kind; None when there is none."""
        return None


class RunContext(ContextModel):
    """The context of a run."""

    __slots__ = ()

    @property
    def client(self) -> SyncSegueClient:
        """A client that reads and changes what is recorded."""
        from segue.client.orchestration import get_client  # noqa: PLC0415 - a door: few contexts are asked for it

        return get_client(sync_client=True)

    @property
    def result_store(self) -> ResultStore:
        """The result store of this run."""
        from segue.results import get_result_store  # noqa: PLC0415 - a door: storage is opened when a value is kept

        return get_result_store()

    @property
    def persist_result(self) -> bool:
        """Whether the value of this run is persisted."""
        from segue.results import should_persist_result  # noqa: PLC0415 - a door: storage is opened when a value is kept

        return should_persist_result()


class EngineContext(RunContext):
    """A flow run; known to users as `FlowRunContext`."""

    __slots__ = ("life",)

    def __init__(self, life: FlowLife) -> None:
        #: The run as the engine holds it.
        self.life = life

    @classmethod
    def get(cls) -> EngineContext | None:
        """Return the flow run whose code (or whose task's code) is running; None outside."""
        life = current_flow.get()
        return None if life is None else cls.of(life)

    @classmethod
    def of(cls, life: FlowLife) -> EngineContext:
        """Return the context of a run; always the same one."""
        context = life.extra.get("context")
        if not isinstance(context, EngineContext):
            context = life.extra["context"] = cls(life)
        return context

    @property
    def flow(self) -> Flow[Any, Any]:
        """The flow."""
        return self.life.spec.face  # type: ignore[return-value]  # the engine does not know the sdk's classes

    @property
    def flow_run(self) -> FlowRun:
        """The flow run as it is now."""
        from segue.client.schemas.objects import FlowRun  # noqa: PLC0415 - a door: faces are made only for who asks

        return FlowRun.of_life(self.life)

    @property
    def parameters(self) -> dict[str, Any]:
        """The run's parameters as its function gets them."""
        return self.life.parameters

    @property
    def task_runner(self) -> TaskRunner[Any]:
        """The task runner that submitted tasks go to."""
        return self.life.extra["task_runner"]  # type: ignore[return-value]  # set by the flow's surroundings

    @property
    def log_prints(self) -> bool:
        """Whether prints become log lines."""
        from segue.logging.prints import captures  # noqa: PLC0415 - a door: few contexts are asked for it

        return captures(self.life)

    @property
    def start_time(self) -> datetime | None:
        """When the run began."""
        return self.life.start_time


FlowRunContext = EngineContext


class TaskRunContext(RunContext):
    """A task run."""

    __slots__ = ("life",)

    def __init__(self, life: TaskLife) -> None:
        #: The run as the engine holds it.
        self.life = life

    @classmethod
    def get(cls) -> TaskRunContext | None:
        """Return the task run whose code is running; None outside, and in a subflow called by a task."""
        life = current_task.get()
        return None if life is None else cls.of(life)

    @classmethod
    def of(cls, life: TaskLife) -> TaskRunContext:
        """Return the context of a run; always the same one."""
        if life.extra is None:
            life.extra = {}
        context = life.extra.get("context")
        if not isinstance(context, TaskRunContext):
            context = life.extra["context"] = cls(life)
        return context

    @property
    def task(self) -> Task[Any, Any]:
        """The task."""
        return self.life.spec.face  # type: ignore[return-value]  # the engine does not know the sdk's classes

    @property
    def task_run(self) -> TaskRun:
        """The task run as it is now."""
        from segue.client.schemas.objects import TaskRun  # noqa: PLC0415 - a door: faces are made only for who asks

        return TaskRun.of_life(self.life)

    @property
    def parameters(self) -> dict[str, Any]:
        """The run's arguments by name, defaults included and futures resolved."""
        return self.life.parameters

    @property
    def log_prints(self) -> bool:
        """Whether prints become log lines."""
        from segue.logging.prints import captures  # noqa: PLC0415 - a door: few contexts are asked for it

        return captures(self.life)

    @property
    def start_time(self) -> datetime | None:
        """When the run began."""
        return self.life.start_time


class TagsContext(ContextModel):
    """The tags that runs begun here get; as a context manager, those that runs begun inside get, and no others."""

    __slots__ = ("_before", "current_tags")

    def __init__(self, current_tags: set[str] | None = None) -> None:
        self.current_tags = set(current_tags or ())
        self._before: Token[frozenset[str]] | None = None

    def __enter__(self) -> Self:
        if self._before is not None:
            raise RuntimeError("Context already entered. Context enter calls cannot be nested.")
        self._before = current_tags.set(frozenset(self.current_tags))
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            current_tags.reset(self._before)
            self._before = None

    @classmethod
    def get(cls) -> TagsContext:
        """Return the current tags; an empty set outside of `tags(...)`."""
        return cls(set(current_tags.get()))


class SettingsContext(ContextModel):
    """The settings in force, and the profile they come from."""

    __slots__ = ("settings",)

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def get(cls) -> SettingsContext:
        """Return the settings in force here."""
        from segue.settings import get_current_settings  # noqa: PLC0415 - a door: runs read their settings directly

        return cls(get_current_settings())

    @property
    def profile(self) -> Profile:
        """The profile in use."""
        from segue.settings import load_current_profile  # noqa: PLC0415 - a door: runs read their settings directly

        return load_current_profile()


def __getattr__(name: str) -> Any:
    # A door: assets need pydantic, and most scripts have none.
    if name == "AssetContext":
        return getattr(__import__("segue.assets", fromlist=[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def get_run_context() -> EngineContext | TaskRunContext:
    """Return the context of the run whose code is running; raises MissingContextError outside runs."""
    context = TaskRunContext.get() or EngineContext.get()
    if context is None:
        raise MissingContextError("No run context available. You are not in a flow or task run context.")
    return context


def get_settings_context() -> SettingsContext:
    """Return the settings in force here, with their profile."""
    return SettingsContext.get()


@contextmanager
def tags(*new_tags: str) -> Iterator[set[str]]:
    """Give tags to the runs begun inside a `with` block, beside those given further out; yields all of them."""
    together = current_tags.get() | frozenset(new_tags)
    token = current_tags.set(together)
    try:
        yield set(together)
    finally:
        current_tags.reset(token)


@contextmanager
def use_profile(
    profile: Profile | str,
    override_environment_variables: bool = False,  # noqa: FBT001, FBT002 - users know it so
    include_current_context: bool = True,  # noqa: FBT001, FBT002 - users know it so
) -> Iterator[SettingsContext]:
    """Put another profile's settings in force inside a `with` block; raises ValueError when there is no such profile."""
    from segue.settings import load_profile  # noqa: PLC0415 - a door: runs read their settings directly

    chosen = load_profile(profile) if isinstance(profile, str) else profile
    values = {setting.name: value for setting, value in chosen.settings.items()}
    layers = config.with_profile(
        chosen.name, values, over_environment=override_environment_variables, keep=include_current_context
    )
    with layers:
        yield SettingsContext.get()


class _Runs:
    """The runs whose code made a context: other threads of this process go on in them, other processes do not."""

    def __init__(self, flow: FlowLife | None, task: TaskLife | None) -> None:
        self.flow = flow
        self.task = task

    def __reduce__(self) -> tuple[type[_Runs], tuple[None, None]]:
        return _Runs, (None, None)


def serialize_context() -> dict[str, Any]:
    """Return what another thread or process needs to go on in this context: settings, tags, and here the run itself."""
    runs = _Runs(current_flow.get(), current_task.get())
    return {"settings": config.overrides(), "tags": sorted(current_tags.get()), "runs": runs}


def with_context(fn: Callable[P, R]) -> Callable[P, R]:
    """Return a function that is called in the run around this call, also in a process that user code starts.

    So `get_run_logger()` works in the workers of a `multiprocessing.Pool`. The function must stand at the top level of its module.
    """
    from segue.carried_context import Carried  # noqa: PLC0415 - a door: only for processes that user code starts

    return Carried(fn)


@contextmanager
def hydrated_context(serialized_context: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Put a context from `serialize_context` in force inside a `with` block."""
    known: dict[str, Any] = dict(serialized_context or {})
    with ExitStack() as stack:
        if known.get("settings"):
            stack.enter_context(config.overridden(known["settings"]))
        if known.get("tags"):
            stack.enter_context(tags(*known["tags"]))
        runs = known.get("runs")
        if isinstance(runs, _Runs) and runs.flow is not None:
            stack.callback(current_flow.reset, current_flow.set(runs.flow))
        if isinstance(runs, _Runs) and runs.task is not None:
            stack.callback(current_task.reset, current_task.set(runs.task))
        yield
