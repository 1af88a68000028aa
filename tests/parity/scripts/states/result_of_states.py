from segue.exceptions import CancelledRun, CrashedRun, FailedRun, MissingResult, PausedRun, UnfinishedRun
from segue.states import (
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
)


def attempt(label, state, **options):
    try:
        print(label, "->", repr(state.result(**options)))
    except Exception as error:
        print(label, "raised", type(error).__name__, "" if isinstance(error, MissingResult) else str(error))


attempt("completed", Completed(data=[1, 2]))
attempt("completed nothing", Completed())
attempt("failed", Failed(message="why"))
attempt("failed with exception", Failed(data=ValueError("why")))
attempt("failed with text", Failed(data="text", message="other"))
attempt("failed quiet", Failed(data=ValueError("why")), raise_on_failure=False)
attempt("failed nothing quiet", Failed(message="why"), raise_on_failure=False)
attempt("crashed", Crashed(message="lost"))
attempt("crashed quiet", Crashed(data=ValueError("lost")), raise_on_failure=False)
attempt("cancelled", Cancelled(message="stopped"))
attempt("cancelled nothing", Cancelled())
attempt("cancelling", Cancelling())
attempt("running", Running())
attempt("pending", Pending())
attempt("scheduled", Scheduled())
attempt("scheduled quiet", Scheduled(), raise_on_failure=False)
attempt("paused", Paused(timeout_seconds=5))
for error in (CancelledRun, CrashedRun, FailedRun, MissingResult, PausedRun, UnfinishedRun):
    print(error.__name__, [base.__name__ for base in error.__mro__[1:3]])
