"""Loads a persisted result from its pointer, whoever wrote it."""

from __future__ import annotations

from segue.engine.results import Results
from segue.model.states import ResultRef


def open_result(ref: ResultRef, results: Results | None) -> object:
    """Return the value a pointer leads to; raises MissingResult when it is gone."""
    if results is None:
        from segue.results import results_for  # noqa: PLC0415 - a door: storage is needed only for a value not in memory

        results = results_for(ref)
    return results.load(ref)
