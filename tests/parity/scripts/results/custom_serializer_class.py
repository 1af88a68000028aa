import base64
import json

from segue import flow, task
from segue.serializers import Serializer


class Shouting(Serializer):
    type: str = "shouting"
    suffix: str = "!"

    def dumps(self, obj):
        print("dumps")
        return base64.b64encode((json.dumps(obj).upper() + self.suffix).encode())

    def loads(self, blob):
        text = base64.b64decode(blob).decode()
        print("loads", text)
        return json.loads(text.rstrip(self.suffix).lower())


@task(persist_result=True, result_serializer=Shouting(suffix="?"), result_storage_key="shout")
def step():
    return ["a", "b"]


@flow
def main():
    state = step(return_state=True)
    print(state.result())
    again = step(return_state=True)
    print(again.name, again.result())


main()
print(Shouting(), Shouting.model_validate({"suffix": "."}).suffix)
print(Serializer(type="shouting"))
