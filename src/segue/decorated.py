"""What flows and tasks have in common: a function with options, callable as itself, bindable as a method, with hooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar

from segue import decoration
from segue.engine.signature import ASYNC_GENERATOR, COROUTINE, GENERATOR, Signature, flags
from segue.exceptions import ParameterBindError

P = ParamSpec("P")
# Covariant: an async function returns what checkers know as a kind of coroutine.
R_co = TypeVar("R_co", covariant=True)
Hook = TypeVar("Hook", bound=Callable[..., Any])


class Decorated(Generic[P, R_co]):
    """A function whose calls are runs."""

    __name__: str
    fn: Callable[P, R_co]
    __wrapped__: Callable[P, R_co]
    description: str | None
    name: str
    timeout_seconds: float | None
    isolation: str
    log_prints: bool | None
    cache_result_in_memory: bool
    result_storage: object
    result_serializer: object

    _spec: Any

    #: The option that names runs.
    run_name_option: ClassVar[str]
    #: Options that `with_options` takes back to their default when it is given None for them.
    resettable: ClassVar[frozenset[str]]
    #: What is derived from the options, and derived again where the object arrives: each with what it begins as.
    derived: ClassVar[dict[str, Callable[[], Any]]] = {"_spec": lambda: None}

    def __init__(self, fn: Callable[P, R_co], options: dict[str, Any]) -> None:
        decoration.check_hooks(options)
        self._options = options
        self.fn, self.wrapper = decoration.unwrap(fn)
        self.binding: object = None
        if not callable(self.fn):
            raise TypeError("'fn' must be callable")
        decoration.adopt(self, self.fn, options["description"])
        code_flags = flags(self.fn)
        self.isasync = bool(code_flags & (COROUTINE | ASYNC_GENERATOR))
        self.isgenerator = bool(code_flags & (GENERATOR | ASYNC_GENERATOR))
        decoration.check_run_name(self.run_name_option, options[self.run_name_option])
        decoration.check_isolation(options["isolation"])
        decoration.check_storage(options["result_storage"])
        self.signature = Signature(self.fn)
        decoration.check_reserved(self.signature)
        timeout = options["timeout_seconds"]
        self.timeout_seconds = float(timeout) if timeout else None
        for name in ("isolation", "log_prints", "cache_result_in_memory", "result_storage", "result_serializer"):
            setattr(self, name, options[name])
        self.on_completion_hooks: list[Callable[..., Any]] = list(options["on_completion"] or [])
        self.on_failure_hooks: list[Callable[..., Any]] = list(options["on_failure"] or [])
        self.on_running_hooks: list[Callable[..., Any]] = list(options["on_running"] or [])
        self._begin()

    def _begin(self) -> None:
        for name, first in self.derived.items():
            setattr(self, name, first())

    def function_name(self) -> str:
        """The name of the function, or of the class of a callable object."""
        return str(getattr(self.fn, "__name__", type(self.fn).__name__))

    @property
    def isstaticmethod(self) -> bool:
        """Whether the function was in a `staticmethod`."""
        return self.wrapper is staticmethod

    @property
    def isclassmethod(self) -> bool:
        """Whether the function was in a `classmethod`."""
        return self.wrapper is classmethod

    @property
    def ismethod(self) -> bool:
        """Whether this is a method bound to its object."""
        return self.binding is not None and self.wrapper is None

    def bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call, defaults included; raises ParameterBindError."""
        if self.binding is not None:
            args = (self.binding, *args)
        try:
            return self.signature.bind(args, kwargs)
        except TypeError as error:
            raise ParameterBindError.of(self.fn, error, args, kwargs) from None

    def bound_by_name(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a call for which they were given by name, `args` and `kwargs` too."""
        return self.bound(*self.signature.unbind(parameters))

    def made_with(self, options: dict[str, Any]) -> Any:
        """Return a copy with other options, and with the hooks that this one has by now."""
        decoration.check_options(type(self), options, f"{type(self).__name__}.with_options()")
        hooks = {name: value for name in self._options if (value := getattr(self, f"{name}_hooks", None))}
        changes = {key: value for key, value in options.items() if decoration.given(key, value, self.resettable)}
        merged = {**self._options, **hooks, **changes}
        made: Any = type(self)
        return decoration.bound_copy(
            made(self.wrapper(self.fn) if self.wrapper else self.fn, **merged), self.binding, None
        )

    def on_completion(self, fn: Hook) -> Hook:
        """Call the decorated function when a run completes."""
        return self.hooked(self.on_completion_hooks, fn)

    def on_failure(self, fn: Hook) -> Hook:
        """Call the decorated function when a run fails."""
        return self.hooked(self.on_failure_hooks, fn)

    def on_running(self, fn: Hook) -> Hook:
        """Call the decorated function when a run begins an attempt."""
        return self.hooked(self.on_running_hooks, fn)

    def hooked(self, hooks: list[Callable[..., Any]], fn: Hook) -> Hook:
        """Add a hook to one of the lists."""
        hooks.append(fn)
        self._spec = None
        return fn

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in self.derived}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._begin()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"
