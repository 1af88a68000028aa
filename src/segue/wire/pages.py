"""The web pages over the wire: one document for every place, and the files it is made of; rows of the table of operations."""

from __future__ import annotations

from msgspec import Struct

from segue.wire.operation import Access, Durability, Operation, Page
from segue.wire.requests import ByName


class Place(Struct, frozen=True, kw_only=True):
    """A place of the web pages, such as `flow-runs` and an id; what a query holds is for the page alone."""

    noun: str = ""
    thing: str = ""


class Link(Place, frozen=True, kw_only=True):
    """A place as links of programs name it, such as `runs`, `flow-run` and an id."""

    place: str


_PUBLIC, _SELF = Access.PUBLIC, Durability.SELF
_SAYS = "Show the web pages; what they show they ask for by the other operations."

UI_HOME = Operation(
    "ui.home", "GET", "/", Place, Page, _PUBLIC, _SELF, at_root=True, below=False, says=_SAYS, any_query=True
)  # fmt: skip
UI_PAGE = Operation(
    "ui.page", "GET", "/ui", Place, Page, _PUBLIC, _SELF, at_root=True, says=_SAYS, any_query=True
)  # fmt: skip
#: The same as a person types it who takes it for a folder.
UI_FOLDER = Operation(
    "ui.folder", "GET", "/ui/", Place, Page, _PUBLIC, _SELF, at_root=True, below=False, says=_SAYS, any_query=True
)  # fmt: skip
UI_NOUN = Operation(
    "ui.noun", "GET", "/ui/{noun}", Place, Page, _PUBLIC, _SELF, at_root=True, says=_SAYS, any_query=True
)  # fmt: skip
UI_THING = Operation(
    "ui.thing", "GET", "/ui/{noun}/{thing}", Place, Page, _PUBLIC, _SELF, at_root=True, says=_SAYS, any_query=True
)  # fmt: skip
#: As `segue.utilities.urls` and `segue.runtime` write them.
UI_LINK = Operation(
    "ui.link", "GET", "/ui/{place}/{noun}/{thing}", Link, Page, _PUBLIC, _SELF, at_root=True, says=_SAYS, any_query=True
)  # fmt: skip
#: The same where somebody gave the address of the server as that of its pages.
UI_RUN = Operation(
    "ui.run", "GET", "/runs/{noun}/{thing}", Place, Page, _PUBLIC, _SELF, at_root=True, says=_SAYS, any_query=True
)  # fmt: skip
UI_PART = Operation(
    "ui.part", "GET", "/ui/parts/{name}", ByName, Page, _PUBLIC, _SELF, at_root=True,
    says="Return a file of the web pages; raises `NotFound`.",
)  # fmt: skip
