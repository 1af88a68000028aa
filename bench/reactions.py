"""Automations: how far evaluation lags behind what happens, and how soon an event has made its run."""

from __future__ import annotations

import json
import statistics
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from bench.harness import PROGRAMS, Bench, Failed
from bench.peers import Prefect, Segue
from bench.servers import Server, serving
from bench.table import Row

_RATE, _NAMES, _METERS = 5_000, 10, 20
#: By name of event: how many automations there are of each kind. Together a hundred, which is how many each event concerns.
_EACH = {"bursts": 64, "absences": 30, "apart": 5, "firing": 1}
#: Seconds between two looks at how far evaluation has come.
_LOOKS = 0.1
_PATIENCE = 30.0
#: The same for the other package, which needs minutes.
_LONG = 900.0


def measure(bench: Bench, segue: Segue, prefect: Prefect | None) -> Iterator[Row]:
    """Measure lag under load, and the way from event to run."""
    lag = Row("1,000 automations, 5,000 events/s: evaluation lags, p99", "ms", budget=1_000, better="less")
    rate = Row("1,000 automations: events in meanwhile", "/s", budget=_RATE * 0.99)
    half = Row("event in to action's run created, p50", "ms", budget=15, better="less")
    most = Row("event in to action's run created, p99", "ms", better="less")
    try:
        found = bench.quietly(lambda: _lagging(bench, segue))
        lag.segue, rate.segue = found.value["lag"], found.value["rate"]
        lag.foreign = rate.foreign = found.foreign
        lag.notes.append(found.value["told"])
    except Failed as problem:
        lag.notes.append(str(problem))
    if prefect is not None:
        try:
            _beside(bench, prefect, lag, rate)
        except Failed as problem:
            lag.notes.append(f"Prefect: {problem}")
    try:
        with serving(bench, segue) as server:
            count = 100 if bench.quick else 500
            found = bench.quietly(lambda: _delays(server, count, apart=0.05))
            half.segue, most.segue = _parts(found.value)
            half.foreign = most.foreign = found.foreign
            half.notes.append(f"{count} events, 50 ms apart, each of which must make its own run")
    except Failed as problem:
        half.notes.append(str(problem))
    if prefect is not None:
        try:
            with serving(bench, prefect) as server:
                count = 15 if bench.quick else 60
                times = _delays(server, count, apart=0.5)
                half.prefect, most.prefect = _parts(times)
                half.notes.append(f"Prefect: of {count} events, half a second apart, {len(times)} made a run")
        except Failed as problem:
            half.notes.append(f"Prefect: {problem}")
    yield from (lag, rate, half, most)


def _parts(times: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


# --- lag ------------------------------------------------------------------------------------------------------------


def _lagging(bench: Bench, segue: Segue) -> dict[str, Any]:
    seconds, last = (20.0, 10.0) if bench.quick else (300.0, 60.0)
    with serving(bench, segue) as server:
        for number in range(_NAMES):
            _watch(server, f"bench.{number}", firing=500)
        command = [segue.python, str(PROGRAMS / "paced_events.py"), str(server.port), str(seconds), str(_RATE)]
        cpu, began = server.cpu, time.monotonic()
        # A look at lag takes its place beside the load, from another process.
        with subprocess.Popen(command, env=segue.env(server.home), stdout=subprocess.PIPE, text=True) as load:
            lags: list[tuple[float, float]] = []
            while load.poll() is None:
                lags.append((time.monotonic() - began, _lag(server)))
                threading.Event().wait(_LOOKS)
            assert load.stdout is not None
            said = json.loads(load.stdout.read() or "{}")
        used = (server.cpu - cpu) / (time.monotonic() - began)
        if not said or said["failed"]:
            raise Failed(f"events were not taken: {said}")
        end = time.monotonic()
        while _lag(server) > 0:
            if time.monotonic() - end > _PATIENCE:
                raise Failed(f"{_PATIENCE:g} s after the last event evaluation had not come to its end")
            time.sleep(0.01)
        caught_up = time.monotonic() - end
        fired = _fired(server)
    wanted = said["told"] // _NAMES // 500 * _NAMES
    if not wanted * 0.98 <= fired <= wanted * 1.02 + _NAMES:
        raise Failed(f"{fired:,} firings of about {wanted:,} that {said['told']:,} events must make")
    ending = [lag for at, lag in lags if at > seconds - last]
    half, most = _parts(ending)
    overall = _parts([lag for _, lag in lags])[1]
    each = ", ".join(f"{many} {kind}" for kind, many in _EACH.items())
    told = (
        f"{seconds:.0f} s, of which the last {last:.0f} count ({len(ending)} looks, p50 {half:.0f} ms; over all p99 "
        f"{overall:,.0f} ms); {fired:,} firings; {used:.2f} cores; caught up {1000 * caught_up:.0f} ms after the last event; "
        f"clients were {1000 * said['late']:.0f} ms late at most"
    )
    kinds = f"each event concerns {sum(_EACH.values())} automations: {each}; `apart` counts {_METERS} resources by themselves"
    return {"lag": most, "rate": said["told"] / said["seconds"], "told": f"{told}; {kinds}"}


def _beside(bench: Bench, prefect: Prefect, lag: Row, rate: Row) -> None:
    """Measure fewer events at the same automations, told as fast as they are taken; then how long the last firing takes.

    There each of the hundred automations that an event concerns is a transaction of its own, one after the other: an event takes a
    large part of a second, so that events are few here and patience is long.
    """
    count, firing = (100, 5) if bench.quick else (500, 10)
    with serving(bench, prefect) as server:
        for number in range(_NAMES):
            _watch(server, f"bench.{number}", firing=firing)
        events = [
            {
                "event": f"bench.{number % _NAMES}", "id": str(uuid.uuid4()), "occurred": datetime.now(UTC).isoformat(),
                "resource": {"prefect.resource.id": f"meter-{number // _NAMES % _METERS}", "room": "north"},
                "payload": {"value": number % 50, "unit": "kWh"},
            }
            for number in range(count)
        ]  # fmt: skip
        load = server.load([("POST", "/events", events[at : at + 100]) for at in range(0, count, 100)], 4)
        if load.failed:
            raise Failed(f"{load.failed}: {load.first}")
        told, wanted = load.began + load.seconds, count // _NAMES // firing * _NAMES
        shown, fired = (told, 0), (told, 0)
        while (shown[1] < count or fired[1] < wanted) and time.perf_counter() < told + _LONG:
            for name, known in (("bench.*", shown), ("prefect.automation.triggered", fired)):
                kind = "prefix" if name.endswith("*") else "name"
                asked = {"filter": {"event": {kind: [name.removesuffix("*")]}}, "limit": 1}
                found = (time.perf_counter(), int(server.ask("/events/filter", asked)["total"]))
                if found[1] != known[1]:
                    shown, fired = (found, fired) if known is shown else (shown, found)
            # Seldom once all are there: what is asked is in the way of what is waited for.
            time.sleep(0.1 if shown[1] < count else 1)
    rate.prefect = shown[1] / (shown[0] - load.began)
    lag.prefect = 1000 * (fired[0] - told) if fired[1] == wanted else None
    lag.notes.append(
        f"Prefect: {count:,} events as fast as they are taken, of which {shown[1]:,} became visible; {fired[1]:,} of {wanted:,} "
        f"firings within {_LONG:g} s"
        + (f", the last {fired[0] - told:.1f} s after the last event was taken" if fired[1] else "")
    )


def _watch(server: Server, name: str, *, firing: int) -> None:
    """Make the automations that an event of this name concerns; each `firing` such events one fires."""
    word, ours = server.package.name, server.package.name == "segue"
    of: dict[str, dict[str, Any]] = {
        "bursts": {"threshold": 5_000, "within": 0.5 if ours else 1},
        "absences": {"posture": "Proactive", "within": 30},
        "apart": {"threshold": 500, "within": 5, "for_each": [f"{word}.resource.id"]},
        "firing": {"threshold": firing},
    }
    for kind, more in of.items():
        for number in range(_EACH[kind]):
            trigger = {"type": "event", "expect": [name], "match": {f"{word}.resource.id": "meter-*"}, **more}
            # Where no time is said, ours counts no matter when; theirs would forget each event at once.
            trigger = trigger if ours else {"posture": "Reactive", "within": 3600, **trigger}
            body = {"name": f"{name} {kind} {number}", "trigger": trigger, "actions": [{"type": "do-nothing"}]}
            server.ask("/automations" if ours else "/automations/", body)


def _lag(server: Server) -> float:
    """Return how long ago the first event occurred that has not been evaluated, in milliseconds; 0 where there is none."""
    reached = server.ask("/evaluator")["reached"]
    found = server.ask("/events/list", {"after_seq": reached, "names": ["bench.*"], "sort": "seq", "limit": 1})["items"]
    if not found:
        return 0.0
    occurred = datetime.fromisoformat(found[0]["occurred"])
    return 1000 * (datetime.now(UTC) - occurred).total_seconds()


def _fired(server: Server) -> int:
    return int(server.ask("/events/count", {"names": ["segue.automation.triggered"]})["count"])


# --- from event to run ----------------------------------------------------------------------------------------------


def _delays(server: Server, count: int, *, apart: float) -> list[float]:
    """Return, for events one by one, the milliseconds from when one was sent until its run was created."""
    ours = server.package.name == "segue"
    name = f"bench.go.{uuid.uuid4().hex}"
    deployment = _deployed(server)
    trigger = {"type": "event", "posture": "Reactive", "expect": [name], "threshold": 1, "within": 0}
    text = "{{ event.id }}"
    carried: object = text if ours else {"__prefect_kind": "jinja", "template": text}
    action = {
        "type": "run-deployment", "source": "selected", "deployment_id": deployment, "parameters": {"event": carried},
    }  # fmt: skip
    server.ask("/automations" if ours else "/automations/", {"name": name, "trigger": trigger, "actions": [action]})
    time.sleep(2)
    sent: dict[str, float] = {}
    word = server.package.name
    for _ in range(count):
        time.sleep(apart)
        id, now = str(uuid.uuid4()), datetime.now(UTC)
        event = {"id": id, "event": name, "occurred": now.isoformat(), "resource": {f"{word}.resource.id": "bench"}}
        sent[id] = now.timestamp()
        server.ask("/events", event if ours else [event])
    end = time.monotonic() + _PATIENCE
    while True:
        made = _created(server, sent)
        if len(made) == count or (not ours and time.monotonic() > end):
            break
        if time.monotonic() > end:
            raise Failed(f"of {count} events only {len(made)} made a run")
        time.sleep(0.2)
    if not made:
        raise Failed(f"none of {count} events made a run")
    return [1000 * (at - sent[id]) for id, at in made.items()]


def _created(server: Server, sent: dict[str, float]) -> dict[str, float]:
    """Return when the run of each event was created."""
    if server.package.name == "segue":
        runs = server.ask("/flow-runs/list", {"limit": 1_000})["items"]
    else:
        runs = server.ask("/flow_runs/filter", {"limit": 200})
    made = {run["parameters"].get("event"): datetime.fromisoformat(run["created"]).timestamp() for run in runs}
    return {id: at for id, at in made.items() if id in sent}


def _deployed(server: Server) -> str:
    facts: dict[str, Any] = {"name": f"d-{uuid.uuid4().hex}", "enforce_parameter_schema": False}
    if server.package.name == "segue":
        return str(server.ask("/deployments", {**facts, "flow_name": "answer"})["id"])
    flow = server.ask("/flows/", {"name": "answer"})
    return str(server.ask("/deployments/", {**facts, "flow_id": flow["id"]})["id"])
