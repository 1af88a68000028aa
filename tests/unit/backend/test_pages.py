"""A list is read to its end, whatever its pages hold."""

from __future__ import annotations

from msgspec import Struct

from segue.backend.pages import every_item


class Asked(Struct, frozen=True):
    like: str = "a"
    after: str | None = None


class Page(Struct, frozen=True):
    items: list[str]
    next: str | None = None


def test_a_page_that_holds_nothing_does_not_end_its_list() -> None:
    pages = {None: Page(["ab"], "1"), "1": Page([], "2"), "2": Page([], "3"), "3": Page(["ba", "aa"])}
    asked: list[Asked] = []

    def page(query: Asked) -> Page:
        asked.append(query)
        return pages[query.after]

    found = every_item(page, Asked(like="b"))
    assert asked == []
    assert next(found) == "ab"
    # The next page is asked for when it is needed.
    assert len(asked) == 1
    assert list(found) == ["ba", "aa"]
    assert asked == [Asked("b", after) for after in (None, "1", "2", "3")]
