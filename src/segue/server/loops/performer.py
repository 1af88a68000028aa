"""The performer: does what automations decided, as soon as it is decided."""

from __future__ import annotations

import logging
from typing import ClassVar

from segue.backend.embedded import EmbeddedBackend
from segue.decide.actions import texts_in
from segue.model.actions import Action
from segue.model.automations import QueuedAction
from segue.model.errors import SegueError, StorageProblem
from segue.server.bell import Bell
from segue.server.loops.loop import Loop
from segue.service import automation_actions as acts
from segue.service.action_context import Subjects, known_to_templates, subjects_of
from segue.service.automation_firings import read_firing
from segue.service.rendering import rendered
from segue.service.variables import read as read_variable
from segue.store.session import Session
from segue.wire.requests import ByName

_log = logging.getLogger("segue.server")

#: Actions that are looked up, and claimed, at once.
_SOME = 20
#: Seconds without anything to do after which it looks.
_LONGEST = 2.0


class Performer(Loop):
    """Does each action once; several servers at it share the work."""

    name: ClassVar[str] = "performer"
    purpose: ClassVar[str] = "does what automations decided"

    def __init__(self, backend: EmbeddedBackend, bell: Bell, *, ui: str) -> None:
        super().__init__(0.0)
        self._backend = backend
        #: A file on one machine has one server; where there may be others, each does what it has claimed.
        self._claims = not backend.is_on_own_disk
        self._bell = bell
        self._ui = ui.rstrip("/")

    def turn(self) -> None:
        """Do what there is to do, or wait for it."""
        found = self._backend.look(lambda session: acts.find_due(session, _SOME))
        mine = found.items
        if mine and self._claims:
            mine = self._backend.do("automation-actions.claim", acts.claim, _SOME)
        for queued in mine:
            self._perform(queued)
            self.beat()
        if not found.items:
            self._bell.wait(_LONGEST if found.wait is None else min(_LONGEST, found.wait))

    def _perform(self, queued: QueuedAction) -> None:
        again = False
        try:
            action, about = self._backend.look(lambda session: self._prepared(session, queued))
            request = acts.Perform(firing_id=queued.firing_id, number=queued.number, action=action, about=about)
            self._backend.do("automation-actions.perform", acts.perform, request)
            return
        except StorageProblem:
            raise
        except SegueError as problem:
            why = str(problem)
        except Exception as problem:  # noqa: BLE001 - nobody foresaw it: the others are done all the same
            _log.exception("Action %d of firing %s failed.", queued.number, queued.firing_id)
            why, again = f"{type(problem).__name__}: {problem}", True
        given_up = acts.GiveUp(firing_id=queued.firing_id, number=queued.number, problem=why, again=again)
        self._backend.do("automation-actions.give-up", acts.give_up, given_up)

    def _prepared(self, session: Session, queued: QueuedAction) -> tuple[Action, Subjects]:
        """Fill in the templates, outside of any transaction."""
        firing = read_firing(session, queued.firing_id)
        about = subjects_of(session, firing)
        with_logs = any(".logs" in text for _, text in texts_in(queued.action))
        known = known_to_templates(session, firing, about, ui=self._ui, with_logs=with_logs)
        return rendered(queued.action, known, lambda name: read_variable(session, ByName(name)).value), about
