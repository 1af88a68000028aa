"""A class of one's own serves as serializer, by object and by name."""

from typing import Literal

from segue import flow, get_client
from segue.serializers import Serializer


class Shout(Serializer):
    type: Literal["shout"] = "shout"

    def dumps(self, obj):
        return obj.upper().encode()

    def loads(self, blob):
        return blob.decode()


@flow(persist_result=True, result_serializer=Shout())
def by_object():
    return "quiet words"


@flow(persist_result=True, result_serializer="shout")
def by_name():
    return "other words"


for chosen in (by_object, by_name):
    state = chosen(return_state=True)
    with get_client(sync_client=True) as client:
        stored = client.read_flow_run(state.state_details.flow_run_id).state
    print(chosen.name, state.result(), "|", stored.result())
