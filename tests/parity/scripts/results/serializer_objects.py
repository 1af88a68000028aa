"""Serializers turn values into bytes and back; names and objects are the same thing."""

import datetime
import uuid

from segue.serializers import (
    CompressedJSONSerializer,
    CompressedPickleSerializer,
    CompressedSerializer,
    JSONSerializer,
    PickleSerializer,
    Serializer,
)

value = {"a": [1, 2.5, "x"], "b": None}
for serializer in (
    PickleSerializer(),
    JSONSerializer(),
    CompressedSerializer(serializer="json"),
    CompressedPickleSerializer(),
    CompressedJSONSerializer(compressionlib="bz2"),
):
    blob = serializer.dumps(value)
    print(serializer.type, isinstance(blob, bytes), serializer.loads(blob) == value)
print(JSONSerializer().dumps({"b": 1, "a": [True, None]}))
print(type(Serializer(type="json")).__name__, type(Serializer(type="compressed/pickle")).__name__)
moment = datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
rich = [moment, uuid.UUID(int=5), {1, 2}, datetime.date(2024, 5, 6)]
print(PickleSerializer().loads(PickleSerializer().dumps(rich)) == rich)
back = JSONSerializer().loads(JSONSerializer().dumps(rich))
print([type(item).__name__ for item in back])
error = JSONSerializer().loads(JSONSerializer().dumps(ValueError("lost")))
print(repr(error))
try:
    Serializer(type="nothing-like-it")
except ValueError as refused:
    print(type(refused).__name__)
