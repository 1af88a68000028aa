"""Saved views are kept alike by every store: each person's own, and those that everybody has."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import open_backend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.model.callers import Caller
from segue.model.errors import BadRequest, Forbidden, NotFound, TooLarge
from segue.model.states import Actor
from segue.service import saved_views
from segue.wire import events as e
from segue.wire import saved_views as w
from segue.wire.requests import ById
from segue.wire.rights import ROLES

FILTERS = {"state": "FAILED,CRASHED", "since": "24h"}


def names(views: w.SavedViews) -> list[str]:
    return [view.name for view in views.items]


def test_where_nobody_has_an_account_everybody_has_every_view(backend: Backend) -> None:
    made = backend.call(w.VIEW_SAVE, w.SaveView(name=" what failed ", filters=FILTERS))
    assert (made.name, made.filters, made.shared) == ("what failed", FILTERS, True)
    again = backend.call(w.VIEW_SAVE, w.SaveView(name="what failed", filters={"tag": "eu"}, shared=True))
    assert (again.id, again.filters, again.created) == (made.id, {"tag": "eu"}, made.created)
    for name in ("b", "a"):
        backend.call(w.VIEW_SAVE, w.SaveView(name=name, filters={}))
    first = backend.call(w.VIEW_LIST, w.SavedViewQuery(limit=2))
    assert names(first) == ["a", "b"]
    assert names(backend.call(w.VIEW_LIST, w.SavedViewQuery(after=first.next))) == ["what failed"]
    assert names(backend.call(w.VIEW_LIST, w.SavedViewQuery(shared=False))) == []
    backend.call(w.VIEW_DELETE, ById(made.id))
    with pytest.raises(NotFound, match="saved view"):
        backend.call(w.VIEW_DELETE, ById(made.id))
    told = backend.call(e.EVENT_LIST, e.EventQuery(names=["segue.saved-view.*"])).items
    assert sorted(each.event.rpartition(".")[2] for each in told) == ["created"] * 3 + ["deleted", "updated"]
    for name in ("", "  ", "x" * 256):
        with pytest.raises(BadRequest, match="1 to 255"):
            backend.call(w.VIEW_SAVE, w.SaveView(name=name, filters={}))
    with pytest.raises(TooLarge, match="filters of a view"):
        backend.call(w.VIEW_SAVE, w.SaveView(name="big", filters={"text": "x" * 17_000}))


def test_people_have_their_own_views_and_share_what_they_may(tmp_path: Path, url: str) -> None:
    def person(name: str, role: str) -> Caller:
        return Caller(actor=Actor(kind="user", name=name), proven=True, rights=ROLES[role], account_id=new_id())

    bob, vera = person("bob", "operator"), person("vera", "viewer")
    asks = [bob]
    backend = open_backend(url, tmp_path, caller=lambda: asks[0])

    def save(who: Caller, name: str, *, shared: bool = False) -> w.SavedView:
        asks[0] = who
        return backend.call(w.VIEW_SAVE, w.SaveView(name=name, filters=FILTERS, shared=shared))

    def seen(who: Caller, *, shared: bool | None = None) -> list[str]:
        asks[0] = who
        return names(backend.call(w.VIEW_LIST, w.SavedViewQuery(shared=shared)))

    def delete(who: Caller, view: w.SavedView) -> None:
        asks[0] = who
        backend.call(w.VIEW_DELETE, ById(view.id))

    try:
        bobs, veras, ours = save(bob, "mine"), save(vera, "mine"), save(bob, "ours", shared=True)
        assert (bobs.shared, veras.shared, ours.shared) == (False, False, True)
        with pytest.raises(Forbidden, match="views that everybody has"):
            save(vera, "theirs", shared=True)
        assert seen(bob) == seen(vera) == ["mine", "ours"]
        assert (seen(vera, shared=False), seen(vera, shared=True)) == (["mine"], ["ours"])
        with pytest.raises(NotFound):
            delete(vera, bobs)
        with pytest.raises(Forbidden, match="deletes"):
            delete(vera, ours)
        delete(vera, veras)
        assert (seen(vera), seen(bob)) == (["ours"], ["mine", "ours"])
    finally:
        backend.close()


def test_a_menu_of_views_is_not_endless(beneath: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("a", "b", "b"):
        beneath.call(w.VIEW_SAVE, w.SaveView(name=name, filters={}))
    with pytest.raises(BadRequest, match="2 views already"):
        beneath.call(w.VIEW_SAVE, w.SaveView(name="c", filters={}))
