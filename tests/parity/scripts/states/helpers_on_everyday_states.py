from segue.states import (
    AwaitingRetry, Cancelled, Cancelling, Completed, Crashed, Failed, Late, Paused, Pending, Retrying, Running, Scheduled, Suspended,
)

CHECKS = "scheduled pending running completed failed crashed cancelled cancelling paused final".split()
for make in (AwaitingRetry, Cancelled, Cancelling, Completed, Crashed, Failed, Late, Paused, Pending, Retrying, Running, Scheduled, Suspended):
    state = make(message="m") if make is not Paused else make()
    print(make.__name__, state.type.value, state.name, [c for c in CHECKS if getattr(state, f"is_{c}")()], str(state).split("(")[0])
for kwargs in ({"name": "Mine"}, {"data": 5}, {"message": ""}, {"type": "FAILED"}, {"nope": 1}):
    try:
        state = Completed(**kwargs)
        print(kwargs, state.type.value, state.name, state.data, repr(state.message))
    except Exception as error:
        print(kwargs, type(error).__name__)
