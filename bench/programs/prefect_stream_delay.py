"""How soon a change of state is heard over the other package's websocket of events; as `stream_delay.py`."""

import asyncio
import json
import sys
import time

import httpx
from prefect.events.clients import PrefectEventSubscriber
from prefect.events.filters import EventFilter, EventNameFilter


async def listen(heard, begun, enough):
    """Note when each run was heard to be running, until all were."""
    wanted = EventFilter(event=EventNameFilter(name=["prefect.flow-run.Running"]))
    async with PrefectEventSubscriber(filter=wanted) as events:
        begun.set()
        async for event in events:
            heard[event.resource.id.rpartition(".")[2]] = time.perf_counter()
            if len(heard) >= enough:
                return


async def main(port, count):
    """Move so many runs and print how long it took until each was heard."""
    heard, sent, begun = {}, {}, asyncio.Event()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api", timeout=60) as client:
        flow = (await client.post("/flows/", json={"name": "heard"})).json()["id"]
        runs = []
        while len(runs) < count:
            made = await client.post(
                "/flow_runs/", json={"flow_id": flow, "state": {"type": "PENDING", "name": "Pending"}}
            )
            if made.is_success:
                runs.append(made.json()["id"])
        listener = asyncio.create_task(listen(heard, begun, count))
        await asyncio.wait_for(begun.wait(), 30)
        await asyncio.sleep(1)
        for run in runs:
            sent[run] = time.perf_counter()
            await client.post(f"/flow_runs/{run}/set_state", json={"state": {"type": "RUNNING", "name": "Running"}})
            await asyncio.sleep(0.01)
        await asyncio.wait([listener], timeout=20)
    taken = sorted(heard[run] - at for run, at in sent.items() if run in heard)
    at = {f"p{part}": 1000 * taken[min(len(taken) * part // 100, len(taken) - 1)] for part in (50, 99) if taken}
    print(json.dumps({"heard": len(taken), "moved": count, **at}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
