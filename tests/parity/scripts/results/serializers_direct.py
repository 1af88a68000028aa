import datetime
import decimal
import uuid

from pydantic import BaseModel

from segue.serializers import CompressedJSONSerializer, CompressedPickleSerializer, CompressedSerializer, JSONSerializer, PickleSerializer, Serializer


class Point(BaseModel):
    x: int
    y: float = 2.0


values = [1, "t", None, [1, (2, 3)], {"a": {1, 2}}, datetime.datetime(2024, 1, 2), datetime.date(2024, 1, 2), uuid.UUID(int=3),
          decimal.Decimal("1.5"), Point(x=1), ValueError("boom"), b"bytes", datetime.timedelta(seconds=5)]
for make in (PickleSerializer, JSONSerializer, CompressedPickleSerializer, CompressedJSONSerializer):
    serializer = make()
    print(serializer.type)
    for value in values:
        try:
            back = serializer.loads(serializer.dumps(value))
            print("   ", type(back).__name__, back == value)
        except Exception as error:
            print("   ", type(value).__name__, type(error).__name__)
print(CompressedSerializer(serializer="json", compressionlib="gzip").type)
print(Serializer(type="json").type, type(Serializer(type="pickle")).__name__, type(Serializer(type="compressed/json")).__name__)
for wrong in (lambda: Serializer(type="nope"), lambda: JSONSerializer(jsonlib="nope"), lambda: PickleSerializer(picklelib="nope"),
              lambda: CompressedSerializer(serializer="json", compressionlib="nope"), lambda: JSONSerializer(dumps_kwargs={"default": 1})):
    try:
        wrong()
        print("ok")
    except Exception as error:
        print(type(error).__name__)
print(JSONSerializer().dumps({"b": 1}), JSONSerializer(dumps_kwargs={"indent": 1}).dumps([1]))
