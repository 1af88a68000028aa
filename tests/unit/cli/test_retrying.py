"""What a terminal says of a retry before it begins."""

from __future__ import annotations

from segue.cli import retrying
from segue.wire.redoing import RetryPreview, RetryStep


def step(name: str) -> RetryStep:
    return RetryStep(id=name, name=name, task_name=name, state="COMPLETED")


def test_what_is_reused_is_named_and_where_not_all_was_looked_at_that_is_said() -> None:
    found = RetryPreview(reused_count=12, reused=[step(f"s{n}") for n in range(12)], again_count=1, again=[step("z")])
    assert retrying._lines(found) == [
        "Reused from before: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more", "Runs again: z",
    ]  # fmt: skip
    part = RetryPreview(reused_count=1, reused=[step("a")], again_count=0, again=[], looked_at=10_000)
    assert retrying._lines(part) == ["It has many task runs. Of the newest 10,000:", "Reused from before: a"]
