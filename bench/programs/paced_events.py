"""Tells events at a steady pace: `paced_events.py PORT SECONDS RATE`; says how many were taken and by how much it fell behind.

Batches of a hundred over four connections, each batch at its instant; one that is late is sent at once. Names are `bench.0` to
`bench.9`, resources twenty meters.
"""

import http.client
import json
import sys
import threading
import time

BATCH, CLIENTS = 100, 4


def batch(number):
    """The body of a batch; all of them are made of the same few."""
    events = []
    for place in range(BATCH):
        at = number * 7 + place
        resource = {"segue.resource.id": f"meter-{at // 10 % 20}", "room": "north"}
        events.append({"event": f"bench.{at % 10}", "resource": resource, "payload": {"value": at % 50, "unit": "kWh"}})
    return json.dumps(events, separators=(",", ":")).encode()


def tell(port, begin, lane, seconds, rate, said):
    """Send the batches of one connection."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    every = BATCH / rate
    for number in range(lane, round(seconds / every), CLIENTS):
        due = begin + number * every
        pause = due - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        else:
            said["late"] = max(said["late"], -pause)
        link.request("POST", "/api/events", BODIES[number % len(BODIES)], {"content-type": "application/json"})
        answer = link.getresponse()
        answer.read()
        if answer.status not in {200, 201}:
            said["failed"] += 1
            continue
        said["told"] += BATCH


port, seconds, rate = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
BODIES = [batch(number) for number in range(40)]
lanes = [{"told": 0, "failed": 0, "late": 0.0} for _ in range(CLIENTS)]
begin = time.monotonic() + 0.2
threads = [
    threading.Thread(target=tell, args=(port, begin, lane, seconds, rate, said)) for lane, said in enumerate(lanes)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
took = time.monotonic() - begin
print(
    json.dumps(
        {
            "told": sum(each["told"] for each in lanes),
            "failed": sum(each["failed"] for each in lanes),
            "late": max(each["late"] for each in lanes),
            "seconds": took,
        }
    )
)
