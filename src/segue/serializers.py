"""Serializers turn values into bytes and back; each is known by its `type`, so that `"json"` and `JSONSerializer()` mean the same.

A subclass with a `type` of its own can be named by it once it was defined. Subclasses are written like pydantic models: annotated
class attributes are fields, given by keyword; pydantic itself is loaded only to describe a mistake.
"""

from __future__ import annotations

import base64
import builtins
import copy
import importlib
import json
import pickle
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, Self, TypeVar

from segue.json_objects import decode_object, encode_object

if TYPE_CHECKING:
    import typing_extensions

    # So that `JSONSerializer()` alone takes any value.
    D = typing_extensions.TypeVar("D", default=Any)
else:
    D = TypeVar("D")


class _Absent:
    """No default."""


_ABSENT = _Absent()
_MAIN = b"__main__"
#: Every serializer by its name.
_known: dict[str, builtins.type[Serializer[Any]]] = {}


class Serializer(Generic[D]):
    """Turns values into bytes and back; `Serializer(type="json")` is the one of that name."""

    #: Name of the serializer.
    type: str

    _fields: ClassVar[dict[str, object]] = {"type": _ABSENT}

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        fields = dict(cls._fields)
        for name, annotation in cls.__annotations__.items():
            if not name.startswith(("_", "model_")) and "ClassVar" not in str(annotation):
                fields[name] = cls.__dict__.get(name, _ABSENT)
        for name in fields.keys() & cls.__dict__.keys():
            fields[name] = cls.__dict__[name]
        cls._fields = fields
        known_as = _default(fields["type"])
        if isinstance(known_as, str):
            _known[known_as] = cls

    def __new__(cls, **values: object) -> Self:
        """Make the serializer that `type` names."""
        name = values.get("type")
        if cls is not Serializer or name is None:
            return super().__new__(cls)
        found = _known.get(name) if isinstance(name, str) else None
        if found is None:
            refuse(cls, "type", name, f"there is no serializer {name!r}")
        return super().__new__(found)  # type: ignore[return-value] # the class of that name

    def __init__(self, **values: object) -> None:
        for name, default in self._fields.items():
            value = values.pop(name) if name in values else _default(default)
            if value is _ABSENT:
                refuse(type(self), name, values, kind="missing")
            self.__dict__[name] = value
        for name, value in values.items():
            refuse(type(self), name, value, kind="extra_forbidden")
        self._check()

    def _check(self) -> None:
        """Refuse values that make no sense."""

    def dumps(self, obj: D) -> bytes:
        """Turn a value into bytes."""
        raise NotImplementedError

    def loads(self, blob: bytes) -> D:
        """Turn bytes back into the value."""
        raise NotImplementedError

    def model_dump(self) -> dict[str, Any]:
        """Return the fields as plain values, from which `Serializer(**fields)` makes the same serializer."""
        return {
            name: value.model_dump() if isinstance(value, Serializer) else value
            for name, value in self.__dict__.items()
            if name in self._fields
        }

    @classmethod
    def model_validate(cls, obj: object) -> Self:
        """Return the serializer that a mapping of fields describes; one that is there already as it is."""
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, Mapping):
            refuse(cls, "type", obj, "a mapping of fields is expected.")
        return cls(**obj)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._listed(', ')})"

    def __str__(self) -> str:
        return self._listed(" ")

    def _listed(self, between: str) -> str:
        return between.join(f"{name}={self.__dict__.get(name)!r}" for name in self._fields)


def _default(field: object) -> object:
    """The default of a field; pydantic's `Field(...)` is understood without loading pydantic."""
    if hasattr(field, "get_default") and hasattr(field, "is_required"):
        return _ABSENT if field.is_required() else field.get_default(call_default_factory=True)
    return copy.copy(field) if isinstance(field, dict | list) else field


def refuse(cls: type, field: str, value: object, message: str = "", *, kind: str = "value_error") -> NoReturn:
    """Raise the error that users expect of a wrong field: pydantic's ValidationError."""
    # A door: pydantic only describes the mistake.
    from pydantic_core import InitErrorDetails, ValidationError  # noqa: PLC0415

    details: InitErrorDetails = {"type": kind, "loc": (field,), "input": value}
    if kind == "value_error":
        details["ctx"] = {"error": ValueError(message)}
    raise ValidationError.from_exception_data(cls.__name__, [details])


def named(path: str) -> Any:
    """Return what a dotted path leads to; raises ImportError or AttributeError."""
    module, _, rest = path, "", ""
    while True:
        try:
            found = importlib.import_module(module)
            break
        except ModuleNotFoundError as error:
            if error.name is None or not module.startswith(error.name) or "." not in module:
                raise
            module, _, tail = module.rpartition(".")
            rest = f"{tail}.{rest}" if rest else tail
    for name in rest.split(".") if rest else ():
        found = getattr(found, name)
    return found


class UnknownSerializer(Serializer[Any]):
    """Stands for a serializer whose class is not defined in this process; what it wrote cannot be read here."""

    def __init__(self, **values: object) -> None:
        self.__dict__.update(values)

    def dumps(self, obj: Any) -> bytes:
        """Raise RuntimeError."""
        raise RuntimeError(
            f"the class of serializer {self.type!r} is not defined here: {type(obj).__name__} not written"
        )

    def loads(self, blob: bytes) -> Any:
        """Raise RuntimeError."""
        raise RuntimeError(f"the class of serializer {self.type!r} is not defined here: {len(blob)} bytes not read")


def from_fields(fields: Mapping[str, object]) -> Serializer[Any]:
    """Return the serializer described by `model_dump`, an `UnknownSerializer` when its class is not there."""
    if fields.get("type") not in _known:
        return UnknownSerializer(**fields)
    return Serializer(**fields)


def _cloudpickle() -> Any:
    # A door: loaded by the first value that plain pickle cannot take along.
    import cloudpickle  # noqa: PLC0415

    return cloudpickle


def dump_pickle(obj: object) -> bytes:
    """Pickle a value so that another process can load it: by cloudpickle where plain pickle would refer to `__main__`."""
    loaded = sys.modules.get("cloudpickle")
    if loaded is None or not loaded.list_registry_pickle_by_value():
        try:
            blob = pickle.dumps(obj, protocol=pickle.HIGHEST_PROTOCOL)
        except Exception:  # noqa: BLE001 - a value's own `__reduce__` may raise anything
            # Functions and classes made on the spot; if the value cannot be pickled at all, cloudpickle says so.
            blob = None
        if blob is not None and _MAIN not in blob:
            return blob
    pickled: bytes = _cloudpickle().dumps(obj)
    return pickled


class PickleSerializer(Serializer[D]):
    """Pickles any value, functions and classes of the script included; base64, because a record is text."""

    type: str = "pickle"
    picklelib: str = "cloudpickle"
    picklelib_version: str | None = None

    def _check(self) -> None:
        if self.picklelib == "cloudpickle":
            return
        try:
            library = named(self.picklelib)
        except (ImportError, AttributeError):
            refuse(
                type(self),
                "picklelib",
                self.picklelib,
                f"Failed to import requested pickle library: {self.picklelib!r}.",
            )
        for function in ("dumps", "loads"):
            if not callable(getattr(library, function, None)):
                refuse(type(self), "picklelib", self.picklelib, f"{self.picklelib!r} has no function `{function}`.")

    def dumps(self, obj: D) -> bytes:
        """Pickle and encode."""
        blob = dump_pickle(obj) if self.picklelib == "cloudpickle" else named(self.picklelib).dumps(obj)
        return base64.b64encode(blob)

    def loads(self, blob: bytes) -> D:
        """Decode and unpickle: code in the bytes is run, so they must be your own."""
        library = pickle if self.picklelib == "cloudpickle" else named(self.picklelib)
        value: D = library.loads(base64.b64decode(blob))  # callers have checked the recorded hash
        return value


class JSONSerializer(Serializer[D]):
    """Writes JSON; values JSON has no form for are wrapped with the name of their class, from which they come back."""

    type: str = "json"
    jsonlib: str = "json"
    object_encoder: str | None = "segue.serializers.segue_json_object_encoder"
    object_decoder: str | None = "segue.serializers.segue_json_object_decoder"
    dumps_kwargs: dict[str, Any] = {}  # noqa: RUF012 - a default; each serializer gets its own copy
    loads_kwargs: dict[str, Any] = {}  # noqa: RUF012 - a default; each serializer gets its own copy

    def _check(self) -> None:
        if "default" in self.dumps_kwargs:
            message = "`default` cannot be provided. Use `object_encoder` instead."
            refuse(type(self), "dumps_kwargs", self.dumps_kwargs, message)
        if "object_hook" in self.loads_kwargs:
            message = "`object_hook` cannot be provided. Use `object_decoder` instead."
            refuse(type(self), "loads_kwargs", self.loads_kwargs, message)

    def _library(self) -> Any:
        return json if self.jsonlib == "json" else named(self.jsonlib)

    def dumps(self, obj: D) -> bytes:
        """Write JSON in UTF-8."""
        options = dict(self.dumps_kwargs)
        if self.object_encoder:
            options["default"] = named(self.object_encoder)
        text: str | bytes = self._library().dumps(obj, **options)
        return text.encode() if isinstance(text, str) else text

    def loads(self, blob: bytes) -> D:
        """Read JSON."""
        options = dict(self.loads_kwargs)
        if self.object_decoder:
            options["object_hook"] = named(self.object_decoder)
        value: D = self._library().loads(blob.decode(), **options)
        return value


segue_json_object_encoder = encode_object
segue_json_object_decoder = decode_object


class CompressedSerializer(Serializer[D]):
    """Compresses what another serializer writes."""

    type: str = "compressed"
    serializer: Serializer[D]
    compressionlib: str = "lzma"

    def _check(self) -> None:
        inner: object = self.serializer
        if isinstance(inner, str):
            inner = Serializer(type=inner)
        elif isinstance(inner, Mapping):
            inner = from_fields(inner)
        if not isinstance(inner, Serializer):
            refuse(type(self), "serializer", inner, "a serializer, or the name of one, is expected.")
        self.serializer = inner
        try:
            library = named(self.compressionlib)
        except (ImportError, AttributeError):
            message = f"Failed to import requested compression library: {self.compressionlib!r}."
            refuse(type(self), "compressionlib", self.compressionlib, message)
        for function in ("compress", "decompress"):
            if not callable(getattr(library, function, None)):
                message = f"{self.compressionlib!r} has no function `{function}`."
                refuse(type(self), "compressionlib", self.compressionlib, message)

    def dumps(self, obj: D) -> bytes:
        """Serialize, compress, encode."""
        return base64.b64encode(named(self.compressionlib).compress(self.serializer.dumps(obj)))

    def loads(self, blob: bytes) -> D:
        """Decode, decompress, deserialize."""
        return self.serializer.loads(named(self.compressionlib).decompress(base64.b64decode(blob)))


class CompressedPickleSerializer(CompressedSerializer[D]):
    """Pickles and compresses."""

    type: str = "compressed/pickle"
    serializer: Serializer[D] = PickleSerializer()


class CompressedJSONSerializer(CompressedSerializer[D]):
    """Writes JSON and compresses it."""

    type: str = "compressed/json"
    serializer: Serializer[D] = JSONSerializer()
