"""Fresh copies have new identity; equality looks at type and name."""

from segue import State
from segue.client.schemas.objects import StateDetails, StateType
from segue.states import Completed, Failed, Scheduled

state = Completed(name="Custom", message="m", data=[1])
copy = state.fresh_copy()
print(copy.type.value, copy.name, copy.message, copy.data, copy.id == state.id, copy.timestamp >= state.timestamp)
print(state.model_copy().id == state.id)
built = State(type=StateType.COMPLETED)
print(built.name, built.is_completed(), built.is_final(), isinstance(built.state_details, StateDetails))
print(str(state), repr(Failed(message="oops"))[:6], str(Failed(message="oops")), str(Completed()))
print(Scheduled().state_details.scheduled_time is not None, [kind.name for kind in StateType])
