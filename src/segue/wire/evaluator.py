"""How the one server that evaluates automations reads the feed and writes what it found; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.model.actions import Action
from segue.model.automations import Automation, AutomationFiring
from segue.model.bounds import PageSize, Seconds, Whole
from segue.model.runs import Id
from segue.wire.events import FedEvent
from segue.wire.operation import Access, Durability, Operation
from segue.wire.requests import Holder, Nothing


class TakeEvaluation(Struct, frozen=True, kw_only=True):
    """Asks to be the one who evaluates, for so many seconds; asked again, to go on."""

    holder: Id
    #: Its process.
    process: Holder
    seconds: Seconds
    #: Who is known to be gone.
    gone: Id | None = None
    #: Gives it back.
    leave: bool = False


class Evaluating(Struct, frozen=True, kw_only=True):
    """Who evaluates now, for how many seconds more, and how far the feed has been evaluated.

    `cursor`: up to where what has been counted is kept; `reached`: up to where everything that fired is written.
    """

    holder: Id | None = None
    process: Holder | None = None
    seconds: float = 0.0
    cursor: int = 0
    reached: int = 0
    #: Whether there is anything to evaluate.
    wanted: bool = False
    #: The seconds for which nobody has; below zero: the clock was set back since.
    gap: float = 0.0


class AutomationVersion(Struct, frozen=True, kw_only=True):
    """What an automation is from a place in the feed on; None: it is no more."""

    since: int
    automation_id: Id
    automation: Automation | None = None


class KeptBucket(Struct, frozen=True, kw_only=True):
    """What an automation has counted in one place; without a body: nothing."""

    automation_id: Id
    key: str
    body: str | None = None


class Evaluated(Struct, frozen=True, kw_only=True):
    """Everything that evaluation goes on from: automations as they are at the cursor, and what they have counted."""

    cursor: int
    versions: list[AutomationVersion]
    buckets: list[KeptBucket]


class ReadFeed(Struct, frozen=True, kw_only=True):
    """Asks for the events after a place whose names fit one of the patterns; a stretch at a time."""

    after: Whole
    #: Of names, as triggers write them; an empty one stands for every name.
    patterns: list[list[str]] = []
    #: How many rows of the feed are looked at.
    stretch: PageSize = 1_000


class Stretch(Struct, frozen=True, kw_only=True):
    """A stretch of the feed: its events, the changes of automations in it, and up to where it reaches.

    `end`: there is nothing behind it, as of `now` (microseconds, by the database's clock).
    """

    events: list[FedEvent]
    changes: list[AutomationVersion]
    reached: int
    end: bool
    now: int


class NewFiring(Struct, frozen=True, kw_only=True):
    """A firing to be recorded; what counted is given by numbers in the feed."""

    firing: AutomationFiring
    cause: str
    actions: list[Action]
    counted: list[int] = []
    #: Of triggers within the trigger, in the order of `firing.children`.
    parts: list[list[int]] = []


class Advance(Struct, frozen=True, kw_only=True):
    """What was found out between two places in the feed; written only while nobody else has moved on from the first.

    Where `after` is `before`, what has been counted is kept another time: who goes on from there finds the same firings, which are
    then known by their causes.
    """

    holder: Id
    seconds: Seconds
    before: int
    after: int
    #: Up to where everything that fired is told of here or was before.
    reached: int = 0
    buckets: list[KeptBucket] = []
    firings: list[NewFiring] = []
    #: Automations of which a change was passed.
    changed: list[Id] = []


class Advanced(Struct, frozen=True, kw_only=True):
    """Whether it was written, and how many firings were new."""

    held: bool
    fired: int = 0


_A = Access.ADMIN
_N = "evaluator"
EVALUATOR_TAKE = Operation(f"{_N}.take", "POST", f"/{_N}/take", TakeEvaluation, Evaluating, _A, Durability.NOW)
EVALUATOR_LOOK = Operation(f"{_N}.look", "GET", f"/{_N}", Nothing, Evaluating, Access.READ, Durability.READ)
EVALUATOR_LOAD = Operation(f"{_N}.load", "GET", f"/{_N}/state", Nothing, Evaluated, _A, Durability.READ)
EVALUATOR_READ = Operation(f"{_N}.read", "POST", f"/{_N}/read", ReadFeed, Stretch, _A, Durability.READ)
EVALUATOR_SAMPLE = Operation(f"{_N}.sample", "POST", f"/{_N}/sample", Nothing, Nothing, _A, Durability.NOW)
EVALUATOR_ADVANCE = Operation(f"{_N}.advance", "POST", f"/{_N}/advance", Advance, Advanced, _A, Durability.NOW)
