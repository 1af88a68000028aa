"""The page at `/metrics`."""

from __future__ import annotations

from segue.server.figures.everybodys import Everybodys, families
from segue.server.figures.exposition import Family, gauge, labelled, page
from segue.server.figures.mine import Mine
from segue.server.figures.shares import Shares


class Metrics:
    """Makes the page: the database's numbers, and those of each process of this server."""

    def __init__(self, everybodys: Everybodys, mine: Mine, shares: Shares | None, *, version: str) -> None:
        self._everybodys = everybodys
        self._mine = mine
        self._shares = shares
        self._version = version

    def page(self) -> str:
        """Return the page; called in a reader's thread, because it asks the database."""
        about = gauge("segue_info", "This server.")
        about.add(1, version=self._version)
        all_: list[Family] = [about, *families(self._everybodys.look())]
        number = 0 if self._shares is None else self._shares.number
        all_ += labelled(self._mine.families(), process=str(number))
        for other, theirs in self._shares.others() if self._shares is not None else ():
            all_ += labelled(theirs, process=str(other))
        return page(all_)
