from datetime import datetime, timedelta, timezone

from segue import flow, task
from segue.cache_policies import INPUTS
from segue.states import Failed, Paused, Scheduled, State, StateType


@task(cache_policy=INPUTS, persist_result=True, cache_expiration=timedelta(hours=1))
def cached(x: int) -> int:
    return x


@task
def plain(x: int) -> int:
    return x


@flow
def main():
    first = cached(1, return_state=True)
    second = cached(1, return_state=True)
    third = plain(1, return_state=True)
    print(first.name, second.name, third.name)
    for state in (first, second, third):
        details = state.state_details
        print(details.flow_run_id is not None, details.task_run_id is not None, details.retriable)
        print(state.result(), state.is_completed(), state.is_final(), state.timestamp.tzinfo is not None)
    return Failed(message="on purpose", data=KeyError("k"))


state = main(return_state=True)
print(state.state_details.flow_run_id is not None, state.state_details.task_run_id)
print(type(state.result(raise_on_failure=False)).__name__)
at = datetime(2030, 1, 1, tzinfo=timezone.utc)
later = Scheduled(scheduled_time=at)
print(later.state_details.scheduled_time == at, later.is_scheduled(), later.is_final())
print(Paused(timeout_seconds=5).state_details.pause_reschedule)
print(State(type=StateType.RUNNING).is_running(), State(type="FAILED", name="Own", message="m"))
print(sorted(kind.value for kind in StateType))
