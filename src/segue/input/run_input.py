"""Input as a pydantic model: what a paused run waits for, and messages between runs.

Any type can be asked for: a `RunInput` subclass as it is, another pydantic model through a subclass of both, everything
else through a model with the one field `value`, which is unwrapped on arrival.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar, overload
from uuid import UUID

import msgspec
import pydantic

from segue.client.methods.things import InputMethods
from segue.client.orchestration import SyncSegueClient
from segue.client.schemas.objects import FlowRunInput
from segue.engine.asks import Do, Script
from segue.exceptions import ObjectAlreadyExists, ObjectNotFound
from segue.host.ids import new_id
from segue.input.actions import create_from_model, ensure_flow_run_id, read
from segue.input.keysets import Keyset, keyset_from_base_key
from segue.input.keysets import keyset_from_paused_state as keyset_from_paused_state
from segue.input.receiving import GetInputHandler
from segue.pairs import aplay, play

T = TypeVar("T")
R = TypeVar("R", bound="RunInput")

_SENDER = "segue.flow-run."


class RunInputMetadata(pydantic.BaseModel):
    """Under which key an input arrived, from whom, and for which run."""

    key: str
    sender: str | None = None
    receiver: UUID


class BaseRunInput(pydantic.BaseModel):
    """What every input can do."""

    model_config = pydantic.ConfigDict(extra="forbid")

    #: What to show to whoever answers.
    _words: ClassVar[str | None] = None
    _metadata: RunInputMetadata = pydantic.PrivateAttr()

    @property
    def metadata(self) -> RunInputMetadata:
        """How this input arrived."""
        return self._metadata

    @classmethod
    def keyset_from_type(cls) -> Keyset:
        """Return the keys of a question of this type."""
        return keyset_from_base_key(cls.__name__.lower())

    @classmethod
    def ask(cls, keyset: Keyset, flow_run_id: UUID | str | None) -> Script[None]:
        """Store the question: its schema and its words; an answer to an earlier one under the same keys goes."""
        run = ensure_flow_run_id(flow_run_id)
        yield Do(cls._store, (SyncSegueClient(), keyset, run))

    @classmethod
    def _store(cls, client: InputMethods, keyset: Keyset, run: UUID) -> None:
        _put_over(client, run, keyset["schema"], cls.model_json_schema())
        if cls._words is not None:
            _put_over(client, run, keyset["description"], cls._words)
        with suppress(ObjectNotFound):
            client.delete_flow_run_input(run, keyset["response"])

    @classmethod
    def answered(cls, keyset: Keyset, flow_run_id: UUID | str | None) -> Script[Any]:
        """Read the answer; without one, what the defaults give. Raises pydantic's ValidationError."""
        run = ensure_flow_run_id(flow_run_id)
        value: Any = yield from read(keyset["response"], run)
        instance = cls(**(value or {}))
        instance._metadata = RunInputMetadata(key=keyset["response"], receiver=run)
        return instance

    @classmethod
    def save(cls, keyset: Keyset, flow_run_id: UUID | str | None = None) -> None:
        """Store the question of this type for a flow run, by default the current one."""
        return play(cls.ask(keyset, flow_run_id))

    @classmethod
    async def asave(cls, keyset: Keyset, flow_run_id: UUID | str | None = None) -> None:
        """Store the question; the async form of `save`."""
        await aplay(cls.ask(keyset, flow_run_id))

    @classmethod
    def load(cls, keyset: Keyset, flow_run_id: UUID | str | None = None) -> Self:
        """Return the answer to a question; raises pydantic's ValidationError when it does not fit."""
        answer: Self = play(cls.answered(keyset, flow_run_id))
        return answer

    @classmethod
    async def aload(cls, keyset: Keyset, flow_run_id: UUID | str | None = None) -> Self:
        """Return the answer to a question; the async form of `load`."""
        answer: Self = await aplay(cls.answered(keyset, flow_run_id))
        return answer

    @classmethod
    def load_from_flow_run_input(cls, flow_run_input: FlowRunInput) -> Self:
        """Return a stored input as this type."""
        value: Any = flow_run_input.decoded_value
        instance = cls(**value)
        instance._metadata = RunInputMetadata(
            key=flow_run_input.key, sender=flow_run_input.sender, receiver=flow_run_input.flow_run_id
        )
        return instance

    @classmethod
    def with_initial_data(cls, description: str | None = None, **kwargs: Any) -> type[Self]:
        """Return a subclass with these defaults, and words to show to whoever answers."""
        fields: dict[str, Any] = {}
        for name, value in kwargs.items():
            known = cls.model_fields.get(name)
            fields[name] = (type(value), value) if known is None else _with_default(known, value)
        model = pydantic.create_model(cls.__name__, __base__=cls, **fields)
        if description is not None:
            model._words = description  # noqa: SLF001 - a class of our own, just made
        return model

    def _respond(self, run_input: object, sender: str | None, key_prefix: str | None) -> Script[None]:
        asker = self.metadata.sender or ""
        if not asker.startswith(_SENDER):
            raise RuntimeError("Cannot respond to an input that was not sent by a flow run.")
        yield from _send(run_input, asker.removeprefix(_SENDER), sender, key_prefix)

    def respond(self, run_input: object, sender: str | None = None, key_prefix: str | None = None) -> None:
        """Send an input to the flow run that sent this one; raises RuntimeError when it was not a flow run."""
        return play(self._respond(run_input, sender, key_prefix))

    async def arespond(self, run_input: object, sender: str | None = None, key_prefix: str | None = None) -> None:
        """Send an input to the sender of this one; the async form of `respond`."""
        await aplay(self._respond(run_input, sender, key_prefix))

    def send_to(self, flow_run_id: UUID | str, sender: str | None = None, key_prefix: str | None = None) -> None:
        """Send this input to a flow run."""
        return play(_send(self, flow_run_id, sender, key_prefix))

    async def asend_to(self, flow_run_id: UUID | str, sender: str | None = None, key_prefix: str | None = None) -> None:
        """Send this input to a flow run; the async form of `send_to`."""
        await aplay(_send(self, flow_run_id, sender, key_prefix))


def _with_default(known: pydantic.fields.FieldInfo, value: object) -> tuple[Any, Any]:
    """Return a field that is like another, its bounds and its description included, and has a default."""
    kind: Any = Annotated[(known.annotation, *known.metadata)] if known.metadata else known.annotation
    return kind, pydantic.Field(value, title=known.title, description=known.description)


def _put_over(client: InputMethods, run: UUID, key: str, value: object) -> None:
    """Store a value whether or not one is there: an earlier attempt of the run may have asked the same."""
    text = msgspec.json.encode(value).decode()
    try:
        client.create_flow_run_input(run, key, text)
    except ObjectAlreadyExists:
        client.delete_flow_run_input(run, key)
        client.create_flow_run_input(run, key, text)


class RunInput(BaseRunInput):
    """Input of a flow run: subclass it with the fields you need."""

    @classmethod
    def receive(
        cls,
        timeout: float | None = 3600,
        poll_interval: float = 10,
        *,
        raise_timeout_error: bool = False,
        exclude_keys: Iterable[str] | None = None,
        key_prefix: str | None = None,
        flow_run_id: UUID | str | None = None,
    ) -> GetInputHandler[Self]:
        """Return an iterator over the inputs of this type that are sent to a flow run, by default the current one."""
        return GetInputHandler(
            cls.load_from_flow_run_input,
            key_prefix or f"{cls.__name__.lower()}-auto",
            timeout=timeout,
            poll_interval=poll_interval,
            raise_timeout_error=raise_timeout_error,
            exclude_keys=exclude_keys,
            flow_run_id=flow_run_id,
        )

    @classmethod
    def subclass_from_base_model_type(cls, model_cls: type[pydantic.BaseModel]) -> type[RunInput]:
        """Return a subclass of both RunInput and another pydantic model."""
        return type(f"{model_cls.__name__}RunInput", (RunInput, model_cls), {"__module__": model_cls.__module__})


class AutomaticRunInput(BaseRunInput, Generic[T]):
    """Input of any type: a model with the one field `value`."""

    value: T

    @classmethod
    def answered(cls, keyset: Keyset, flow_run_id: UUID | str | None) -> Script[Any]:
        """Read the answer and unwrap it."""
        instance = yield from super().answered(keyset, flow_run_id)
        return instance.value

    @classmethod
    def subclass_from_type(cls, kind: Any) -> type[AutomaticRunInput[Any]]:
        """Return a subclass whose value has a type; named after the type, so that values sent find those who wait for them."""
        name = str(getattr(kind, "__name__", getattr(kind, "_name", "")) or "").lower()
        return pydantic.create_model(f"{name}AutomaticRunInput", __base__=AutomaticRunInput, value=(kind, ...))

    @classmethod
    def load_value(cls, flow_run_input: FlowRunInput) -> T:
        """Return a stored input's value."""
        return cls.load_from_flow_run_input(flow_run_input).value


def run_input_subclass_from_type(kind: Any) -> type[RunInput] | type[AutomaticRunInput[Any]]:
    """Return the input class of any type."""
    if inspect.isclass(kind) and issubclass(kind, RunInput):
        return kind
    if inspect.isclass(kind) and issubclass(kind, pydantic.BaseModel):
        return RunInput.subclass_from_base_model_type(kind)
    return AutomaticRunInput.subclass_from_type(kind)


def _wrapped(value: object) -> BaseRunInput:
    match value:
        case BaseRunInput():
            return value
        case pydantic.BaseModel():
            return RunInput.subclass_from_base_model_type(type(value))(**dict(value))
        case _:
            return AutomaticRunInput.subclass_from_type(type(value))(value=value)


def _send(run_input: object, flow_run_id: UUID | str, sender: str | None, key_prefix: str | None) -> Script[None]:
    wrapped = _wrapped(run_input)
    prefix = key_prefix or f"{type(wrapped).__name__.lower()}-auto"
    yield from create_from_model(f"{prefix}-{new_id()}", wrapped, flow_run_id, sender)


def send_input(
    run_input: object, flow_run_id: UUID | str, sender: str | None = None, key_prefix: str | None = None
) -> None:
    """Send a value of any type to a flow run."""
    return play(_send(run_input, flow_run_id, sender, key_prefix))


async def asend_input(
    run_input: object, flow_run_id: UUID | str, sender: str | None = None, key_prefix: str | None = None
) -> None:
    """Send a value to a flow run; the async form of `send_input`."""
    await aplay(_send(run_input, flow_run_id, sender, key_prefix))


@overload
def receive_input(  # type: ignore[overload-overlap]  # inputs of models are never wrapped
    input_type: type[R],
    timeout: float | None = ...,
    poll_interval: float = ...,
    *,
    raise_timeout_error: bool = ...,
    exclude_keys: Iterable[str] | None = ...,
    key_prefix: str | None = ...,
    flow_run_id: UUID | str | None = ...,
    with_metadata: bool = ...,
) -> GetInputHandler[R]: ...
@overload
def receive_input(
    input_type: type[T],
    timeout: float | None = ...,
    poll_interval: float = ...,
    *,
    raise_timeout_error: bool = ...,
    exclude_keys: Iterable[str] | None = ...,
    key_prefix: str | None = ...,
    flow_run_id: UUID | str | None = ...,
    with_metadata: Literal[False] = ...,
) -> GetInputHandler[T]: ...
@overload
def receive_input(
    input_type: type[T],
    timeout: float | None = ...,
    poll_interval: float = ...,
    *,
    raise_timeout_error: bool = ...,
    exclude_keys: Iterable[str] | None = ...,
    key_prefix: str | None = ...,
    flow_run_id: UUID | str | None = ...,
    with_metadata: Literal[True],
) -> GetInputHandler[AutomaticRunInput[T]]: ...
def receive_input(
    input_type: Any,
    timeout: float | None = 3600,
    poll_interval: float = 10,
    *,
    raise_timeout_error: bool = False,
    exclude_keys: Iterable[str] | None = None,
    key_prefix: str | None = None,
    flow_run_id: UUID | str | None = None,
    with_metadata: bool = False,
) -> GetInputHandler[Any]:
    """Return an iterator over the values of a type that are sent to a flow run, by default the current one.

    `timeout` (seconds, for each value) ends the loop, or raises TimeoutError with `raise_timeout_error`; with `with_metadata`
    values of plain types stay wrapped, so that one can see who sent them and respond.
    """
    kind = run_input_subclass_from_type(input_type)
    return GetInputHandler(
        kind.load_value if issubclass(kind, AutomaticRunInput) and not with_metadata else kind.load_from_flow_run_input,
        key_prefix or f"{kind.__name__.lower()}-auto",
        timeout=timeout,
        poll_interval=poll_interval,
        raise_timeout_error=raise_timeout_error,
        exclude_keys=exclude_keys,
        flow_run_id=flow_run_id,
    )
