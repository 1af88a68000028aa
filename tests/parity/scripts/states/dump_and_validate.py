from segue.client.schemas.objects import State, StateDetails, StateType
from segue.states import Completed

state = Completed(message="fine", name="Okay")
dumped = state.model_dump(mode="json")
print(sorted(dumped))
print(dumped["type"], dumped["name"], dumped["message"], dumped["data"])
print(sorted(dumped["state_details"]))
back = State.model_validate(dumped)
print(back == state, back.type, back.name, back.id == state.id)
again = state.model_copy(update={"name": "Other"})
print(again.name, again.id == state.id)
print([each.value for each in StateType])
print(StateType("FAILED"), StateType.FAILED.value, repr(StateType.FAILED), StateType.FAILED == "FAILED")
details = StateDetails(cache_key="k")
print(details.cache_key, details.run_input_keyset, details.pause_reschedule)
try:
    State(type="NOPE")
except ValueError:
    print("ValueError")
