"""state.result answers by type of state."""

from segue.exceptions import FailedRun, MissingResult, PausedRun, UnfinishedRun
from segue.states import AwaitingRetry, Completed, Failed, Paused, Pending, Running, Scheduled, Suspended

print(Completed(data=5).result(), Completed(data=0).result(), Completed(data=[]).result())
for state in (Completed(), Pending(), Running(), Scheduled(), AwaitingRetry(), Paused(), Suspended(), Failed()):
    try:
        print(state.name, state.result())
    except (MissingResult, UnfinishedRun, PausedRun, FailedRun) as error:
        print(state.name, type(error).__name__)
print(repr(Failed(data=ValueError(1)).result(raise_on_failure=False)))
print(type(Failed(message="m").result(raise_on_failure=False)).__name__)
