"""Cache policies: from what a task run's cache key is made.

Policies are added (`INPUTS + TASK_SOURCE`), and an input is left out by subtracting its name (`INPUTS - "debug"`). A key is a
name: two task runs with the same key share one result. None for a key means that the run is not cached.
"""

# ruff: noqa: ARG002 - every policy is asked with the same arguments, and most need but one of them

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar, Literal, Self, TypeAlias

from segue.exceptions import HashError
from segue.model.runs import CacheFacts, InputHash

if TYPE_CHECKING:
    from pathlib import Path

    from segue.context import TaskRunContext
    from segue.locking.protocol import LockManager
    from segue.places import Writable
    from segue.transaction_life import IsolationLevel

    KeyStorage: TypeAlias = Writable | str | Path | None
    Isolation: TypeAlias = Literal["READ_COMMITTED", "SERIALIZABLE"] | IsolationLevel | None
    KeyFunction: TypeAlias = Callable[[TaskRunContext, dict[str, object]], str | None]

_UNHASHABLE = (
    "\n\nInputs such as locks, open files or connections have no content to hash. Leave such an input out of the key"
    ' (`cache_policy=INPUTS - "name"`), compute the key yourself (`cache_key_fn=...`), or turn caching off'
    " (`cache_policy=NO_CACHE`)."
)


@functools.cache
def _hashing() -> ModuleType:
    # A door: hashlib is loaded by the first key that is computed.
    from segue.utilities import hashing  # noqa: PLC0415

    return hashing


def _hash(value: object) -> str:
    text: str = _hashing().hash_value(value)
    return text


class CachePolicy:
    """From what a cache key is made; subclasses say it in `compute_key`."""

    #: What the policy's part of a key is called in explanations.
    part: ClassVar[str] = "custom"

    #: Where records of keys lie, when not with the results.
    key_storage: KeyStorage = None
    #: SERIALIZABLE lets one run at a time compute the value of a key.
    isolation_level: Isolation = None
    lock_manager: LockManager | None = None

    def __init__(
        self,
        key_storage: KeyStorage = None,
        isolation_level: Isolation = None,
        lock_manager: LockManager | None = None,
    ) -> None:
        self.key_storage = key_storage
        self.isolation_level = isolation_level
        self.lock_manager = lock_manager

    @classmethod
    def from_cache_key_fn(cls, cache_key_fn: KeyFunction) -> CacheKeyFnPolicy:
        """Return a policy whose key is what a function of (context, parameters) returns."""
        return CacheKeyFnPolicy(cache_key_fn=cache_key_fn)

    def configure(
        self,
        key_storage: KeyStorage = None,
        lock_manager: LockManager | None = None,
        isolation_level: Isolation = None,
    ) -> Self:
        """Return a copy with other storage of keys, locks or isolation; what is not given stays."""
        new = copy.copy(self)
        if key_storage is not None:
            new.key_storage = key_storage
        if lock_manager is not None:
            new.lock_manager = lock_manager
        if isolation_level is not None:
            new.isolation_level = isolation_level
        return new

    def compute_key(
        self,
        task_ctx: TaskRunContext,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Return the cache key of a task run, or None for no caching."""
        raise NotImplementedError

    def explain(
        self, task_ctx: TaskRunContext, inputs: dict[str, object], flow_parameters: dict[str, object]
    ) -> CacheFacts:
        """Return the key together with how it came about; an input that cannot be hashed is named instead of raised."""
        key = self.compute_key(task_ctx=task_ctx, inputs=inputs, flow_parameters=flow_parameters)
        part = self.part if self.part != "custom" else type(self).__name__
        return CacheFacts(key=key, policy=self.label, parts={part: key} if key is not None else {})

    @property
    def label(self) -> str:
        """The policy as a person would write it."""
        return type(self).__name__

    def __sub__(self, other: str) -> CachePolicy:
        if not isinstance(other, str):
            raise TypeError("Can only subtract strings from key policies.")
        return self

    def __add__(self, other: CachePolicy) -> CachePolicy:
        if isinstance(other, _None):
            return self
        _check_compatible(self, other)
        return CompoundCachePolicy(
            policies=[self, other],
            key_storage=self.key_storage or other.key_storage,
            isolation_level=self.isolation_level or other.isolation_level,
            lock_manager=self.lock_manager or other.lock_manager,
        )

    def _facts(self) -> tuple[object, ...]:
        return (self.key_storage, self.isolation_level, self.lock_manager)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CachePolicy) and type(self) is type(other) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return self.label


def _check_compatible(left: CachePolicy, right: CachePolicy) -> None:
    for name, what in (
        ("key_storage", "storage locations"),
        ("isolation_level", "isolation levels"),
        ("lock_manager", "lock implementations"),
    ):
        mine, others = getattr(left, name), getattr(right, name)
        if mine is not None and others is not None and mine != others:
            raise ValueError(f"Cannot add CachePolicies with different {what}.")


class CacheKeyFnPolicy(CachePolicy):
    """The key is what a function of (context, parameters) returns, as it is."""

    part = "cache_key_fn"

    def __init__(
        self,
        key_storage: KeyStorage = None,
        isolation_level: Isolation = None,
        lock_manager: LockManager | None = None,
        cache_key_fn: KeyFunction | None = None,
    ) -> None:
        super().__init__(key_storage, isolation_level, lock_manager)
        self.cache_key_fn = cache_key_fn

    def compute_key(
        self,
        task_ctx: TaskRunContext,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Ask the function."""
        return self.cache_key_fn(task_ctx, inputs) if self.cache_key_fn is not None else None

    @property
    def label(self) -> str:
        """The function's name."""
        name = getattr(self.cache_key_fn, "__qualname__", None) or repr(self.cache_key_fn)
        return f"cache_key_fn={name}"

    def _facts(self) -> tuple[object, ...]:
        return (*super()._facts(), self.cache_key_fn)


class CompoundCachePolicy(CachePolicy):
    """A hash of the keys of several policies; those that give none are left out."""

    def __init__(
        self,
        key_storage: KeyStorage = None,
        isolation_level: Isolation = None,
        lock_manager: LockManager | None = None,
        policies: list[CachePolicy] | None = None,
    ) -> None:
        super().__init__(key_storage, isolation_level, lock_manager)
        flat: list[CachePolicy] = []
        for policy in policies or []:
            flat.extend(policy.policies if isinstance(policy, CompoundCachePolicy) else [policy])
        inputs = [policy for policy in flat if isinstance(policy, Inputs)]
        self.policies: list[CachePolicy] = [policy for policy in flat if not isinstance(policy, Inputs)]
        if len(inputs) == 1:
            self.policies.append(inputs[0])
        elif inputs:
            self.policies.append(Inputs(exclude=sorted({name for policy in inputs for name in policy.exclude})))

    def compute_key(
        self,
        task_ctx: TaskRunContext,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Hash the keys of the parts."""
        keys = [
            policy.compute_key(task_ctx=task_ctx, inputs=inputs, flow_parameters=flow_parameters, **kwargs)
            for policy in self.policies
        ]
        return _joined(keys)

    def explain(
        self, task_ctx: TaskRunContext, inputs: dict[str, object], flow_parameters: dict[str, object]
    ) -> CacheFacts:
        """Explain every part."""
        parts: dict[str, str] = {}
        hashes: list[InputHash] = []
        keys: list[str | None] = []
        unhashable = False
        for policy in self.policies:
            facts = policy.explain(task_ctx, inputs, flow_parameters)
            unhashable = unhashable or any(entry.reason is not None for entry in facts.inputs)
            keys.append(facts.key)
            hashes.extend(facts.inputs)
            for name, value in facts.parts.items():
                parts[name if name not in parts else f"{name} {len(parts) + 1}"] = value
        key = None if unhashable else _joined(keys)
        return CacheFacts(key=key, policy=self.label, parts=parts, inputs=hashes)

    @property
    def label(self) -> str:
        """The parts, added."""
        return " + ".join(policy.label for policy in self.policies)

    def _facts(self) -> tuple[object, ...]:
        return (*super()._facts(), self.policies)

    def __add__(self, other: CachePolicy) -> CachePolicy:
        if isinstance(other, _None):
            return self
        _check_compatible(self, other)
        return CompoundCachePolicy(
            policies=[*self.policies, other],
            key_storage=self.key_storage or other.key_storage,
            isolation_level=self.isolation_level or other.isolation_level,
            lock_manager=self.lock_manager or other.lock_manager,
        )

    def __sub__(self, other: str) -> CachePolicy:
        if not isinstance(other, str):
            raise TypeError("Can only subtract strings from key policies.")
        new = copy.copy(self)
        new.policies = [policy - other for policy in self.policies]
        return new


def _joined(keys: list[str | None]) -> str | None:
    given = tuple(key for key in keys if key is not None)
    return _hash(given) if given else None


class _None(CachePolicy):
    """No key, ever; adding it changes nothing."""

    @property
    def label(self) -> str:
        """NO_CACHE."""
        return "NO_CACHE"

    def compute_key(
        self,
        task_ctx: TaskRunContext,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Return None."""
        return None

    def __add__(self, other: CachePolicy) -> CachePolicy:
        return other


class TaskSource(CachePolicy):
    """The text of the task's function; not that of functions it calls."""

    part = "task source"

    def compute_key(
        self,
        task_ctx: TaskRunContext | None,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Hash the source text, or the compiled code where there is no text."""
        return _source_hash(task_ctx.task) if task_ctx is not None else None

    @property
    def label(self) -> str:
        """TASK_SOURCE."""
        return "TASK_SOURCE"


def _source_hash(task: object) -> str:
    text = getattr(task, "source_code", None)
    if text is not None:
        return _hash(text)
    return _function_hash(getattr(task, "fn", task))


@functools.lru_cache(maxsize=1000)
def _function_hash(function: Callable[..., object]) -> str:
    # A door: inspect reads the source text, which only this needs.
    import inspect  # noqa: PLC0415

    plain = inspect.unwrap(function)
    try:
        return _hash(inspect.getsource(plain))
    except TypeError:
        return _hash(inspect.getsource(type(plain)))
    except OSError:
        return _hash(getattr(plain, "__code__", plain))


class FlowParameters(CachePolicy):
    """The parameters of the flow run around the task."""

    part = "flow parameters"

    def compute_key(
        self,
        task_ctx: TaskRunContext,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Hash the parameters; None where there are none."""
        return _hash(flow_parameters) if flow_parameters else None

    @property
    def label(self) -> str:
        """FLOW_PARAMETERS."""
        return "FLOW_PARAMETERS"


class RunId(CachePolicy):
    """The id of the flow run, or of the task run outside a flow: nothing is reused across runs."""

    part = "run id"

    def compute_key(
        self,
        task_ctx: TaskRunContext | None,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Return the id as text."""
        if task_ctx is None:
            return None
        life = task_ctx.life
        return life.flow.id if life.flow is not None else life.id

    @property
    def label(self) -> str:
        """RUN_ID."""
        return "RUN_ID"


class Inputs(CachePolicy):
    """The task's arguments, by name, but for those left out."""

    part = "inputs"

    def __init__(
        self,
        key_storage: KeyStorage = None,
        isolation_level: Isolation = None,
        lock_manager: LockManager | None = None,
        exclude: list[str] | None = None,
    ) -> None:
        super().__init__(key_storage, isolation_level, lock_manager)
        self.exclude = list(exclude) if exclude is not None else []

    def compute_key(
        self,
        task_ctx: TaskRunContext,
        inputs: dict[str, object],
        flow_parameters: dict[str, object],
        **kwargs: object,
    ) -> str | None:
        """Hash the inputs; None where there are none, ValueError where one cannot be hashed."""
        if not inputs:
            return None
        try:
            return _hash({name: _hash(value) for name, value in self._kept(inputs).items()})
        except HashError as error:
            raise ValueError(f"{error}{_UNHASHABLE}") from error

    def explain(
        self, task_ctx: TaskRunContext, inputs: dict[str, object], flow_parameters: dict[str, object]
    ) -> CacheFacts:
        """Give the hash of each input, or why it has none."""
        if type(self).compute_key is not Inputs.compute_key:
            return super().explain(task_ctx, inputs, flow_parameters)
        if not inputs:
            return CacheFacts(policy=self.label)
        found = [_input_hash(name, value) for name, value in self._kept(inputs).items()]
        if any(entry.reason is not None for entry in found):
            return CacheFacts(policy=self.label, inputs=found)
        key = _hash({entry.name: entry.hash for entry in found})
        return CacheFacts(key=key, policy=self.label, parts={self.part: key}, inputs=found)

    @property
    def label(self) -> str:
        """INPUTS, less what is left out."""
        return "".join(["INPUTS", *(f" - {name!r}" for name in self.exclude)])

    def _kept(self, inputs: Mapping[str, object]) -> dict[str, object]:
        return {name: value for name, value in inputs.items() if name not in self.exclude}

    def _facts(self) -> tuple[object, ...]:
        return (*super()._facts(), self.exclude)

    def __sub__(self, other: str) -> CachePolicy:
        if not isinstance(other, str):
            raise TypeError("Can only subtract strings from key policies.")
        new = copy.copy(self)
        new.exclude = [*self.exclude, other]
        return new


def _input_hash(name: str, value: object) -> InputHash:
    try:
        return InputHash(name=name, hash=_hash(value))
    except HashError as error:
        return InputHash(name=name, reason=str(error))


def task_input_hash(context: TaskRunContext, arguments: dict[str, object]) -> str | None:
    """Return a key made of the task, its code and its arguments, for `cache_key_fn`; None where one cannot be hashed."""
    code = getattr(context.task.fn, "__code__", None)
    try:
        return _hash((context.task.task_key, code.co_code if code is not None else None, arguments))
    except HashError:
        return None


INPUTS = Inputs()
NONE = _None()
NO_CACHE = _None()
TASK_SOURCE = TaskSource()
FLOW_PARAMETERS = FlowParameters()
RUN_ID = RunId()
DEFAULT = INPUTS + TASK_SOURCE + RUN_ID
