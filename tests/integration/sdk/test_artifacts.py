"""Artifacts: made in runs and outside, versions by key, refused where they make no sense."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pydantic
import pytest

from segue import flow, task
from segue.artifacts import (
    Artifact,
    ImageArtifact,
    LinkArtifact,
    MarkdownArtifact,
    ProgressArtifact,
    TableArtifact,
    aupdate_progress_artifact,
    create_image_artifact,
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from segue.client.schemas.objects import Artifact as RecordedArtifact
from segue.engine.session import forget, reading
from segue.host import config
from segue.model import sizes
from segue.model.errors import NotFound, TooLarge
from segue.wire.operations import ARTIFACT_LIST
from segue.wire.queries import ArtifactQuery


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


def recorded() -> list[RecordedArtifact]:
    """Everything recorded so far, oldest first."""
    return [RecordedArtifact.of(one) for one in reading().call(ARTIFACT_LIST, ArtifactQuery(sort="id")).items]


def test_each_kind_is_recorded_with_its_run() -> None:
    @task
    def in_task() -> UUID:
        return create_markdown_artifact("# Title", key="report", description="made in a task")

    @flow
    def outer() -> list[UUID]:
        return [
            create_link_artifact("https://e.com/a", link_text="the data", key="linked"),
            create_link_artifact("https://e.com/b"),
            create_table_artifact([{"a": 1}], key="rows"),
            create_progress_artifact(12.5),
            create_image_artifact("https://e.com/i.png"),
            in_task(),
        ]

    ids = outer()
    found = recorded()
    assert [one.id for one in found] == ids
    assert [(one.type, one.key, one.description, one.data, one.task_run_id is not None) for one in found] == [
        ("markdown", "linked", None, "[the data](https://e.com/a)", False),
        ("markdown", None, None, "[https://e.com/b](https://e.com/b)", False),
        ("table", "rows", None, '[{"a": 1}]', False),
        ("progress", None, None, 12.5, False),
        ("image", None, None, "https://e.com/i.png", False),
        ("markdown", "report", "made in a task", "# Title", True),
    ]
    assert len({one.flow_run_id for one in found}) == 1
    assert found[0].flow_run_id is not None


def test_what_is_given_back_is_what_is_recorded() -> None:
    made: list[RecordedArtifact] = []

    @flow
    def outer() -> None:
        made.append(MarkdownArtifact(markdown="hello", key="notes", description="d").create())

    outer()
    (found,) = recorded()
    assert (made[0].id, made[0].flow_run_id, made[0].key, made[0].data) == (
        found.id,
        found.flow_run_id,
        "notes",
        "hello",
    )
    assert made[0].created == found.created


def test_artifacts_can_be_made_outside_runs() -> None:
    created = create_markdown_artifact("alone", key="alone")
    (found,) = recorded()
    assert (found.id, found.flow_run_id, found.task_run_id) == (created, None, None)


def test_a_hook_leaves_an_artifact_with_its_run_over() -> None:
    def leave(flow: object, run: object, state: object) -> None:
        create_markdown_artifact("after", key="after")

    @flow(on_completion=[leave])
    def outer() -> None:
        return None

    outer()
    assert [one.key for one in recorded()] == ["after"]


def test_the_newest_version_of_a_key_is_found() -> None:
    @flow
    def outer() -> None:
        for text in ("one", "two"):
            create_markdown_artifact(text, key="daily")
            found = Artifact.get("daily")
            assert found is not None
            assert found.data == text

    outer()
    assert len(recorded()) == 2
    assert Artifact.get("nothing") is None


def test_get_or_create_makes_an_artifact_once() -> None:
    first, made = TableArtifact.get_or_create(key="numbers", table=[[1, 2]], description="t")
    again, made_again = TableArtifact.get_or_create(key="numbers", table=[[3]])
    assert (made, made_again) == (True, False)
    assert (again.id, again.data, again.description) == (first.id, "[[1, 2]]", "t")


def test_a_bar_moves_in_place() -> None:
    @flow
    def outer() -> None:
        bar = create_progress_artifact(0.0, key="loading", description="start")
        assert update_progress_artifact(bar, 50) == bar
        update_progress_artifact(bar, progress=100.0, description="end")

    outer()
    (found,) = recorded()
    assert (found.key, found.data, found.description) == ("loading", 100.0, "end")
    assert found.flow_run_id is not None
    assert found.updated is not None
    assert found.created is not None
    assert found.updated > found.created


def test_a_bar_of_another_process_is_moved_too(monkeypatch: pytest.MonkeyPatch) -> None:
    bar = create_progress_artifact(1.0, key="far", description="kept")
    monkeypatch.setattr("segue.artifacts._bars.known", {})
    update_progress_artifact(bar, 2.0)
    (found,) = recorded()
    assert (found.key, found.data, found.description) == ("far", 2.0, "kept")
    with pytest.raises(NotFound):
        update_progress_artifact(uuid4(), 2.0)


def test_progress_stays_between_0_and_100(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        bar = create_progress_artifact(150.0)
        update_progress_artifact(bar, -5)
    assert [one.data for one in recorded()] == [0.0]
    assert "Interpreting as 100.0% progress" in caplog.messages


def test_async_code_awaits_the_same_names() -> None:
    @flow
    async def outer() -> None:
        bar = await create_progress_artifact(1.0, key="p")  # type: ignore[misc]
        await aupdate_progress_artifact(bar, 2.0)
        await MarkdownArtifact(markdown="m", key="m").acreate()
        found = await Artifact.aget("m")
        assert found is not None
        again, made = await MarkdownArtifact.aget_or_create(key="m", markdown="other")
        assert (again.id, made) == (found.id, False)

    asyncio.run(outer())
    assert sorted((str(one.key), one.data) for one in recorded()) == [("m", "m"), ("p", 2.0)]


def test_tables_hold_what_tables_hold() -> None:
    table = TableArtifact(
        table=[{"when": date(2024, 5, 6), "much": Decimal("1.50"), "nan": float("nan"), "inf": float("inf")}]
    )
    assert json.loads(table.format()) == [{"when": "2024-05-06", "much": "1.50", "nan": None, "inf": None}]
    with pytest.raises(TypeError, match="object is not JSON serializable"):
        TableArtifact(table=[[object()]]).format()


def test_kinds_of_ones_own() -> None:
    class Count(Artifact, kw_only=True):
        much: int
        type: str | None = "count"

        def format(self) -> dict[str, int]:
            return {"much": self.much}

    created = Count(much=3, key="count").create()
    assert (created.type, created.data) == ("count", {"much": 3})
    assert (LinkArtifact(link="http://a").format(), ImageArtifact(image_url="u").format()) == (
        "[http://a](http://a)",
        "u",
    )
    assert asyncio.run(Artifact(data={"k": 1}).aformat()) == '{"k": 1}'


@pytest.mark.parametrize(
    "make",
    [
        lambda: create_markdown_artifact("x", key="Upper"),
        lambda: create_markdown_artifact("x", key="under_score"),
        lambda: create_markdown_artifact("x", key=""),
        lambda: create_markdown_artifact(5),  # type: ignore[arg-type]
        lambda: create_table_artifact("x"),  # type: ignore[arg-type]
        lambda: create_progress_artifact("much"),  # type: ignore[arg-type]
        lambda: ProgressArtifact(progress=float("nan")),
    ],
    ids=["capitals", "underscore", "empty key", "no text", "no table", "no number", "not a number"],
)
def test_nonsense_is_refused_at_once(make: Callable[[], object]) -> None:
    with pytest.raises(pydantic.ValidationError):
        make()
    assert recorded() == []


def test_an_artifact_that_is_too_large_is_refused_where_it_is_made() -> None:
    @flow
    def outer() -> None:
        with pytest.raises(TooLarge, match=r"The artifact is 5,\d+,\d+ bytes; the limit is 5,242,880"):
            create_markdown_artifact("x" * (sizes.ARTIFACT + 1))

    outer()
    assert recorded() == []
