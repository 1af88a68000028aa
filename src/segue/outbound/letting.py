"""Letting an errand be done from the process that wants it, by whoever wrote it."""

from __future__ import annotations

from segue.outbound.doing import do
from segue.outbound.errands import Errand, Outcome
from segue.outbound.postman import Postman


def let(errand: Errand, *, private: bool) -> Outcome:
    """Do an errand here; not `private`: under the guard, which lets it reach public addresses alone."""
    if private:
        return do(errand, trusted=True)
    postman = Postman()
    try:
        return postman.do(errand)
    finally:
        postman.close()
