"""The ways to hand a task's runs to somebody else: to the flow's task runner, or to a task worker."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine, Generator, Iterable
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar, overload

from segue import decoration
from segue.decorated import Decorated, R_co
from segue.futures import SegueFuture, SegueFutureList
from segue.mapping import elements, given_parameters
from segue.tracing import refuse_while_drawing

if TYPE_CHECKING:
    from uuid import UUID

    from segue.client.schemas.objects import TaskRun
    from segue.context import FlowRunContext, TaskRunContext
    from segue.distributed import SegueDistributedFuture
    from segue.states import State

P = ParamSpec("P")
T = TypeVar("T")


class Submittable(Decorated[P, R_co]):
    """A function that also runs elsewhere, behind a future.

    Futures and their lists stand for their values among the arguments, so checkers are told of each method twice: with the
    function's own parameters, which they and editors show, and with any.
    """

    @overload
    def submit(  # type: ignore[overload-overlap]
        self: Submittable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> SegueFuture[T]: ...

    @overload
    def submit(  # type: ignore[overload-overlap]
        self: Submittable[P, Generator[T, Any, Any] | AsyncGenerator[T, Any]], *args: P.args, **kwargs: P.kwargs
    ) -> SegueFuture[list[T]]: ...

    @overload
    def submit(self, *args: P.args, **kwargs: P.kwargs) -> SegueFuture[R_co]: ...

    @overload
    def submit(
        self: Submittable[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[True],
        wait_for: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> State[T]: ...

    @overload
    def submit(
        self, *args: Any, return_state: Literal[True], wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> State[R_co]: ...

    @overload
    def submit(
        self: Submittable[..., Coroutine[Any, Any, T]],
        *args: Any,
        wait_for: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> SegueFuture[T]: ...

    @overload
    def submit(
        self: Submittable[..., Generator[T, Any, Any] | AsyncGenerator[T, Any]],
        *args: Any,
        wait_for: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> SegueFuture[list[T]]: ...

    @overload
    def submit(self, *args: Any, wait_for: Iterable[Any] | None = None, **kwargs: Any) -> SegueFuture[R_co]: ...

    def submit(  # type: ignore[misc]
        self, *args: Any, return_state: bool = False, wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> Any:
        """Start a run on the flow's task runner and return its future; futures among the arguments are waited for."""
        refuse_while_drawing("submit")
        parameters = self.bound(args, kwargs)
        future = decoration.task_runner("submit").submit(self, parameters, wait_for)
        if not return_state:
            return future
        future.wait()
        return future.state

    @overload
    def map(
        self: Submittable[..., Coroutine[Any, Any, T]],
        *args: Any,
        return_state: Literal[True],
        wait_for: Iterable[Any] | None = None,
        **kwargs: Any,
    ) -> list[State[T]]: ...

    @overload
    def map(
        self, *args: Any, return_state: Literal[True], wait_for: Iterable[Any] | None = None, **kwargs: Any
    ) -> list[State[R_co]]: ...

    @overload
    def map(
        self: Submittable[..., Coroutine[Any, Any, T]],
        *args: Any,
        wait_for: Iterable[Any] | None = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> SegueFutureList[T]: ...

    @overload
    def map(
        self: Submittable[..., Generator[T, Any, Any] | AsyncGenerator[T, Any]],
        *args: Any,
        wait_for: Iterable[Any] | None = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> SegueFutureList[list[T]]: ...

    @overload
    def map(
        self, *args: Any, wait_for: Iterable[Any] | None = None, deferred: bool = False, **kwargs: Any
    ) -> SegueFutureList[R_co]: ...

    def map(
        self,
        *args: Any,
        return_state: bool = False,
        wait_for: Iterable[Any] | None = None,
        deferred: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Start one run per element of the iterable arguments; scalars and `unmapped(...)` values go to every run."""
        refuse_while_drawing("map")
        parameters = given_parameters(self, args, kwargs)
        if deferred:
            from segue.background import enqueue_all  # noqa: PLC0415 - a door: see `apply_async`

            task: Any = self
            return enqueue_all(task, elements(self.signature, parameters), wait_for=wait_for)
        futures = decoration.task_runner("map").map(self, parameters, wait_for)
        if not return_state:
            return futures
        futures.wait()
        return [future.state for future in futures]

    @overload
    def delay(
        self: Submittable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> SegueDistributedFuture[T]: ...

    @overload
    def delay(self, *args: P.args, **kwargs: P.kwargs) -> SegueDistributedFuture[R_co]: ...

    @overload
    def delay(
        self: Submittable[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any
    ) -> SegueDistributedFuture[T]: ...

    @overload
    def delay(self, *args: Any, **kwargs: Any) -> SegueDistributedFuture[R_co]: ...

    def delay(self, *args: Any, **kwargs: Any) -> Any:
        """Hand a run to a task worker, in whichever process; returns a future at once."""
        return self.apply_async(args=args, kwargs=kwargs)

    def apply_async(
        self,
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
        wait_for: Iterable[Any] | None = None,
        dependencies: dict[str, Any] | None = None,
    ) -> SegueDistributedFuture[Any]:
        """Hand a run to a task worker; the form of `delay` that takes `wait_for`."""
        refuse_while_drawing("apply_async")
        from segue.task_worker import enqueue  # noqa: PLC0415 - a door: background tasks need storage and a worker

        task: Any = self
        return enqueue(task, self.bound(args or (), kwargs or {}), wait_for=wait_for, dependencies=dependencies)

    def serve(self) -> None:
        """Run background runs of this task until stopped."""
        from segue.task_worker import serve  # noqa: PLC0415 - a door: see `apply_async`

        task: Any = self
        serve(task)

    async def aserve(self) -> None:
        """Run background runs of this task until stopped; the async form of `serve`."""
        from segue.task_worker import aserve  # noqa: PLC0415 - a door: see `apply_async`

        task: Any = self
        await aserve(task)

    async def create_run(
        self,
        client: object = None,  # noqa: ARG002 - the signature users know
        id: UUID | None = None,
        parameters: dict[str, Any] | None = None,
        flow_run_context: FlowRunContext | None = None,
        parent_task_run_context: TaskRunContext | None = None,
        wait_for: Iterable[Any] | None = None,
        *,
        deferred: bool = False,
    ) -> TaskRun:
        """Record a run of this task that has not begun, and return it: Pending, or with `deferred` Scheduled for a task worker.

        `run_task_sync(task, task_run_id=run.id, parameters=...)` begins it. It is of the flow run and below the task run whose
        contexts are given, else of those whose code is running. Raises ValueError where a deferred run is to have a given id.
        """
        from segue.made_runs import Making  # noqa: PLC0415 - a door: nearly every run begins when it is made

        task: Any = self
        making = Making(task, id, parameters or {}, flow_run_context, parent_task_run_context, wait_for)
        if not deferred:
            return await making.recorded()
        if id is not None:
            raise ValueError("a deferred run is given its id when it is handed over: leave `id` out")
        return await making.handed_over()

    async def create_local_run(
        self,
        client: object = None,  # noqa: ARG002 - the signature users know
        id: UUID | None = None,
        parameters: dict[str, Any] | None = None,
        flow_run_context: FlowRunContext | None = None,
        parent_task_run_context: TaskRunContext | None = None,
        wait_for: Iterable[Any] | None = None,
    ) -> TaskRun:
        """Return a run of this task that has not begun, and is recorded when it does; see `create_run`."""
        from segue.made_runs import Making  # noqa: PLC0415 - a door: see `create_run`

        task: Any = self
        return await Making(task, id, parameters or {}, flow_run_context, parent_task_run_context, wait_for).local()
