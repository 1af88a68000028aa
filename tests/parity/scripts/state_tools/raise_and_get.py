"""The helpers raise, fetch or wrap what a final state carries."""

import asyncio

from segue.exceptions import CancelledRun, CrashedRun, FailedRun
from segue.states import (
    Cancelled,
    Completed,
    Crashed,
    Failed,
    Running,
    get_state_exception,
    get_state_result,
    raise_state_exception,
)

print(raise_state_exception(Completed(data=1)), raise_state_exception(Running()))
for state in (
    Failed(data=ValueError("why")),
    Failed(message="told"),
    Failed(data="a string"),
    Failed(),
    Crashed(message="crash"),
    Cancelled(),
    Failed(data=[Completed(data=1), Failed(data=KeyError("inner"))]),
    Failed(data=Failed(message="nested")),
):
    try:
        raise_state_exception(state)
    except (ValueError, KeyError, FailedRun, CrashedRun, CancelledRun) as error:
        print(type(error).__name__, error, type(get_state_exception(state)) is type(error))
try:
    get_state_exception(Completed(data=1))
except ValueError as error:
    print(type(error).__name__)
print(asyncio.run(get_state_result(Completed(data=[1, 2]))))
