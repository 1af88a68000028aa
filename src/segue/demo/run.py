"""One showing of the pipeline: a new run or the rest of a killed one, watched while it runs, and what it left."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import cast

from rich.console import Console

from segue.backend.protocol import Backend
from segue.backend.reaper import reap
from segue.demo import data, pipeline
from segue.demo.closing import program, say, say_result, say_reuse, say_where_next
from segue.demo.progress import Stage, stages
from segue.demo.view import open_view
from segue.demo.watcher import Watcher
from segue.engine.session import reading
from segue.flows import rerun
from segue.host import clock, config
from segue.model.runs import FlowRun
from segue.model.states import Crashed
from segue.states import State
from segue.wire.operations import FLOW_RUN_LIST
from segue.wire.queries import RunFilter, RunQuery

PLAN = tuple((step.name, runs) for step, runs in pipeline.STEPS)


def run(*, crash_after: str | None, fresh: bool) -> int:
    """Run the pipeline below the home; returns the exit code."""
    console = Console(highlight=False)
    # Log lines would tear the view apart; they are in the record, and the closing words say how to read them.
    with config.overridden({"SEGUE_LOGGING_TO_CONSOLE": False}):
        try:
            return show(console, crash_after=crash_after, fresh=fresh)
        except KeyboardInterrupt:
            say(console, f"\nStopped. Type `{program()} demo` to go on from here.")
            return 130


def show(console: Console, *, crash_after: str | None, fresh: bool) -> int:
    """Go on with the newest run if it was killed, else begin one; returns the exit code."""
    steps = {step.name: step for step, _ in pipeline.STEPS}
    if crash_after is not None and crash_after not in steps:
        say(console, f"There is no step {crash_after!r}; the steps are {', '.join(steps)}.")
        return 2
    latest = latest_run(reading())
    if latest is not None and not latest.state.final:
        say(console, f"The demo is running already, as {latest.name}: {program()} flow-run watch {latest.name}")
        return 4
    showing = Showing(console)
    if crash_after is not None:
        steps[crash_after].on_completion(showing.crash)
    elif latest is not None and isinstance(latest.state, Crashed) and not fresh:
        return showing.go_on(latest)
    return showing.begin(data.source(), Path(config.current().home) / "demo")


def latest_run(backend: Backend) -> FlowRun | None:
    """Return the newest run of the pipeline, if there ever was one; a killed process' run is closed first."""
    reap(backend)
    where = RunFilter(flow_names=[pipeline.flights.name], top_level=True)
    return next(iter(backend.call(FLOW_RUN_LIST, RunQuery(where=where, limit=1)).items), None)


class Showing:
    """What one call of the demo runs and shows."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._watcher = Watcher(open_view(console), self._look)
        self._clock = clock.monotonic()
        self._since = clock.now()
        self._id: str | None = None
        self._name = ""

    def begin(self, source: Path, folder: Path) -> int:
        """Run the pipeline from its beginning."""
        flow = pipeline.flights.with_options(on_running=[self._begun])
        with self._watcher:
            state = flow(source, folder, return_state=True)
        return self._end(state, after_crash=False)

    def go_on(self, killed: FlowRun) -> int:
        """Run the rest of a killed run."""
        self._id, self._name = killed.id, killed.name
        say(self._console, f"Flow run {killed.name} goes on. {killed.state.message or ''}")
        with self._watcher:
            state = rerun(pipeline.flights, killed.id, killed.parameters)
        return self._end(state, after_crash=True)

    def crash(self, *_: object) -> None:
        """Kill this process the hard way, as a hook of the step whose result has just been put on disk."""
        self._watcher.stop()
        say(self._console, f"\nKilling this process, as asked. Type `{program()} demo` to go on from here.")
        self._console.file.flush()
        # There is no SIGKILL on Windows, where SIGTERM does the same.
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    def _begun(self, _flow: object, run: FlowRun, _state: object) -> None:
        self._id, self._name = str(run.id), run.name
        say(self._console, f"Flow run {run.name}: departures from New York's airports in 2013")

    def _look(self) -> list[Stage]:
        if self._id is None:
            return [Stage(task, total) for task, total in PLAN]
        return stages(reading(), self._id, PLAN, since=self._since)

    def _end(self, state: State, *, after_crash: bool) -> int:
        seconds = clock.monotonic() - self._clock
        if state.is_completed():
            say_result(self._console, cast("data.Summary", state.result()))
            say(self._console, f"Completed in {seconds:.1f} s.")
            say_reuse(self._console, self._look())
        else:
            say(self._console, f"\nThe run ended as {state.name} after {seconds:.1f} s: {state.message}")
        say_where_next(self._console, self._name, after_crash=after_crash)
        return 0 if state.is_completed() else 1
