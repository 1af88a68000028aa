from segue import flow, task
from segue.serializers import CompressedSerializer, JSONSerializer, PickleSerializer, Serializer

for name in ("pickle", "json", "compressed/pickle", "compressed/json", "yaml", 5):
    try:

        @task(persist_result=True, result_serializer=name)
        def step():
            return [1, "two"]

        @flow
        def main():
            return step()

        print(name, main())
    except Exception as error:
        print(name, type(error).__name__)
for made in (JSONSerializer(), PickleSerializer(), CompressedSerializer(serializer="json", compressionlib="gzip")):
    print(type(made).__name__, made.type, made.loads(made.dumps({"a": [1, None]})))
for bad in (lambda: PickleSerializer(picklelib="nope"), lambda: CompressedSerializer(serializer="json", compressionlib="nope"), lambda: JSONSerializer(dumps_kwargs={"default": str})):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)
