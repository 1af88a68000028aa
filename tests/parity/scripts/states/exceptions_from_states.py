import asyncio

from segue import flow, task
from segue.exceptions import CancelledRun, CrashedRun, FailedRun, MissingResult, UnfinishedRun
from segue.states import Cancelled, Completed, Crashed, Failed, Pending, Running, get_state_exception, get_state_result, raise_state_exception

for state in (
    Failed(), Failed(message="m"), Failed(data=ValueError("v")), Failed(data="text"), Failed(data=Failed(message="inner")), Failed(data=[Completed(), Failed(message="second")]),
    Crashed(message="c"), Cancelled(message="x"), Completed(data=1), Running(), Pending(), Failed(data=5), Failed(data=[1]),
):
    for how in (get_state_exception, raise_state_exception, lambda s: s.result(), lambda s: s.result(raise_on_failure=False)):
        try:
            value = how(state)
            print(state.type.value, type(value).__name__, value, end=" | ")
        except BaseException as error:
            print(state.type.value, "raised", type(error).__name__, str(error)[:50], end=" | ")
    print()
