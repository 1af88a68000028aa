"""The end of a worker's work: this process runs one flow run that a worker holds and started it for.

The code is fetched and loaded here, after the fork; the run is taken over under the worker's fence, so of two processes that were
started for one run only one begins.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from msgspec.structs import replace

from segue.engine import stamp
from segue.engine.asks import LeaseLost
from segue.engine.failure import describe
from segue.engine.lives import current_actor
from segue.engine.masking import keep_out
from segue.engine.session import session
from segue.exceptions import ScriptError, SegueException
from segue.flows import Flow, rerun
from segue.host import config
from segue.loading import CannotLoad, load_flow, split
from segue.logging import setup
from segue.model import launches
from segue.model.errors import NotFound, SegueError, StaleFence, Stopped
from segue.model.launches import Launch
from segue.model.states import Actor
from segue.own_environments import become, environment_for, header_of
from segue.wire.operations import FLOW_RUN_PROPOSE, FLOW_RUN_READ
from segue.wire.requests import ById, Proposal

#: From here on it is the server's trouble and not the run's.
_PASSING = 500


def execute(launch: Launch) -> int:
    """Run the flow run to its end; returns the exit code of this process."""
    setup()
    keep_out(launch.secrets)
    # What happens from here on is the run's own doing.
    current_actor.set(Actor(kind="flow-run", name=launch.run_name, id=launch.flow_run_id, means="sdk"))
    try:
        parameters = launch.parameters
        if parameters is None:
            parameters = dict(session().backend.call(FLOW_RUN_READ, ById(launch.flow_run_id)).parameters)
        flow = _loaded(launch)
        if flow is None:
            return launches.FAILED
        state = rerun(flow, launch.flow_run_id, parameters, fence=launch.fence)
    except LeaseLost as problem:
        _say(f"Flow run {launch.flow_run_id} is stopped: {problem}.")
        return launches.NOT_MINE
    except (Stopped, StaleFence, NotFound) as problem:
        _say(f"Flow run {launch.flow_run_id} is not run here: {problem}")
        return launches.NOT_MINE
    except SegueError as problem:
        if problem.status < _PASSING:
            raise
        _say(f"Flow run {launch.flow_run_id} was not begun, or its end could not be told: {problem}")
        return launches.AWAY
    return launches.RECORDED if state.is_completed() or state.is_paused() else launches.FAILED


def _loaded(launch: Launch) -> Flow[Any, Any] | None:
    """Fetch and load the flow; None when that failed, which is then recorded as the run's end."""
    try:
        _go_to_code(launch)
        if launch.script_environment:
            _change_environment(launch)
        flow = load_flow(launch.entrypoint, name=launch.flow_name)
        if flow.isgenerator:
            raise CannotLoad(f"The flow {flow.name!r} is a generator: its items go to whoever iterates over it.")
        return flow
    except ScriptError as problem:
        _fail(launch, f"The code of this run cannot be loaded: {problem}", problem.user_exc)
    except (SegueException, SegueError, OSError) as problem:
        if isinstance(problem, SegueError) and problem.status >= _PASSING:
            raise
        _fail(launch, f"The code of this run cannot be loaded: {problem}", problem)
    return None


def _go_to_code(launch: Launch) -> None:
    if launch.path is not None:
        folder = Path(launch.path).expanduser()
        if not folder.is_dir():
            raise CannotLoad(f"There is no folder {folder} on this machine.")
        os.chdir(folder)
    if launch.pull_steps:
        from segue.steps import pull  # noqa: PLC0415 - a door: most runs find their code where it is

        os.chdir(pull(launch.pull_steps, Path.cwd()))
    # What `python file.py` would see first.
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)


def _change_environment(launch: Launch) -> None:
    """Go on in the environment that the flow's file asks for, if it asks for one; raises `NoEnvironment`."""
    place, _ = split(launch.entrypoint)
    file = Path(place if place.endswith(".py") else f"{place.replace('.', '/')}.py").absolute()
    header = header_of(file)
    if header is None:
        return
    python = environment_for(header, said_in=file, home=config.current().home)
    # The code is here: the process that this one becomes finds it in its folder.
    here = replace(launch, path=str(Path.cwd()), pull_steps=[], parameters=None, script_environment=False)
    become(python, {launches.VARIABLE: msgspec.json.encode(here).decode()})


def _fail(launch: Launch, message: str, error: BaseException) -> None:
    """Record that the run failed before its first line; raises `StaleFence` when it is another's by now."""
    _say(f"Flow run {launch.flow_run_id}: {message}")
    state = stamp.failed(message, describe(error))
    session().backend.call(FLOW_RUN_PROPOSE, Proposal(id=launch.flow_run_id, state=state, fence=launch.fence))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> NoReturn:
    """Run the flow run that the environment names (`python -m segue.executing`)."""
    text = config.variable(launches.VARIABLE)
    if text is None:
        _say("Error: a worker starts this program, for one flow run.")
        raise SystemExit(2)
    raise SystemExit(execute(msgspec.json.decode(text, type=Launch)))


if __name__ == "__main__":
    main()
