"""The future of a flow run: made from its id, waited for, asked for its value."""

import asyncio
import pickle
import uuid

from segue import flow, get_client
from segue.futures import SegueFlowRunFuture, SegueFuture


@flow(persist_result=True)
def doubled(x):
    return 2 * x


@flow
def fails():
    raise ValueError("spilled")


def attempt(label, call):
    try:
        print(label, call())
    except Exception as error:
        print(label, type(error).__name__)


doubled(4)
fails(return_state=True)
with get_client(sync_client=True) as client:
    runs = {run.state_name: run.id for run in client.read_flow_runs()}
done, failed = SegueFlowRunFuture(runs["Completed"]), SegueFlowRunFuture(runs["Failed"])
print(isinstance(done, SegueFuture), done.flow_run_id == runs["Completed"])
attempt("wait", lambda: done.wait(timeout=20))
attempt("state", lambda: done.state.name)
attempt("value", lambda: done.result(timeout=20))
attempt("failed", lambda: failed.result(timeout=20))
attempt("failed, not raised", lambda: type(failed.result(timeout=20, raise_on_failure=False)).__name__)
print(done == SegueFlowRunFuture(runs["Completed"]), done == failed, len({done, SegueFlowRunFuture(done.flow_run_id)}))
attempt("none such", lambda: SegueFlowRunFuture(uuid.uuid4()).wait(timeout=20))
asked = []
done.add_done_callback(lambda future: asked.append(future.flow_run_id == done.flow_run_id))
print(asked)


async def main():
    future = SegueFlowRunFuture(runs["Completed"])
    await future.wait_async(timeout=20)
    print(await future.aresult(timeout=20))


asyncio.run(main())
