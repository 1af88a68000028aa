"""What `@flow` and `@task` have in common: taking a function apart, checking options, hooks, names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from segue.cache_policies import DEFAULT, NO_CACHE, CachePolicy
from segue.engine.lives import current_flow
from segue.engine.signature import Signature
from segue.exceptions import ReservedArgumentError
from segue.host import config
from segue.utilities.annotations import NotSet

if TYPE_CHECKING:
    from segue.tasks import Task

#: Times that a crashed run is begun again, at most.
_RESTARTS = 1_000
_RESERVED = ("return_state", "wait_for")
_HOOKS = (
    "on_completion", "on_failure", "on_cancellation", "on_crashed", "on_running", "on_rollback", "on_commit",
)  # fmt: skip


def given(option: str, value: object, resettable: frozenset[str]) -> bool:
    """Whether an option of `with_options` was given: NotSet and an empty list of hooks mean that it was not.

    So does None, but for those options that None takes back to their default.
    """
    if value is NotSet or (option in _HOOKS and not value):
        return False
    return value is not None or option in resettable


def unwrap(fn: Any) -> tuple[Callable[..., Any], type | None]:
    """Take a function out of `staticmethod` or `classmethod`; the second is which of them it was in."""
    if isinstance(fn, staticmethod | classmethod):
        return fn.__func__, type(fn)
    return fn, None


def adopt(thing: Any, fn: Callable[..., Any], description: str | None) -> None:
    """Give the decorated object the function's name, module and documentation."""
    for name in ("__name__", "__qualname__", "__module__", "__doc__", "__annotations__"):
        # From Python 3.14 on annotations are evaluated when they are read, and may name what is defined further down.
        with suppress(NameError):
            if hasattr(fn, name):
                setattr(thing, name, getattr(fn, name))
    thing.__wrapped__ = fn
    thing.description = description or _clean(getattr(fn, "__doc__", None))


def _clean(text: str | None) -> str | None:
    """Return a docstring without its indentation, as PEP 257 lays down."""
    if not text:
        return None
    lines = text.expandtabs().split("\n")
    margins = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(margins, default=0)
    cleaned = [lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])]
    return "\n".join(cleaned).strip("\n")


def check_reserved(signature: Signature) -> None:
    """Refuse parameters whose names the call itself uses; raises ReservedArgumentError."""
    for name in _RESERVED:
        if name in signature.parameter_names():
            raise ReservedArgumentError(f"{name!r} is a reserved argument name and cannot be used.")


def check_run_name(option: str, value: object) -> None:
    """Refuse a run name that is neither a template nor a function."""
    if value is not None and not isinstance(value, str) and not callable(value):
        raise TypeError(f"Expected string or callable for '{option}'; got {type(value).__name__} instead.")


def check_isolation(value: object) -> None:
    """Refuse an unknown isolation."""
    if value not in {"thread", "process"}:
        raise ValueError(f"'isolation' is {value!r}; it must be 'thread' or 'process'")


def check_on_crash(value: object) -> None:
    """Refuse what is no policy for a run whose process was lost."""
    if value != "leave" and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _RESTARTS):
        raise ValueError(
            f"'on_crash' is {value!r}; it must be 'leave', or how often a crashed run is begun again: 1 to {_RESTARTS:,}"
        )


def check_storage(value: object) -> None:
    """Refuse a place for results that nothing can be written to."""
    if value is None or isinstance(value, str | os.PathLike) or hasattr(value, "write_path"):
        return
    raise TypeError(
        f"Expected a file system block, a path, or the name of a saved block for 'result_storage'; got"
        f" {type(value).__name__} instead."
    )


def check_options(owner: type, options: dict[str, Any], call: str) -> None:
    """Refuse unknown options of `call` with the sentence Python uses for them."""
    for name in options:
        if not any(name in _accepted(each) for each in owner.__mro__):
            raise TypeError(f"{call} got an unexpected keyword argument {name!r}")


def _accepted(owner: type) -> set[str]:
    known = getattr(owner.__init__, "__code__", None)  # type: ignore[misc]
    if known is None:
        return set()
    return set(known.co_varnames[: known.co_argcount + known.co_kwonlyargcount]) - {"self", "fn"}


def check_hooks(options: dict[str, Any]) -> None:
    """Refuse hooks that are not a list of functions."""
    for option in _HOOKS:
        hooks = options.get(option)
        if hooks is None:
            continue
        if not isinstance(hooks, Iterable):
            raise TypeError(
                f"Expected iterable for '{option}'; got {type(hooks).__name__} instead. Please provide a list of hooks to "
                f"'{option}':\n\n@flow({option}=[hook1, hook2])\ndef my_flow():\n\tpass"
            )
        for hook in hooks:
            if not callable(hook):
                raise TypeError(
                    f"Expected callables in '{option}'; got {type(hook).__name__} instead. Please provide a list of hooks "
                    f"to '{option}':\n\n@flow({option}=[hook1, hook2])\ndef my_flow():\n\tpass"
                )


def hooks_by_kind(**hooks: list[Callable[..., Any]]) -> dict[str, tuple[Callable[..., Any], ...]]:
    """Return the hooks that exist, by the type of the state they wait for."""
    return {kind: tuple(functions) for kind, functions in hooks.items() if functions}


def caching(
    task: Task[Any, Any], policy: CachePolicy | type[NotSet] | None, *, persist: bool | None
) -> tuple[CachePolicy, bool | None]:
    """Return the cache policy a task has and whether it persists its results, from all that its options imply."""
    settings = config.current()
    if task.cache_key_fn is not None:
        if isinstance(policy, CachePolicy):
            _warn("Both `cache_policy` and `cache_key_fn` are set on task %r; `cache_key_fn` is used", task)
        chosen: CachePolicy = CachePolicy.from_cache_key_fn(task.cache_key_fn)
        wanted = True
    elif isinstance(policy, CachePolicy) and task.result_storage_key:
        _warn("Both `cache_policy` and `result_storage_key` are set on task %r; `cache_policy` is ignored", task)
        chosen, wanted = NO_CACHE, False
    elif isinstance(policy, CachePolicy):
        chosen, wanted = policy, policy != NO_CACHE
    elif policy is None:
        chosen, wanted = NO_CACHE, False
    else:
        # A key of the user's own says where results go; they are not looked up by inputs as well.
        default = NO_CACHE if task.result_storage_key else DEFAULT
        chosen, wanted = (NO_CACHE if settings.tasks.default_no_cache else default), False
    if persist is None:
        explicit = wanted or any(
            value is not None for value in (task.result_storage, task.result_serializer, task.result_storage_key)
        )
        persist = True if explicit else settings.tasks.default_persist_result
    elif persist is False and wanted:
        _warn(
            "Task %r persists nothing that could be reused: its `cache_policy` is ignored, as `persist_result` is False",
            task,
        )
        chosen = NO_CACHE
    return chosen, persist


def _warn(sentence: str, task: Task[Any, Any]) -> None:
    from segue.logging import get_logger  # noqa: PLC0415 - a door: for these sentences

    get_logger("tasks").warning(sentence, task.name)


def task_runner(verb: str) -> Any:
    """Return the task runner of the surrounding flow run; RuntimeError outside."""
    flow = current_flow.get()
    runner = flow.extra.get("task_runner") if flow is not None else None
    if runner is not None:
        return runner
    if verb == "map":
        raise RuntimeError(
            "Unable to determine task runner to use for mapped task runs. If you are mapping a task outside of a flow, please"
            " provide `deferred=True` to submit the mapped task runs for deferred execution."
        )
    raise RuntimeError(
        "Unable to determine task runner to use for submission. If you are submitting a task outside of a flow, please use"
        " `.delay` to submit the task run for deferred execution."
    )


def bound_copy(thing: Any, instance: object, owner: type | None) -> Any:
    """Return what an attribute access gives: the decorated method bound as a plain one would be, sharing everything else."""
    binding = owner if thing.wrapper is classmethod else instance
    if binding is None or thing.wrapper is staticmethod:
        return thing
    copy = object.__new__(type(thing))
    copy.__dict__.update(thing.__dict__)
    copy.binding = binding
    return copy
