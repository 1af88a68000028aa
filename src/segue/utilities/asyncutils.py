"""Ways between sync and async code, under the names users know."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast
from uuid import UUID

from segue.engine.calling import in_async_code
from segue.engine.drive_sync import run_coroutine
from segue.host.ids import new_id

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

#: The event loop that a worker thread was started from, where it can be asked to run a coroutine.
_home: contextvars.ContextVar[asyncio.AbstractEventLoop | None] = contextvars.ContextVar(
    "segue_home_loop", default=None
)
#: Tasks nobody else holds: an event loop itself only knows them weakly.
_held: set[asyncio.Task[Any]] = set()


def is_async_fn(func: Callable[..., Any]) -> bool:
    """Return whether calling a function makes a coroutine; decorators that name what they wrap are looked through."""
    return inspect.iscoroutinefunction(inspect.unwrap(func))


def is_async_gen_fn(func: Callable[..., Any]) -> bool:
    """Return whether calling a function makes an async generator."""
    return inspect.isasyncgenfunction(inspect.unwrap(func))


def create_task(coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a coroutine in the running event loop and hold on to it until it has ended."""
    task = asyncio.create_task(coroutine)
    _held.add(task)
    task.add_done_callback(_held.discard)
    return task


def run_coro_as_sync(
    coroutine: Coroutine[Any, Any, R],
    force_new_thread: bool = False,  # noqa: FBT001, FBT002 - the signature users know
    wait_for_result: bool = True,  # noqa: FBT001, FBT002
) -> R | None:
    """Run a coroutine from sync code and return its value, also where this thread's event loop is busy.

    With `wait_for_result=False` it runs in a thread beside the caller, and None is returned at once; an error is then that
    thread's (`threading.excepthook`).
    """
    if not wait_for_result or force_new_thread:
        ended: list[R] = []
        problems: list[BaseException] = []
        context = contextvars.copy_context()

        def work() -> None:
            try:
                ended.append(context.run(asyncio.run, coroutine))
            except BaseException as error:
                if not wait_for_result:
                    raise
                # It is the caller's, and is raised there.
                problems.append(error)

        thread = threading.Thread(target=work, name="segue-coroutine")
        thread.start()
        if not wait_for_result:
            return None
        thread.join()
        if problems:
            raise problems[0]
        return ended[0]
    return cast("R", run_coroutine(coroutine))


async def run_sync_in_worker_thread(__fn: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a sync function in a thread, so that the event loop goes on meanwhile."""
    token = _home.set(asyncio.get_running_loop())
    try:
        return await asyncio.to_thread(__fn, *args, **kwargs)
    finally:
        _home.reset(token)


def run_async_from_worker_thread(__fn: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call an async function in the event loop that this worker thread was started from; RuntimeError where there is none."""
    loop = _home.get()
    if loop is None or not in_async_worker_thread():
        raise RuntimeError("This function can only be run from a worker thread of an event loop")

    async def call() -> R:
        return await __fn(*args, **kwargs)

    return asyncio.run_coroutine_threadsafe(call(), loop).result()


def run_async_in_new_loop(__fn: Callable[P, Coroutine[Any, Any, R]], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call an async function in an event loop of its own."""
    return asyncio.run(__fn(*args, **kwargs))


def in_async_worker_thread() -> bool:
    """Return whether this is a worker thread that an event loop waits for."""
    return _home.get() is not None and not in_async_main_thread()


def in_async_main_thread() -> bool:
    """Return whether an event loop is running in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def sync_compatible(async_fn: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Any]:
    """Let an async function be called from sync code as well: there it returns its value, in async code a coroutine.

    `_sync=True` or `_sync=False` says which is wanted, whatever is around.
    """

    @functools.wraps(async_fn)
    def either(*args: P.args, **kwargs: P.kwargs) -> Any:
        _sync = kwargs.pop("_sync", None)
        coroutine = async_fn(*args, **kwargs)
        wanted = in_async_code() if _sync is None else not _sync
        return coroutine if wanted else run_coroutine(coroutine)

    cast("Any", either).aio = async_fn
    return either


def sync(__async_fn: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call an async function from sync code and return its value."""
    return cast("T", run_coroutine(__async_fn(*args, **kwargs)))


@asynccontextmanager
async def asyncnullcontext(value: R | None = None, *_: Any, **__: Any) -> AsyncIterator[R | None]:
    """Do nothing around a block, and hand it a value."""
    yield value


class GatherIncomplete(RuntimeError):
    """A result was asked for that is not there before its group of tasks has ended."""


class GatherTaskGroup:
    """Tasks that are started together and awaited together, and whose results can be had afterwards by key."""

    def __init__(self, task_group: asyncio.TaskGroup | None = None) -> None:
        self._group = task_group or asyncio.TaskGroup()
        self._results: dict[UUID, asyncio.Task[Any]] = {}
        self._ended = False

    def start_soon(self, func: Callable[..., Awaitable[Any]], *args: Any, name: object = None) -> UUID:
        """Start an async function and return the key of its result."""

        async def call() -> Any:
            return await func(*args)

        key = UUID(new_id())
        self._results[key] = self._group.create_task(call(), name=None if name is None else str(name))
        return key

    def get_result(self, key: UUID) -> Any:
        """Return what a task of the group returned; raises GatherIncomplete before the group has ended."""
        if not self._ended:
            raise GatherIncomplete(
                "Task is not complete. This result can be had once the context manager of its group was left."
            )
        return self._results[key].result()

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._group.__aexit__(kind, error, traceback)
        finally:
            self._ended = True


def create_gather_task_group() -> GatherTaskGroup:
    """Return a new group of tasks whose results are kept."""
    return GatherTaskGroup()


async def gather(*calls: Callable[[], Awaitable[T]]) -> list[T]:
    """Call async functions together and return their results in order; where one fails the others are cancelled."""
    async with create_gather_task_group() as group:
        keys = [group.start_soon(call) for call in calls]
    return [group.get_result(key) for key in keys]


class LazySemaphore:
    """A semaphore that asks for its limit when it is first entered."""

    def __init__(self, initial_value_func: Callable[[], int]) -> None:
        self._limit = initial_value_func
        self._semaphore: asyncio.Semaphore | None = None

    async def __aenter__(self) -> asyncio.Semaphore:
        if self._semaphore is None:
            self._semaphore = asyncio.Semaphore(self._limit())
        await self._semaphore.__aenter__()
        return self._semaphore

    async def __aexit__(self, *raised: Any) -> None:
        if self._semaphore is not None:
            await self._semaphore.__aexit__(*raised)


async def add_event_loop_shutdown_callback(coroutine_fn: Callable[[], Awaitable[Any]]) -> None:
    """Await an async function when the running event loop is shut down."""

    async def on_shutdown() -> AsyncIterator[None]:
        # The loop closes its async generators when it is shut down, which is the one moment it tells anybody of.
        try:
            yield
        finally:
            _generators.discard(generator)
            await coroutine_fn()

    generator = on_shutdown()
    _generators.add(generator)
    await anext(generator)


#: Those that wait for their loop's end: one that nobody holds is closed at once.
_generators: set[AsyncIterator[None]] = set()
