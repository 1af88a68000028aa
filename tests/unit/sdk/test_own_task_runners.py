"""A task runner of the user's own."""

from __future__ import annotations

from typing import Any

import pytest

from segue.cluster_runner import ClusterTaskRunner
from segue.futures import SegueFuture
from segue.task_runners import TaskRunner


def test_one_that_lacks_something_is_refused_where_it_is_made() -> None:
    class Half(TaskRunner[SegueFuture[Any]]):
        def duplicate(self) -> Half:
            return self

    with pytest.raises(TypeError, match=r"abstract method '?submit"):
        Half()  # type: ignore[abstract]
    with pytest.raises(TypeError, match=r"abstract methods '?close'?, '?drop'?, '?fetch'?, '?open'?, '?send"):
        ClusterTaskRunner()  # type: ignore[abstract]
