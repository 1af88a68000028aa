from __future__ import annotations

import pytest

from segue.backend.protocol import Backend
from segue.host.clock import now
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, BadRequest, NotFound, TooLarge
from segue.model.records import LogLine
from segue.wire import operations as op
from segue.wire import queries
from segue.wire import requests as q
from tests.conformance.making import lease_of, start


def test_a_variable_is_set_read_replaced_and_unset(backend: Backend) -> None:
    for value in ("text", 3, 2.5, None, [1, {"a": "b"}], {"k": [True]}):
        name = f"v_{type(value).__name__}"
        made = backend.call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name=name, value=value, tags=["t"]))
        assert backend.call(op.VARIABLE_READ, q.ByName(name)) == made
        assert (made.value, made.tags) == (value, ["t"])
    with pytest.raises(AlreadyExists):
        backend.call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="v_int", value=4))
    again = backend.call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="v_int", value=4, overwrite=True))
    assert (again.value, again.tags) == (4, [])
    assert again.updated >= again.created
    page = backend.call(op.VARIABLE_LIST, q.VariableQuery(limit=4))
    rest = backend.call(op.VARIABLE_LIST, q.VariableQuery(limit=4, after=page.next))
    names = [v.name for v in page.items + rest.items]
    assert names == sorted(names)
    assert len(names) == 6
    assert backend.call(op.VARIABLE_COUNT, q.VariableQuery(tags_all=["t"])).count == 5
    assert backend.call(op.VARIABLE_COUNT, q.VariableQuery(name_like="LIST")).count == 1
    backend.call(op.VARIABLE_DELETE, q.ByName("v_int"))
    with pytest.raises(NotFound):
        backend.call(op.VARIABLE_DELETE, q.ByName("v_int"))
    with pytest.raises(NotFound):
        backend.call(op.VARIABLE_READ, q.ByName("v_int"))
    with pytest.raises(TooLarge):
        backend.call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="big", value="x" * 70_000))
    with pytest.raises(BadRequest):
        backend.call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="", value=1))


def test_artifacts_are_listed_by_key_and_version(backend: Backend) -> None:
    run = start(backend).run
    ids = []
    for n in range(3):
        ids.append(new_id())
        backend.call(
            op.ARTIFACT_PUT,
            queries.NewArtifact(id=ids[-1], type="markdown", key="report", data=f"v{n}", flow_run_id=run.id),
        )
    lone = backend.call(
        op.ARTIFACT_PUT, queries.NewArtifact(id=new_id(), type="table", data=[{"a": None}], description="d")
    )
    assert backend.call(op.ARTIFACT_READ, q.ById(lone.id)) == lone
    latest = backend.call(op.ARTIFACT_LIST, queries.ArtifactQuery(latest=True)).items
    assert [a.data for a in latest] == ["v2"]
    assert backend.call(op.ARTIFACT_COUNT, queries.ArtifactQuery(keys=["report"])).count == 3
    assert backend.call(op.ARTIFACT_COUNT, queries.ArtifactQuery(types=["table"], created_after=run.created)).count == 1
    assert backend.call(op.ARTIFACT_COUNT, queries.ArtifactQuery(flow_run_ids=[run.id], key_like="REP")).count == 3
    assert backend.call(op.ARTIFACT_COUNT, queries.ArtifactQuery(task_run_ids=["x"])).count == 0
    first = backend.call(op.ARTIFACT_LIST, queries.ArtifactQuery(limit=3))
    rest = backend.call(op.ARTIFACT_LIST, queries.ArtifactQuery(limit=3, after=first.next))
    assert [a.id for a in first.items + rest.items] == [lone.id, *reversed(ids)]
    backend.call(op.ARTIFACT_DELETE, q.ById(lone.id))
    with pytest.raises(NotFound):
        backend.call(op.ARTIFACT_DELETE, q.ById(lone.id))


def test_inputs_of_a_run(backend: Backend) -> None:
    run = start(backend).run
    for key in ("a-1", "a-2", "b%", "a%"):
        backend.call(op.INPUT_PUT, q.PutInput(flow_run_id=run.id, key=key, value='{"v": 1}', sender="me"))
    with pytest.raises(AlreadyExists):
        backend.call(op.INPUT_PUT, q.PutInput(flow_run_id=run.id, key="a-1", value="2"))
    with pytest.raises(NotFound):
        backend.call(op.INPUT_PUT, q.PutInput(flow_run_id=new_id(), key="a", value="2"))
    found = backend.call(op.INPUT_LIST, q.InputQuery(flow_run_id=run.id, prefix="a", exclude=["a-2"])).items
    assert [(i.key, i.value, i.sender) for i in found] == [("a-1", '{"v": 1}', "me"), ("a%", '{"v": 1}', "me")]
    assert len(backend.call(op.INPUT_LIST, q.InputQuery(flow_run_id=run.id, limit=2)).items) == 2
    backend.call(op.INPUT_DELETE, q.InputKey(flow_run_id=run.id, key="a-1"))
    with pytest.raises(NotFound):
        backend.call(op.INPUT_DELETE, q.InputKey(flow_run_id=run.id, key="a-1"))


def test_logs_are_filtered_by_run_level_time_and_text(backend: Backend) -> None:
    grant = start(backend)
    stream = backend.stream(lease_of(grant))
    task, middle = new_id(), now()
    stream.put(LogLine(middle.replace(year=2020), 20, "a", "old", grant.run.id))
    stream.put(LogLine(middle, 40, "b", "Failure 100%", grant.run.id, task))
    stream.flush()

    def messages(**where: object) -> list[str]:
        query = queries.LogQuery(**where)  # type: ignore[arg-type]
        found = [line.message for line in backend.call(op.LOG_LIST, query).items]
        assert backend.call(op.LOG_COUNT, query).count == len(found)
        return found

    assert messages() == ["old", "Failure 100%"]
    assert messages(task_run_ids=[task]) == ["Failure 100%"]
    assert messages(level_from=30) == ["Failure 100%"]
    assert messages(level_to=30) == ["old"]
    assert messages(after_time=middle) == ["Failure 100%"]
    assert messages(before_time=middle.replace(year=2021)) == ["old"]
    assert messages(text="100%") == ["Failure 100%"]
    first = backend.call(op.LOG_LIST, queries.LogQuery(limit=1))
    assert [x.message for x in backend.call(op.LOG_LIST, queries.LogQuery(after=first.next)).items] == ["Failure 100%"]
