import asyncio
import threading

from pydantic import BaseModel

from segue import flow, pause_flow_run, resume_flow_run
from segue.client.orchestration import get_client
from segue.input import RunInput


class Name(RunInput):
    first: str
    age: int = 3


def resume_soon(flow_run_id, value):
    def later():
        with get_client(sync_client=True) as client:
            for _ in range(200):
                if client.read_flow_run(flow_run_id).state.is_paused():
                    break
                threading.Event().wait(0.1)
        resume_flow_run(flow_run_id, run_input=value)

    threading.Thread(target=later).start()


@flow
def asks(kind, value):
    from segue.runtime import flow_run

    resume_soon(flow_run.id, value)
    answer = pause_flow_run(wait_for_input=kind, timeout=60, poll_interval=1)
    print(type(answer).__name__, answer if not isinstance(answer, RunInput) else answer.model_dump(exclude={"description"}))


asks(Name, {"first": "Ann"})
asks(int, {"value": 4})
asks(str, {"value": "text"})
asks(list[int], {"value": [1, 2]})
asks(Name.with_initial_data(description="Who?", first="Bob"), {"first": "Cy", "age": 9})
asks(None, None)
