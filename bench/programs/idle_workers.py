"""Many workers that have nothing to do: `idle_workers.py PORT COUNT SECONDS`, each with connections of its own.

What a worker sends while nothing is due, as often as it sends it: a claim that waits for 25 seconds and is a beat as well, a beat
of its own for every ten, and every 30 seconds a question for runs of dead neighbours, if its claims are told that there may be
any. Prints how many requests were answered, and how many not.
"""

import asyncio
import json
import random
import sys
import time
import uuid

HOLDER = {"host": "bench", "boot": "bench", "pid_namespace": "", "pid": 1, "started": ""}
CLAIM, BEAT, LOOK = 25.0, 30.0, 30.0
#: Of so many beats one is a request of its own.
WHOLE = 10
POOL = "idle"


class Link:
    """One connection to the server."""

    def __init__(self, port):
        self.port = port
        self.reader = self.writer = None

    async def ask(self, path, body):
        """Send one request, and return its status and answer; a connection that was let go is made anew, as a worker does."""
        data = json.dumps(body).encode()
        head = f"POST /api{path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\ncontent-type: application/json\r\n"
        whole = f"{head}content-length: {len(data)}\r\n\r\n".encode() + data
        try:
            if self.reader is not None and not self.reader.at_eof():
                return await self._answered(whole)
        except (OSError, asyncio.IncompleteReadError):
            pass
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return await self._answered(whole)

    async def _answered(self, whole):
        self.writer.write(whole)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer.partition("content-length:")[2].split()[0])
        body = await self.reader.readexactly(length)
        return int(answer.split()[1]), json.loads(body or b"null")


async def repeat(told, every, end, ask):
    """Ask now and then; at first after a part of the pause, as of workers that were started at different times."""
    pause = random.uniform(0, every or 1.0)
    while time.monotonic() + pause < end:
        await asyncio.sleep(pause)
        status = await ask()
        if status is not None:
            told[200 <= status < 300] += 1
        pause = every


async def work(port, number, end, told):
    """Be one worker."""
    waits, speaks, name = Link(port), Link(port), f"worker-{number}"
    beat = {"name": name, "heartbeat_seconds": BEAT, "facts": {"type": "process"}}
    token = "0" * 64

    has_neighbours = True

    async def claim():
        nonlocal has_neighbours
        lease = {"holder": HOLDER, "served": True, "token": token}
        asked = {"id": str(uuid.uuid4()), "worker_id": str(uuid.uuid4()), "worker_name": name, "work_pool_name": POOL}
        body = {**asked, "lease": lease, "limit": 100, "seconds": CLAIM, "beats": True}
        status, answer = await waits.ask("/workers/claim", body)
        has_neighbours = answer.get("has_neighbours", True)
        return status

    # What is not waited for takes turns on the other connection, as in a worker.
    turn = asyncio.Lock()

    async def speak(path, body):
        async with turn:
            status, _ = await speaks.ask(path, body)
            return status

    async def look():
        return await speak("/leases/neighbours", {"holder": HOLDER}) if has_neighbours else None

    # It has told who it is before it asks for anything.
    await speak(f"/work-pools/{POOL}/workers", beat)
    await asyncio.gather(
        repeat(told, 0.0, end, claim),
        repeat(told, WHOLE * BEAT, end, lambda: speak(f"/work-pools/{POOL}/workers", beat)),
        repeat(told, LOOK, end, look),
    )


async def main(port, count, seconds):
    """Let so many workers wait for so long."""
    told, end = {True: 0, False: 0}, time.monotonic() + seconds
    await asyncio.gather(*(work(port, number, end, told) for number in range(count)))
    print(json.dumps({"answered": told[True], "refused": told[False]}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
