"""The whole HTTP side put together: the API below `/api`, and what belongs to it from its start to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Lifespan

from segue.backend.embedded import EmbeddedBackend
from segue.host.clock import now
from segue.model.settings import Retention, Server
from segue.server.acting import Acting
from segue.server.api import Api
from segue.server.background import Background
from segue.server.below import WithBelow
from segue.server.built_pages import BUILT, Ui
from segue.server.claiming import Claiming
from segue.server.draining import Draining
from segue.server.entrance import Entrance
from segue.server.facts import facts
from segue.server.feed import Feed
from segue.server.figures.everybodys import Everybodys
from segue.server.figures.metrics import Metrics
from segue.server.figures.mine import Mine
from segue.server.figures.requests import Answered
from segue.server.figures.shares import Sharer, Shares
from segue.server.guard import Guard
from segue.server.listening import Listening
from segue.server.loops.janitor import Janitor
from segue.server.loops.keeper import Keeper
from segue.server.loops.late_marker import LateMarker
from segue.server.loops.loop import Loop
from segue.server.loops.metronome import Metronome
from segue.server.loops.pause_ender import PauseEnder
from segue.server.loops.reaper import Reaper
from segue.server.loops.scheduler import Scheduler
from segue.server.loops.worker_watch import WorkerWatch
from segue.server.own_answers import own_answers
from segue.server.pages import PAGES
from segue.server.people import People
from segue.server.trying import Trying
from segue.server.wakeups import Wakeups
from segue.wire.table import OPERATIONS

#: Threads that read: more than the machine's cores, because a read may wait for the disk.
_READERS = 8
#: Threads that make hashes of passwords, each of which takes a lot of memory.
_SLOW = 2
#: Seconds for the loops' turns to end.
_LAST_TURNS = 2.0
_SERVER = Server()
#: What is answered below `/api`, and what at the root, where pages and tools are looked for.
_BELOW = [each for each in OPERATIONS.values() if each.below]
_AT_ROOT = [each for each in OPERATIONS.values() if each.at_root]


def build_app(
    backend: EmbeddedBackend,
    entrance: Entrance,
    draining: Draining,
    *,
    keep: Retention,
    settings: Server = _SERVER,
    tended: bool = True,
    shares: Shares | None = None,
    version: str = "",
    pages: bool = True,
    url: str = "",
) -> Starlette:
    """Make the application over an opened database, reached by `entrance`; `keep`: how long what is kept.

    `tended`: the loops run that look after the database. `shares`: how one of several processes tells the others its figures.
    `pages`: the web pages are shown as well. `url`: where people find them, for links in messages.
    """
    readers = ThreadPoolExecutor(_READERS, thread_name_prefix="segue-reader")
    slow = ThreadPoolExecutor(_SLOW, thread_name_prefix="segue-slow")
    guard = Guard(entrance, backend, readers)
    people = People(guard, backend, readers, slow)
    wakeups, metronome, answered = Wakeups(backend), Metronome(), Answered()
    listening = Listening(backend, wakeups, readers)
    claiming = Claiming(backend, wakeups, readers)
    background = Background(backend, wakeups, readers)
    feed = Feed(backend, wakeups, readers, kept=_events_kept(keep))
    acting = Acting(backend, settings.outbound.allowed_addresses, ui=url)
    mine = Mine(backend, answered, metronome, feed, listening)
    figures = Metrics(Everybodys(backend), mine, shares, version=version)
    for closing in (listening.close, claiming.close, background.close, feed.close):
        draining.then(closing)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        wakeups.start()
        loops: list[Loop] = [] if shares is None else [Sharer(shares, mine.families)]
        if tended:
            loops += [*_tending(backend, settings, keep, metronome), *acting.begin()]
        metronome.start(loops)
        yield
        draining.begin()
        acting.stop()
        metronome.stop(_LAST_TURNS)
        for end in (acting.end, wakeups.close, slow.shutdown, readers.shutdown, backend.close):
            end()

    about = facts(backend, version=version, started=now(), keep=keep)
    awaited = {
        **own_answers(
            backend, readers, listening=listening, metronome=metronome, draining=draining, figures=figures,
            claiming=claiming, background=background, facts=about,
        ),
        **people.answers,
        **Trying(backend, acting.postman, readers).answers,
        **PAGES,
        **Ui(BUILT if pages else None).answers,
    }  # fmt: skip
    parts = (guard, readers, awaited, feed, answered, slow)
    return _routed(Api(_BELOW, backend, *parts), Api(_AT_ROOT, backend, *parts), life)


def _events_kept(keep: Retention) -> timedelta | None:
    return None if keep.events_days is None else timedelta(days=keep.events_days)


def _tending(backend: EmbeddedBackend, settings: Server, keep: Retention, metronome: Metronome) -> list[Loop]:
    """Return the loops that look after the database."""
    late = settings.services.late_runs.after_seconds
    return [
        Reaper(backend),
        Scheduler(backend),
        Keeper(backend),
        LateMarker(backend, late),
        WorkerWatch(backend),
        PauseEnder(backend),
        Janitor(backend, keep, metronome.pause),
    ]


def _routed(below: Api, at_root: Api, life: Lifespan[Starlette]) -> Starlette:
    paths = [Route(each.path, endpoint=at_root) for each in _AT_ROOT]
    app = WithBelow("/api", below, paths, life)
    # A path is what it says, or nothing.
    app.router.redirect_slashes = False
    return app
