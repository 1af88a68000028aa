import datetime

from segue.states import (
    AwaitingConcurrencySlot,
    AwaitingRetry,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Late,
    Paused,
    Pending,
    Retrying,
    Running,
    Scheduled,
    Suspended,
)

at = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
for make in (Completed, Failed, Crashed, Cancelled, Cancelling, Pending, Running, Retrying):
    state = make(message="m", name="Custom") if make not in (Retrying,) else make(message="m")
    print(make.__name__, state.type, state.name, state.message, state.is_final(), state.data)
for make in (Scheduled, Late, AwaitingRetry, AwaitingConcurrencySlot):
    state = make(scheduled_time=at)
    print(make.__name__, state.type, state.name, state.message, state.state_details.scheduled_time == at)
state = Paused(timeout_seconds=10)
print("Paused", state.type, state.name, state.state_details.pause_timeout is not None, state.state_details.pause_reschedule)
state = Suspended(timeout_seconds=10)
print("Suspended", state.type, state.name, state.state_details.pause_reschedule)
state = Paused(pause_expiration_time=at, pause_key="k", reschedule=True)
print(state.state_details.pause_timeout == at, state.state_details.pause_key, state.state_details.pause_reschedule)
try:
    Paused(timeout_seconds=1, pause_expiration_time=at)
except Exception as error:
    print(type(error).__name__, error)
try:
    Scheduled(scheduled_time=at, state_details={"scheduled_time": at})
except Exception as error:
    print(type(error).__name__, error)
state = Paused()
print(state.state_details.pause_timeout)
print(repr(Completed(message="hi")), str(Completed(message="hi")), str(Failed()))
