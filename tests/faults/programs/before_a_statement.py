"""Does what a server does about the events of a database, and is killed before its n-th statement.

Asked by a line of JSON for each time, it answers with a line: how that process ended, below zero by which signal. Each time is a
process of its own, forked from one that has opened nothing.
"""

import json
import os
import signal
import sys
import traceback
from datetime import datetime
from typing import Any

import apsw
import psycopg

from segue.backend.evaluator import Evaluator
from segue.model.automations import QueuedAction
from segue.server.bell import Bell
from segue.server.loops.performer import Performer
from segue.service import automation_actions as acts
from tests.faults.reactions.wound import Wound


class Left:
    """Statements until the kill; none where it begins at zero."""

    count = 0


def count(*_: Any) -> bool:
    """Count a statement that is about to be executed."""
    Left.count -= 1
    if Left.count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return True


def watch(connection: apsw.Connection) -> None:
    connection.exec_trace = count


execute = psycopg.Connection.execute


def counted(self: Any, *given: Any, **more: Any) -> Any:
    count()
    return execute(self, *given, **more)


def work(url: str, home: str, wall: str) -> None:
    """Evaluate and act until there is nothing left to do."""
    backend = Wound(url, home)
    backend.wall = datetime.fromisoformat(wall)
    evaluator = Evaluator(backend, monotonic=lambda: 100.0)
    performer = Performer(backend, Bell(backend), ui="")

    def due() -> list[QueuedAction]:
        return backend.look(lambda session: acts.find_due(session, 1)).items

    evaluator.turn()
    assert evaluator.evaluates
    while due():
        while due():
            performer.turn()
        # What was done may be what others wait for.
        evaluator.turn()
    evaluator.leave()
    backend.close()


apsw.connection_hooks.append(watch)
psycopg.Connection.execute = counted  # type: ignore[method-assign]  # this is how statements are counted
for line in sys.stdin:
    asked = json.loads(line)
    pid = os.fork()
    if pid == 0:
        Left.count, code = asked["n"], 1
        try:
            work(asked["url"], asked["home"], asked["wall"])
            code = 0
        except Exception:  # noqa: BLE001 - whatever it was: the parent's loop is not this process's to go on with
            traceback.print_exc()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
