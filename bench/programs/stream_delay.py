"""How soon a change of state is heard: one connection listens to the stream, another moves flow runs one at a time.

Called with the server's port and how many moves to make. The clock of each starts when the request is sent, so what is measured
holds the request, the commit and the way to the listener.
"""

import http.client
import json
import sys
import threading
import time
import uuid
from datetime import UTC, datetime


def state(kind):
    """A state entered now."""
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"type": kind, "id": str(uuid.uuid4()), "name": kind.capitalize(), "timestamp": at}


def ask(link, path, body):
    """Ask one thing."""
    link.request("POST", f"/api{path}", json.dumps(body), {"content-type": "application/json"})
    answer = link.getresponse()
    text = answer.read()
    assert answer.status == 200, text


def listen(port, heard, begun, enough):
    """Note when each state was heard, until all were."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("GET", "/api/stream?kinds=runs")
    answer = link.getresponse()
    while len(heard) < enough:
        line = answer.readline()
        if line.startswith(b"event: hello"):
            begun.set()
        elif line.startswith(b"data: ") and begun.is_set():
            told = json.loads(line[6:])
            if "id" in told and told.get("event", "").endswith(".Running"):
                heard[told["id"]] = time.perf_counter()
    link.close()


def main(port, count):
    """Move so many runs and print how long it took until each was heard."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    runs = [str(uuid.uuid4()) for _ in range(count)]
    for run in runs:
        ask(link, "/flow-runs", {"id": run, "flow_name": "heard", "name": "heard", "states": [state("PENDING")]})
    heard, sent, begun = {}, {}, threading.Event()
    listener = threading.Thread(target=listen, args=(port, heard, begun, count), daemon=True)
    listener.start()
    assert begun.wait(30)
    for run in runs:
        running = state("RUNNING")
        sent[running["id"]] = time.perf_counter()
        ask(link, f"/flow-runs/{run}/propose", {"state": running})
        # As changes come in life: not in one burst, which would be read in one piece.
        time.sleep(0.01)
    listener.join(60)
    taken = sorted(heard[id] - at for id, at in sent.items() if id in heard)
    at = {f"p{part}": 1000 * taken[min(len(taken) * part // 100, len(taken) - 1)] for part in (50, 99)}
    print(json.dumps({"heard": len(taken), "moved": count, **at}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
