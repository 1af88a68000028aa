"""A paused run waits in its process and goes on when somebody resumes it, from wherever."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pydantic
import pytest
from pydantic import Field

from segue import apause_flow_run, flow, get_client, pause_flow_run, resume_flow_run, suspend_flow_run, task
from segue.client.schemas.objects import FlowRun
from segue.engine.lives import current_flow
from segue.exceptions import FlowPauseTimeout, FlowRunWaitTimeout, NotPausedError
from segue.flow_runs import wait_for_flow_run
from segue.input import RunInput, keyset_from_base_key, receive_input, send_input
from segue.states import Cancelling


def this_run() -> str:
    life = current_flow.get()
    assert life is not None
    return life.id


def when_paused(id: str, key: str = "1") -> FlowRun:
    client = get_client(sync_client=True)
    wait = threading.Event()
    while True:
        run = client.read_flow_run(id)
        if run.state is not None and run.state.is_paused() and run.state.state_details.pause_key == key:
            return run
        wait.wait(0.02)


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread meanwhile; what it raises fails the test."""
    problems: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            problems.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    yield
    thread.join()
    assert not problems, problems


class Approval(RunInput):
    who: str
    level: int = 1


class Plain(pydantic.BaseModel):
    q: int


def history(id: str) -> list[str | None]:
    return [state.name for state in get_client(sync_client=True).read_flow_run_states(id)]


def test_a_resume_is_seen_at_once_whatever_the_poll_interval() -> None:
    @flow
    def waits() -> str:
        id = this_run()
        with beside(lambda: resume_flow_run(when_paused(id).id)):
            pause_flow_run(timeout=60, poll_interval=50)
        return id

    assert history(waits()) == ["Pending", "Running", "Paused", "Running", "Completed"]


def test_typed_input_in_its_three_kinds() -> None:
    @flow
    def asks() -> tuple[object, ...]:
        id = this_run()
        answers: list[object] = []
        kinds: list[tuple[type, dict[str, object]]] = [
            (Approval, {"who": "ann"}), (Plain, {"q": 4}), (int, {"value": 5}), (list[int], {"value": [1, 2]}),
        ]  # fmt: skip
        for number, (kind, given) in enumerate(kinds, 1):
            key = str(number)
            with beside(lambda key=key, given=given: resume_flow_run(when_paused(id, key).id, given)):  # type: ignore[misc]
                answers.append(pause_flow_run(wait_for_input=kind, timeout=60))
        return tuple(answers)

    approval, plain, number, numbers = asks()
    assert isinstance(approval, Approval)
    assert approval.model_dump() == {"who": "ann", "level": 1}
    assert isinstance(plain, Plain)
    assert isinstance(plain, RunInput)
    assert (plain.q, number, numbers) == (4, 5, [1, 2])


def test_an_answer_that_does_not_fit_is_refused_and_the_run_stays_paused() -> None:
    @flow
    def asks() -> int:
        id = this_run()

        def answer() -> None:
            when_paused(id)
            for wrong in ({"value": "many"}, {}, {"value": 1, "more": 2}):
                with pytest.raises(RuntimeError, match="Cannot resume this run"):
                    resume_flow_run(id, wrong)
            resume_flow_run(id, {"value": 7})

        with beside(answer):
            return pause_flow_run(wait_for_input=int, timeout=60)

    assert asks() == 7


def test_defaults_answer_when_nothing_is_given_and_the_words_are_stored() -> None:
    @flow
    def asks() -> Approval:
        id = this_run()

        def answer() -> None:
            when_paused(id)
            words = get_client(sync_client=True).read_flow_run_input(
                id, keyset_from_base_key("paused-1")["description"]
            )
            assert words == '"who approves?"'
            resume_flow_run(id)

        with beside(answer):
            return pause_flow_run(Approval.with_initial_data("who approves?", who="bob", level=3), timeout=60)

    assert asks().model_dump() == {"who": "bob", "level": 3}


class Order(RunInput):
    pieces: Annotated[int, Field(ge=1, description="How many")]
    names: list[str] = Field(default_factory=list, description="Of whom")


def test_initial_data_leaves_bounds_and_descriptions_as_they_are() -> None:
    preset = Order.with_initial_data(pieces=3, names=["ann"])
    assert preset().model_dump() == {"pieces": 3, "names": ["ann"]}  # type: ignore[call-arg]  # has defaults now
    fields = preset.model_json_schema()["properties"]
    assert fields["pieces"] == {
        "default": 3, "description": "How many", "minimum": 1, "title": "Pieces", "type": "integer",
    }  # fmt: skip
    assert fields["names"]["description"] == "Of whom"


def test_a_pause_that_nobody_resumes_fails_the_run() -> None:
    @flow
    def waits() -> None:
        pause_flow_run(timeout=0)

    state = waits(return_state=True)
    assert state.is_failed()
    with pytest.raises(FlowPauseTimeout, match="never resumed"):
        state.result()


def test_a_key_pauses_once() -> None:
    @flow
    def waits() -> str:
        id = this_run()
        with beside(lambda: resume_flow_run(when_paused(id, "gate").id)):
            pause_flow_run(timeout=60, key="gate")
        pause_flow_run(timeout=60, key="gate")
        return id

    assert history(waits()).count("Paused") == 1


def test_a_paused_run_is_cancelled() -> None:
    client = get_client(sync_client=True)

    @flow
    def waits() -> None:
        id = this_run()
        with beside(lambda: client.set_flow_run_state(when_paused(id).id, Cancelling(message="enough"))):
            pause_flow_run(timeout=60)

    state = waits(return_state=True)
    assert state.is_cancelled()


def test_async_flows_pause_without_stopping_their_loop() -> None:
    beats: list[int] = []

    @flow
    async def waits() -> str:
        id = this_run()

        async def beat() -> None:
            while True:
                beats.append(1)
                await asyncio.sleep(0.01)

        beating = asyncio.create_task(beat())
        with beside(lambda: resume_flow_run(when_paused(id, "1").id, {"value": "yes"})):
            assert await apause_flow_run(wait_for_input=str, timeout=60) == "yes"
        with beside(lambda: resume_flow_run(when_paused(id, "2").id)):
            await pause_flow_run(timeout=60)  # type: ignore[misc]  # an awaitable in async code
        beating.cancel()
        return id

    assert history(asyncio.run(waits())).count("Paused") == 2
    assert len(beats) > 5


def test_another_process_resumes() -> None:
    script = "import sys\nfrom segue import resume_flow_run\nresume_flow_run(sys.argv[1], {'value': [sys.argv[2]]})\n"

    @flow
    def asks() -> list[str]:
        id = this_run()

        def answer() -> None:
            when_paused(id)
            subprocess.run([sys.executable, "-c", script, id, "from afar"], check=True)

        with beside(answer):
            return pause_flow_run(wait_for_input=list[str], timeout=60)

    assert asks() == ["from afar"]


def test_a_subflow_pauses_alone_and_a_task_pauses_its_flow() -> None:
    client = get_client(sync_client=True)

    @flow
    def child() -> str:
        id = this_run()
        with beside(lambda: resume_flow_run(when_paused(id).id)):
            pause_flow_run(timeout=60)
        return id

    @task
    def gate() -> None:
        pause_flow_run(timeout=60)

    @flow
    def parent() -> tuple[str, str]:
        id = this_run()
        with beside(lambda: resume_flow_run(when_paused(id).id)):
            gate.submit().result()
        return id, child()

    outer, inner = parent()
    assert history(inner) == history(outer) == ["Pending", "Running", "Paused", "Running", "Completed"]
    assert client.read_flow_run(outer).state_name == "Completed"


DURABLE = """
import os, sys, threading
from segue import flow, get_client, pause_flow_run, resume_flow_run
from segue.engine.lives import current_flow
from segue.flow_calls import call_flow

def answer(id):
    client, wait = get_client(sync_client=True), threading.Event()
    while not client.read_flow_run(id).state.is_paused():
        wait.wait(0.02)
    resume_flow_run(id, {"value": 5})

@flow(durable=True)
def asks():
    if sys.argv[1] == "first":
        threading.Thread(target=answer, args=(current_flow.get().id,), daemon=True).start()
    value = pause_flow_run(wait_for_input=int, timeout=30)
    if sys.argv[1] == "first":
        os._exit(9)
    return value

if sys.argv[1] == "first":
    asks()
else:
    (run,) = get_client(sync_client=True).read_flow_runs()
    print(run.state_name, call_flow(asks, {}, return_state=False, existing=str(run.id)))
"""


def test_a_durable_run_is_not_asked_again_in_its_next_process(tmp_path: Path) -> None:
    script = tmp_path / "durable.py"
    script.write_text(DURABLE)
    first = subprocess.run([sys.executable, str(script), "first"], check=False, timeout=60)
    again = subprocess.run(
        [sys.executable, str(script), "again"], check=True, timeout=60, capture_output=True, text=True
    )
    assert first.returncode == 9
    assert again.stdout == "Crashed 5\n"


def test_only_paused_runs_are_resumed_and_only_runs_are_paused() -> None:
    @flow
    def ends() -> str:
        return this_run()

    with pytest.raises(NotPausedError):
        resume_flow_run(ends())
    with pytest.raises(RuntimeError, match="within a flow run"):
        pause_flow_run()
    with pytest.raises(ValueError, match="non-negative"):
        pause_flow_run(timeout=-1)


def test_a_run_without_deployment_is_not_suspended() -> None:
    @flow
    def suspends() -> None:
        suspend_flow_run()

    with pytest.raises(RuntimeError, match="no deployment"):
        suspends()
    with pytest.raises(RuntimeError, match="within a flow run"):
        suspend_flow_run()


def test_runs_talk_to_each_other() -> None:
    started = threading.Event()
    other: list[str] = []

    @flow
    def answering() -> None:
        other.append(this_run())
        started.set()
        for message in Approval.receive(timeout=10):
            message.respond(Approval(who=message.who.upper()))
            if message.who == "last":
                return

    @flow
    def talk() -> list[str]:
        heard: list[str] = []
        with beside(answering):
            started.wait(10)
            replies = Approval.receive(timeout=10)
            for word in ("first", "last"):
                send_input(Approval(who=word), other[0])
                heard.append(next(replies).who)
        return heard

    assert talk() == ["FIRST", "LAST"]


def test_only_a_flow_run_can_be_answered() -> None:
    @flow
    def receives() -> None:
        send_input(Approval(who="ann"), this_run(), sender="somebody")
        next(Approval.receive(timeout=0)).respond(Approval(who="bob"))

    with pytest.raises(RuntimeError, match="not sent by a flow run"):
        receives()


def test_values_are_received_in_order_until_none_comes() -> None:
    @flow
    def receives() -> list[int]:
        id = this_run()
        for number in range(3):
            send_input(number, id)
        return list(receive_input(int, timeout=0))

    assert receives() == [0, 1, 2]


def test_a_value_that_does_not_come() -> None:
    @flow
    def receives() -> None:
        next(receive_input(int, timeout=0, raise_timeout_error=True))

    with pytest.raises(TimeoutError):
        receives()


def test_a_run_is_waited_for() -> None:
    client = get_client(sync_client=True)

    @flow
    def ends() -> str:
        return this_run()

    assert asyncio.run(wait_for_flow_run(ends())).state_name == "Completed"
    pending = client.create_flow_run(ends)
    with pytest.raises(FlowRunWaitTimeout):
        asyncio.run(wait_for_flow_run(pending.id, timeout=0))
