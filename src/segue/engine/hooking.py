"""State hooks: the user's functions that are told when a run enters a state."""

from __future__ import annotations

import logging

from segue.engine.asks import Invoke, Raised, Script
from segue.engine.ended import Ended
from segue.engine.lives import FlowLife, TaskLife


def call_hooks(life: FlowLife | TaskLife, ended: Ended, log: logging.Logger) -> Script[None]:
    """Call the hooks of a state in their order; a hook that raises is reported and stops neither the others nor the run."""
    hooks = life.spec.hooks
    for hook in hooks.by_kind.get(ended.state.kind, ()):
        if hooks.call is None:
            return
        match (yield Invoke(hooks.call, (hook, life, ended))):
            case Raised(error) if isinstance(error, Exception):
                name = getattr(hook, "__name__", hook)
                log.error("hook %r raised %r", name, error, exc_info=error, extra={"life": life})
            case Raised(error):
                raise error
