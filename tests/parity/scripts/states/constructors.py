from segue.states import (
    AwaitingConcurrencySlot,
    AwaitingRetry,
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    InfrastructurePending,
    Late,
    Paused,
    Pending,
    Retrying,
    Running,
    Scheduled,
    Submitting,
    Suspended,
)

makers = [
    Scheduled, Late, AwaitingRetry, AwaitingConcurrencySlot, Pending, Submitting, InfrastructurePending, Running,
    Retrying, Paused, Suspended, Cancelling, Cancelled, Completed, Failed, Crashed,
]  # fmt: skip
CHECKS = [
    "is_scheduled", "is_pending", "is_running", "is_paused", "is_cancelling", "is_cancelled", "is_completed",
    "is_failed", "is_crashed", "is_final",
]  # fmt: skip

for make in makers:
    state = make()
    true = [check for check in CHECKS if getattr(state, check)()]
    print(make.__name__, state.type.value, state.name, state.message, true)
