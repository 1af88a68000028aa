"""Hashes of values that come out the same in every process, on every day, whatever the hash seed.

A value is walked and each part is written to the hash behind a tag that says what it is, so that `1`, `1.0`, `"1"` and `True`
differ, and so do `[1]` and `(1,)`. Mappings and sets are hashed without regard to order. Objects are hashed by what they would be
pickled from: their class's name and their state; functions that cannot be imported by name, by their code. Tables and arrays are
hashed by content, when the library they come from is loaded already: a value of it cannot exist otherwise.
"""

from __future__ import annotations

import copyreg
import hashlib
import struct
import sys
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from segue.exceptions import HashError

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Digest(Protocol):
    """What `hashlib` constructors return."""

    def update(self, data: Buffer, /) -> None:
        """Take more bytes."""
        ...

    def hexdigest(self) -> str:
        """Return the hash of the bytes so far."""
        ...


def _blake() -> Digest:
    # 128 bits: short enough for a file name, long enough that no two inputs ever meet.
    return hashlib.blake2b(digest_size=16)


def stable_hash(*parts: str | bytes, hash_algo: Callable[[], Digest] | None = None) -> str:
    """Return a hex hash of strings and bytes, one after the other."""
    digest = (hash_algo or _blake)()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
    return digest.hexdigest()


def file_hash(path: str, hash_algo: Callable[[], Digest] | None = None) -> str:
    """Return a hex hash of a file's content."""
    return stable_hash(Path(path).read_bytes(), hash_algo=hash_algo)


def hash_value(value: object, *, hash_algo: Callable[[], Digest] | None = None) -> str:
    """Return a hex hash of any value; raises `HashError` where a part has no content to hash: a lock, a socket, a generator."""
    digest = (hash_algo or _blake)()
    try:
        _Walk(digest, hash_algo or _blake).feed(value)
    except RecursionError:
        raise HashError("Unable to create hash - the value is nested too deeply") from None
    except Exception as error:
        raise HashError(f"Unable to create hash - {error}") from error
    return digest.hexdigest()


def hash_objects(
    *args: object, hash_algo: Callable[[], Digest] | None = None, raise_on_failure: bool = False, **kwargs: object
) -> str | None:
    """Return a hex hash of all arguments; None when one cannot be hashed, or `HashError` with `raise_on_failure`."""
    try:
        return hash_value((args, kwargs), hash_algo=hash_algo)
    except HashError:
        if raise_on_failure:
            raise
        return None


#: Exact types of which whole lists are hashed at once.
_PLAIN = frozenset({type(None), bool, int, float, str})
_STR = frozenset({str})
_pack = msgspec.msgpack.Encoder(order="deterministic").encode


#: What the walk over `((mapping,), {})` writes around the mapping, when all of it is plain.
_AROUND = (b"(1:2(1:1", b"{2:p\x80")


def hash_inputs(parameters: dict[str, object]) -> str | None:
    """Return what `hash_objects(parameters)` returns, in a fraction of the time where every value is of an exact built-in type."""
    if _PLAIN.issuperset(map(type, parameters.values())) and _STR.issuperset(map(type, parameters)):
        try:
            packed = _pack(parameters)
        except (OverflowError, UnicodeEncodeError):
            return hash_objects(parameters)
        before, after = _AROUND
        whole = b"%b{%d:p%b%b" % (before, len(packed) + 1, packed, after)
        return hashlib.blake2b(whole, digest_size=16).hexdigest()
    return hash_objects(parameters)


class _Walk:
    """One walk over one value."""

    def __init__(self, digest: Digest, make: Callable[[], Digest]) -> None:
        self._update = digest.update
        self._make = make
        #: Containers and objects we are inside of: a value may contain itself.
        self._inside: dict[int, int] = {}

    def tag(self, kind: bytes, payload: bytes = b"") -> None:
        """Write one part: what it is, how long it is, and its bytes."""
        self._update(b"%c%d:" % (kind, len(payload)))
        self._update(payload)

    def feed(self, value: object) -> None:
        """Write one value and all it contains."""
        writer = _WRITERS.get(type(value))
        if writer is not None and writer[1] is False:
            writer[0](self, value)
            return
        depth = self._inside.get(id(value))
        if depth is not None:
            self.tag(b"^", str(len(self._inside) - depth).encode())
            return
        self._inside[id(value)] = len(self._inside)
        try:
            (writer[0] if writer is not None else _writer_for(value))(self, value)
        finally:
            del self._inside[id(value)]

    def alone(self, *values: object) -> bytes:
        """Return the hash of some values by themselves, for containers without order."""
        digest, outer = self._make(), self._update
        self._update = digest.update
        try:
            for value in values:
                self.feed(value)
        finally:
            self._update = outer
        return digest.hexdigest().encode()

    def unordered(self, kind: bytes, hashes: Iterable[bytes]) -> None:
        """Write parts whose order means nothing."""
        self.tag(kind, b"".join(sorted(hashes)))


def _scalar(walk: _Walk, value: Any) -> None:
    match value:
        case None:
            walk.tag(b"N")
        case bool():
            walk.tag(b"T" if value else b"F")
        case int():
            walk.tag(b"i", f"{value:x}".encode())
        case float():
            walk.tag(b"f", struct.pack("<d", value))
        case str():
            walk.tag(b"s", value.encode("utf-8", "surrogatepass"))
        case _:
            walk.tag(b"b", bytes(value))


def _at_once(walk: _Walk, kind: bytes, value: object) -> bool:
    """Write a container of nothing but plain values, if it can be packed whole."""
    try:
        walk.tag(kind, b"p" + _pack(value))
    except (OverflowError, UnicodeEncodeError):
        return False  # An integer over 64 bits, half a surrogate pair: one by one.
    return True


def _sequence(walk: _Walk, value: Any) -> None:
    kind = b"[" if type(value) is list else b"("
    if _PLAIN.issuperset(map(type, value)) and _at_once(walk, kind, value):
        return
    walk.tag(kind, str(len(value)).encode())
    for item in value:
        walk.feed(item)


def _mapping(walk: _Walk, value: Any) -> None:
    if _STR.issuperset(map(type, value)):
        if _PLAIN.issuperset(map(type, value.values())) and _at_once(walk, b"{", value):
            return
        walk.tag(b"{", str(len(value)).encode())
        for name in sorted(value):
            walk.feed(name)
            walk.feed(value[name])
        return
    walk.unordered(b"{", (walk.alone(key, item) for key, item in value.items()))


def _set(walk: _Walk, value: Any) -> None:
    walk.feed(type(value))
    walk.unordered(b"<", (walk.alone(item) for item in value))


def _class(walk: _Walk, value: Any) -> None:
    walk.tag(b"c", f"{value.__module__}.{value.__qualname__}".encode())


def _module(walk: _Walk, value: Any) -> None:
    walk.tag(b"m", value.__name__.encode())


def _function(walk: _Walk, value: Any) -> None:
    walk.tag(b"d", f"{value.__module__}.{value.__qualname__}".encode())
    if value.__module__ != "__main__" and "<" not in value.__qualname__:
        return
    walk.feed(value.__code__)
    walk.feed((value.__defaults__, value.__kwdefaults__))
    for cell in value.__closure__ or ():
        try:
            walk.feed(cell.cell_contents)
        except ValueError:
            walk.tag(b"?")  # Not filled yet: a function that refers to itself while it is being made.


def _code(walk: _Walk, value: Any) -> None:
    walk.tag(b"x", value.co_code)
    walk.feed((value.co_names, value.co_varnames, value.co_freevars))
    walk.feed((value.co_argcount, value.co_kwonlyargcount, value.co_flags))
    # One by one: a constant may be code again, and equal constants of different types must differ.
    for constant in value.co_consts:
        walk.feed(constant)


def _method(walk: _Walk, value: Any) -> None:
    walk.tag(b"o")
    walk.feed(value.__func__)
    walk.feed(value.__self__)


def _builtin(walk: _Walk, value: Any) -> None:
    owner = value.__self__
    if owner is None or isinstance(owner, types.ModuleType):
        walk.tag(b"d", f"{value.__module__}.{value.__qualname__}".encode())
        return
    walk.tag(b"o", value.__name__.encode())
    walk.feed(owner)


def _object(walk: _Walk, value: Any) -> None:
    """Hash what pickle would rebuild the object from."""
    reducer = copyreg.dispatch_table.get(type(value))
    reduced = reducer(value) if reducer is not None else value.__reduce_ex__(4)
    if isinstance(reduced, str):
        walk.tag(b"g", f"{getattr(value, '__module__', '')}.{reduced}".encode())
        return
    parts: tuple[Any, ...] = (*reduced, None, None, None)
    make, args, state, items, pairs = parts[:5]
    walk.tag(b"O")
    walk.feed(make)
    walk.feed(args)
    walk.feed(state)
    walk.feed(None if items is None else list(items))
    walk.feed(None if pairs is None else dict(pairs))


def _pydantic(walk: _Walk, value: Any) -> None:
    # Which fields were given and which took their defaults is no part of the content.
    walk.feed(type(value))
    walk.feed((dict(value.__dict__), value.__pydantic_extra__, value.__pydantic_private__))


def _numpy(walk: _Walk, value: Any) -> None:
    walk.feed((type(value), value.dtype.str if value.dtype.names is None else str(value.dtype.descr), value.shape))
    if value.dtype.hasobject:
        walk.feed(value.tolist())
    else:
        numpy = sys.modules["numpy"]
        walk.tag(b"a", numpy.ascontiguousarray(value).tobytes())


def _frame(walk: _Walk, value: Any) -> None:
    walk.feed((type(value), list(value.columns)))
    walk.feed(value.index)
    for position in range(len(value.columns)):
        _column(walk, value.iloc[:, position])


def _column(walk: _Walk, value: Any) -> None:
    """A pandas Series or Index, without its name."""
    pandas, numpy = sys.modules["pandas"], sys.modules["numpy"]
    walk.tag(b"v", str(value.dtype).encode())
    if value.dtype == object:
        walk.feed(value.tolist())
    elif isinstance(value.dtype, numpy.dtype):
        walk.tag(b"a", numpy.ascontiguousarray(value.to_numpy()).tobytes())
    else:
        walk.tag(b"a", pandas.util.hash_array(value.array, categorize=True).tobytes())


def _series(walk: _Walk, value: Any) -> None:
    walk.feed((type(value), value.name))
    walk.feed(value.index)
    _column(walk, value)


def _index(walk: _Walk, value: Any) -> None:
    walk.feed((type(value), list(value.names)))
    if value.nlevels > 1:
        for level in range(value.nlevels):
            _column(walk, value.get_level_values(level))
    else:
        _column(walk, value)


def _polars(walk: _Walk, value: Any) -> None:
    polars = sys.modules["polars"]
    walk.feed(type(value))
    for series in [value] if isinstance(value, polars.Series) else value.get_columns():
        walk.feed((series.name, str(series.dtype)))
        try:
            # Cell by cell, because how cells are spread over buffers is no part of the content.
            cells = series.hash(0).rechunk().to_frame().write_ipc(None, compression="uncompressed")
        except polars.exceptions.PolarsError:
            walk.feed(series.to_list())
        else:
            walk.tag(b"a", cells.getvalue())


Writer = Callable[[_Walk, Any], None]

#: Writer by exact type, and whether a value of it may contain itself.
_WRITERS: dict[type, tuple[Writer, bool]] = {
    **dict.fromkeys((type(None), bool, int, float, str, bytes, bytearray), (_scalar, False)),
    **dict.fromkeys((list, tuple), (_sequence, True)),
    dict: (_mapping, True),
    set: (_set, True),
    frozenset: (_set, True),
    type: (_class, False),
    types.ModuleType: (_module, False),
    types.FunctionType: (_function, True),
    types.CodeType: (_code, True),
    types.MethodType: (_method, True),
    types.BuiltinFunctionType: (_builtin, True),
}


def _writer_for(value: object) -> Writer:
    if isinstance(value, type):
        return _class
    if isinstance(value, set | frozenset):
        return _set
    loaded = sys.modules
    if (numpy := loaded.get("numpy")) is not None and isinstance(value, numpy.ndarray):
        return _numpy
    if (pandas := loaded.get("pandas")) is not None:
        for kind, writer in ((pandas.DataFrame, _frame), (pandas.Series, _series), (pandas.Index, _index)):
            if isinstance(value, kind):
                return writer
    if (polars := loaded.get("polars")) is not None and isinstance(value, polars.DataFrame | polars.Series):
        return _polars
    if (pydantic := loaded.get("pydantic")) is not None and isinstance(value, pydantic.BaseModel):
        return _pydantic
    return _object
