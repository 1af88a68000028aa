"""Lives without a world: records go into a list, and the test answers what a script asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from segue.engine import stamp
from segue.engine.asks import AwaitAll, CallUser, Do, Invoke, Outcome, Returned, Script, Sleep
from segue.engine.lives import FlowLife, TaskLife
from segue.engine.spec import FlowSpec, TaskSpec
from segue.engine.task_script import TaskCall
from segue.host.ids import new_id
from segue.model.records import LogLine, Record, SubflowMade, SubflowMoved, TaskRunMade, TaskRunMoved
from segue.model.states import State


class Told:
    """A stream that keeps what it is told."""

    lease_id = "lease"
    limited_tags: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(self, record: Record) -> None:
        self.records.append(record)

    def behind(self, settle: Callable[[], object]) -> None:
        """What is told is kept at once."""
        settle()

    def flush(self) -> None:
        """Everything is kept already."""

    def close(self) -> None:
        """There is nothing to close."""

    def states(self, id: str) -> list[str]:
        """Return the names of the states that a run went through, as they were told."""
        moves = (TaskRunMade, TaskRunMoved, SubflowMade, SubflowMoved)
        return [record.state.name for record in self.records if isinstance(record, moves) and record.id == id]

    def moves(self, id: str) -> list[State]:
        """Return the states that a run entered after its first."""
        return [
            record.state
            for record in self.records
            if isinstance(record, TaskRunMoved | SubflowMoved) and record.id == id
        ]

    def lines(self) -> list[str]:
        return [record.message for record in self.records if isinstance(record, LogLine)]


def nothing() -> None:
    """The function of a task that is never called: the test says what came of it."""


def task_life(stream: Told, flow: FlowLife | None = None, **options: Any) -> TaskLife:
    spec = TaskSpec(**{"name": "step", "key": "step-1", "function": nothing, "face": None, **options})
    life = TaskLife(
        id=new_id(), spec=spec, name="step-0", parameters={}, stream=stream, flow=flow, parent=None,
        state=stamp.pending(), tags=frozenset(),
    )  # fmt: skip
    stream.put(TaskRunMade(id=life.id, name=life.name, task_name=spec.name, task_key=spec.key, state=life.state))
    return life


def flow_life(stream: Told, parent: FlowLife | None = None, **options: Any) -> FlowLife:
    spec = FlowSpec(
        **{
            "name": "flow",
            "function": nothing,
            "face": None,
            "call": lambda parameters: ((), parameters),
            "describe": dict,
            "conclude": lambda value: None,
            **options,
        }
    )
    life = FlowLife(id=new_id(), spec=spec, parameters={}, backend=cast("Any", None), tags=frozenset())
    life.stream = stream
    life.parent = parent
    return life


CALL = TaskCall(bind=lambda parameters: ((), parameters))


class Player:
    """Obeys a script: user code has the outcomes given, waits take no time, and what is ours is done or answered."""

    def __init__(self, outcomes: Iterable[Outcome], answers: dict[str, Callable[..., object]] | None = None) -> None:
        self._outcomes = iter(outcomes)
        self._answers = answers or {}
        self.asks: list[object] = []
        #: What to raise at a wait, once.
        self.interruption: BaseException | None = None

    def play(self, script: Script[Any]) -> Any:
        try:
            ask = next(script)
            while True:
                self.asks.append(ask)
                if isinstance(ask, Sleep) and self.interruption is not None:
                    error, self.interruption = self.interruption, None
                    ask = script.throw(error)
                    continue
                ask = script.send(self._answer(ask))
        except StopIteration as end:
            return end.value

    def _answer(self, ask: object) -> object:
        match ask:
            case CallUser():
                return next(self._outcomes)
            case Invoke(function, args):
                return Returned(function(*args))
            case Do(function, args):
                name = getattr(function, "__name__", "")
                return self._answers.get(name, function)(*args)
            case Sleep() | AwaitAll():
                return None
        raise TypeError(f"not an ask: {ask!r}")

    def slept(self) -> list[float]:
        return [ask.seconds for ask in self.asks if isinstance(ask, Sleep)]
