"""A run that is stopped on an event loop leaves the task that awaited it as it was."""

from __future__ import annotations

import asyncio

import pytest

from segue import flow
from segue.client import get_client
from segue.states import Cancelling, State
from tests.faults.processes import until

pytestmark = pytest.mark.usefixtures("segue_home")


@flow
async def endless() -> None:
    await asyncio.sleep(600)


def _cancel_it() -> None:
    with get_client(sync_client=True) as client:
        until(lambda: any(run.state_name == "Running" for run in client.read_flow_runs()))
        client.set_flow_run_state(client.read_flow_runs()[0].id, Cancelling())


def test_who_awaited_a_cancelled_run_is_not_cancelled() -> None:
    async def main() -> tuple[State[None], int]:
        asking = asyncio.ensure_future(asyncio.to_thread(_cancel_it))
        async with asyncio.timeout(60):
            state = await endless(return_state=True)
        await asking
        mine = asyncio.current_task()
        assert mine is not None
        return state, mine.cancelling()

    state, cancels = asyncio.run(main())
    assert state.is_cancelled()
    assert cancels == 0
