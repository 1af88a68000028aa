"""A persisted result as a file: JSON with the serialized value as text, and beside it what is needed to read it."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from segue.exceptions import SerializationError
from segue.serializers import Serializer, UnknownSerializer, from_fields

R = TypeVar("R")


class _Metadata(Struct, kw_only=True, omit_defaults=False):
    """What stands in the file."""

    storage_key: str | None
    expiration: datetime | None
    serializer: dict[str, Any]
    segue_version: str | None = None
    storage_block_id: str | None = None


class _Encoded(_Metadata, kw_only=True):
    #: How the value's bytes are written as text, when they are not UTF-8 themselves.
    encoding: str | None = None


class _File(Struct):
    metadata: _Encoded
    result: str


class _Outline(Struct):
    """A file of which only the metadata is of interest."""

    metadata: _Encoded
    result: msgspec.Raw


class ResultRecordMetadata:
    """How a result was written, when it expires, and where it lies."""

    def __init__(
        self,
        *,
        serializer: Serializer[Any],
        storage_key: str | None = None,
        expiration: datetime | None = None,
        segue_version: str | None = None,
        storage_block_id: str | None = None,
    ) -> None:
        self.storage_key = storage_key
        self.expiration = expiration
        self.serializer = serializer
        self.segue_version = segue_version
        self.storage_block_id = storage_block_id

    def fields(self) -> dict[str, Any]:
        """Return the metadata as plain values."""
        return {**self.__dict__, "serializer": self.serializer.model_dump()}

    def dump_bytes(self) -> bytes:
        """Write the metadata alone."""
        return msgspec.json.encode(_Metadata(**self.fields()))

    @classmethod
    def load_bytes(cls, data: bytes) -> ResultRecordMetadata:
        """Read metadata written by `dump_bytes`; raises ValueError when it is none."""
        return _understood(_decoded(data, _Encoded))

    def expired(self, now: datetime) -> bool:
        """Say whether the result no longer counts."""
        return self.expiration is not None and self.expiration <= now

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResultRecordMetadata) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.storage_key)

    def __repr__(self) -> str:
        return f"ResultRecordMetadata({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"


class ResultRecord(Generic[R]):
    """A result together with its metadata."""

    def __init__(self, *, metadata: ResultRecordMetadata, result: R) -> None:
        self.metadata = metadata
        self.result = result

    @property
    def expiration(self) -> datetime | None:
        """When the result expires."""
        return self.metadata.expiration

    @property
    def serializer(self) -> Serializer[Any]:
        """The serializer of the result."""
        return self.metadata.serializer

    def serialize_result(self) -> bytes:
        """Return the serialized value; raises SerializationError when its serializer cannot write it."""
        try:
            return self.serializer.dumps(self.result)
        except Exception as error:
            raise SerializationError(
                f"A value of type {type(self.result).__name__!r} cannot be written by the serializer"
                f" {self.serializer.type!r}: {type(error).__name__}: {error}"
            ) from error

    def serialize_metadata(self) -> bytes:
        """Return the metadata as bytes of their own."""
        return self.metadata.dump_bytes()

    @classmethod
    def deserialize_from_result_and_metadata(
        cls, result: bytes, metadata: bytes, backup_serializer: Serializer[Any] | None = None
    ) -> ResultRecord[Any]:
        """Read a record from the bytes of its value and of its metadata."""
        facts = ResultRecordMetadata.load_bytes(metadata)
        if isinstance(facts.serializer, UnknownSerializer) and backup_serializer is not None:
            facts.serializer = backup_serializer
        return ResultRecord(metadata=facts, result=facts.serializer.loads(result))

    def serialize(self) -> bytes:
        """Return the record as the bytes of its file."""
        blob = self.serialize_result()
        metadata = _Metadata(**self.metadata.fields())
        try:
            return msgspec.json.encode({"metadata": metadata, "result": blob.decode()})
        except UnicodeDecodeError:
            encoded = _Encoded(**self.metadata.fields(), encoding="base64")
            return msgspec.json.encode({"metadata": encoded, "result": base64.b64encode(blob).decode()})

    @classmethod
    def deserialize(cls, data: bytes, backup_serializer: Serializer[Any] | None = None) -> ResultRecord[Any]:
        """Read a record; the backup serializer is used where the record's own class is not defined in this process."""
        file = _decoded(data, _File)
        metadata = _understood(file.metadata)
        if isinstance(metadata.serializer, UnknownSerializer) and backup_serializer is not None:
            metadata.serializer = backup_serializer
        blob = base64.b64decode(file.result) if file.metadata.encoding == "base64" else file.result.encode()
        return ResultRecord(metadata=metadata, result=metadata.serializer.loads(blob))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResultRecord) and (self.metadata, self.result) == (other.metadata, other.result)

    def __hash__(self) -> int:
        return hash(self.metadata)

    def __repr__(self) -> str:
        return f"ResultRecord(metadata={self.metadata!r}, result={self.result!r})"


def metadata_in(data: bytes) -> ResultRecordMetadata:
    """Read the metadata of a record without its value."""
    return _understood(_decoded(data, _Outline).metadata)


S = TypeVar("S", bound=Struct)


def _decoded(data: bytes, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise ValueError(f"not the record of a result: {error}") from None


def _understood(found: _Metadata) -> ResultRecordMetadata:
    return ResultRecordMetadata(
        storage_key=found.storage_key,
        expiration=found.expiration,
        serializer=from_fields(found.serializer),
        segue_version=found.segue_version,
        storage_block_id=found.storage_block_id,
    )
