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
            return enqueue_all(task, elements(self, parameters), wait_for=wait_for)
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
