from datetime import datetime, timedelta, timezone

from segue.client.schemas.objects import StateDetails, StateType
from segue.states import Completed, Failed, Late, Paused, Scheduled, State, Suspended

state = Completed(message="well", name="Very well", data=5)
print(state.type is StateType.COMPLETED, state.type == "COMPLETED", state.name, state.message, state.data)
print(type(state.id).__name__, isinstance(state.timestamp, datetime), state.timestamp.tzinfo is not None)
print(isinstance(state.state_details, StateDetails), state.state_details.flow_run_id, state.state_details.retriable)

plain = State(type=StateType.FAILED)
print(plain.name, plain.type.value, plain.message)
print(State(type="RUNNING").name, State(type=StateType.RUNNING, name="Own").name)

moment = datetime(2030, 1, 1, tzinfo=timezone.utc)
print(Scheduled(scheduled_time=moment).state_details.scheduled_time)
print(Late(scheduled_time=moment).name)
now = datetime.now(timezone.utc)
print(abs(Scheduled().state_details.scheduled_time - now) < timedelta(seconds=10))
paused = Paused(timeout_seconds=60)
print(paused.state_details.pause_timeout > now, paused.state_details.pause_reschedule)
print(Suspended(timeout_seconds=60).state_details.pause_reschedule)
print(Paused(pause_key="k", timeout_seconds=1).state_details.pause_key)
print([member.value for member in StateType])
try:
    State(type="NOT A TYPE")
except ValueError:
    print("no such type")
print(Failed(message="m").message)
