"""What a run may ask for by its own token: itself, and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import msgspec
import pytest

from segue.backend.open import connect_backend
from segue.backend.remote import RemoteBackend
from segue.backend.showing import shown
from segue.host.ids import new_id
from segue.host.run_tokens import new_run_token
from segue.model.errors import Forbidden, Unauthorized
from segue.model.states import Cancelling, Completed, Pending, Running
from segue.model.tokens import RUN, is_token
from segue.wire import events as e
from segue.wire import operations as op
from segue.wire import recording as r
from segue.wire import requests as q
from segue.wire import slots as s
from segue.wire.operation import Access
from segue.wire.people import KEY_REVOKE, USER_EDIT, UserEdit
from segue.wire.rights import ROLES, RUN_MAY, allows
from segue.wire.table import OPERATIONS
from tests.conformance.making import lease_of, made, moved, propose, start, state
from tests.integration.server.house import House
from tests.integration.server.test_rights import call, let_in

Connect = Callable[[str | None], RemoteBackend]


@pytest.fixture
def connect(house: House) -> Iterator[Connect]:
    """Return a way to connect with a key, a token or nothing."""
    with ExitStack() as stack:

        def connected(key: str | None) -> RemoteBackend:
            backend = connect_backend(house.api, key=key, home=str(house.home / new_id()))
            stack.callback(backend.close)
            return backend

        yield connected


@pytest.fixture
def bob(house: House) -> str:
    """Return the key of an operator."""
    house.user("bob", "operator")
    return house.key("laptop", user="bob").key


def begun(backend: RemoteBackend) -> tuple[q.Grant, str]:
    """Begin a run; return it with its token."""
    grant = start(backend)
    return grant, token_of(backend, lease_of(grant).id)


def token_of(backend: RemoteBackend, lease_id: str) -> str:
    _, token = shown(q.EndLease(id=lease_id, fence=1), backend._tokens)
    assert token is not None
    return token


def test_a_run_may_call_what_the_table_says_and_read(house: House, connect: Connect, bob: str) -> None:
    _, token = begun(connect(bob))
    assert is_token(token, RUN)
    for name, operation in OPERATIONS.items():
        reads = operation.access in {Access.PUBLIC, Access.READ}
        answer = call(house, name, token)
        if reads:
            assert let_in(answer), name
        elif name not in RUN_MAY:
            # What is no request at all is told before what is not allowed; neither does anything.
            assert answer.status in {403, 422}, (name, answer.status)
            assert allows(ROLES["operator"], operation) or answer.status == 403, name


def test_what_a_run_may_call_exists_and_changes_something() -> None:
    for name in RUN_MAY:
        assert OPERATIONS[name].access in {Access.RUN, Access.EDIT}, name


def test_a_run_tells_of_itself(connect: Connect, bob: str) -> None:
    grant, token = begun(connect(bob))
    run, lease = connect(token), lease_of(grant)
    stream = run.stream(lease)
    task = made(grant.run.id)
    stream.put(task)
    stream.put(moved(task, state(Running)))
    run.flush()
    stream.put(moved(task, state(Completed)))
    run.flush()
    assert run.call(op.LEASE_RENEW, q.Renewal(leases=[(lease.id, lease.fence)])).lost == []
    taken = s.TakeSlots(id=new_id(), names=["nothing"], lease_id=lease.id)
    assert run.call(s.SLOTS_TAKE, taken).held
    run.call(e.EVENT_TELL, e.Tell(items=[e.NewEvent(event="seen", resource={"segue.resource.id": "o"})]))
    line = r.NewLog(message="seen", flow_run_id=grant.run.id, task_run_id=task.id)
    assert run.call(r.LOG_TELL, r.TellLogs(items=[line, r.NewLog(message="of nothing")])).count == 2
    run.call(r.TASK_RUN_CREATE, r.NewTaskRun(name="more", task_name="more", flow_run_id=grant.run.id))
    told = run.call(e.EVENT_LIST, e.EventQuery(names=["seen"])).items[0]
    assert told.actor is not None
    assert (told.actor.kind, told.actor.name) == ("user", "bob")
    assert propose(run, grant.run.id, state(Completed), fence=lease.fence).status == "accept"
    assert run.call(op.TASK_RUN_READ, q.ById(task.id)).state.name == "Completed"


def test_a_run_leaves_others_alone(connect: Connect, bob: str) -> None:
    key = connect(bob)
    grant, token = begun(key)
    other = start(key)
    theirs = key.stream(lease_of(other))
    task = made(other.run.id)
    theirs.put(task)
    key.flush()
    run = connect(token)
    lease, holder = (
        lease_of(other),
        q.LeaseRequest(holder=q.Holder(host="h", boot="b", pid_namespace="p", pid=1, started="s")),
    )
    new = q.NewFlowRun(id=new_id(), flow_name="f", name="n", states=[state(Pending)])
    asked: list[Callable[[], object]] = [
        lambda: propose(run, other.run.id, state(Cancelling)),
        lambda: propose(run, other.run.id, state(Completed), fence=lease.fence),
        lambda: run.call(op.FLOW_RUN_EDIT, q.FlowRunEdit(id=other.run.id, name="mine")),
        lambda: run.call(op.FLOW_RUN_CLAIM, q.Claim(id=other.run.id, lease=holder)),
        lambda: run.call(op.FLOW_RUN_CREATE, new),
        lambda: run.call(op.FLOW_RUN_DELETE, q.ById(grant.run.id)),
        lambda: run.call(op.LEASE_RENEW, q.Renewal(leases=[(lease.id, lease.fence)])),
        lambda: run.call(op.LEASE_END, q.EndLease(id=lease.id, fence=lease.fence)),
        lambda: run.call(op.LEASE_TAKE, q.TakeLease(id=new_id(), lease=holder)),
        lambda: run.call(op.RECORDS_APPEND, q.Batch(lease_id=lease.id, fence=lease.fence, first=2, records=[])),
        lambda: run.call(op.TASK_RUN_PROPOSE, q.TaskProposal(id=task.id, state=state(Completed), force=True)),
        lambda: run.call(s.SLOTS_TAKE, s.TakeSlots(id=new_id(), names=["x"], lease_id=lease.id)),
        lambda: run.call(s.SLOTS_TAKE, s.TakeSlots(id=new_id(), names=["x"])),
        lambda: run.call(s.SLOTS_RELEASE, s.ReleaseSlots(names=["x"])),
        lambda: run.call(r.LOG_TELL, r.TellLogs(items=[r.NewLog(message="x", flow_run_id=other.run.id)])),
        lambda: run.call(r.LOG_TELL, r.TellLogs(items=[r.NewLog(message="x", task_run_id=task.id)])),
        lambda: run.call(r.TASK_RUN_CREATE, r.NewTaskRun(name="x", task_name="x", flow_run_id=other.run.id)),
    ]
    for ask in asked:
        with pytest.raises(Forbidden, match="for itself alone"):
            ask()
    # Nor within what it tells of itself.
    mine = lease_of(grant)
    for record in (moved(task, state(Completed)), made(other.run.id)):
        batch = q.Batch(lease_id=mine.id, fence=mine.fence, first=1, records=[record])
        with pytest.raises(Forbidden):
            run.call(op.RECORDS_APPEND, batch)
    assert run.call(op.TASK_RUN_READ, q.ById(task.id)).state.name == "Pending"


def test_subflows_of_a_run_are_its_own(connect: Connect, bob: str) -> None:
    grant, token = begun(connect(bob))
    run = connect(token)
    child = q.NewFlowRun(
        id=new_id(), flow_name="inner", name="n", states=[state(Pending)], parent_flow_run_id=grant.run.id,
        root_flow_run_id=grant.run.id,
    )  # fmt: skip
    made_ = run.call(op.FLOW_RUN_CREATE, child).run
    assert made_.created_by is not None
    assert made_.created_by.name == "bob"
    assert propose(run, child.id, state(Cancelling)).status == "accept"


def test_a_run_may_no_more_than_whoever_began_it(house: House, connect: Connect) -> None:
    key = house.key("runner", role="operator", scopes=("read", "run")).key
    _, token = begun(connect(key))
    with pytest.raises(Forbidden, match="may not edit"):
        connect(token).call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="x", value=1))
    admin = house.key("admin", user="ann").key
    _, token = begun(connect(admin))
    assert house.ask("GET", "/me", key=token).json["rights"] == ["edit", "read", "run"]
    connect(token).call(op.VARIABLE_SET, q.SetVariable(id=new_id(), name="x", value=1))
    assert call(house, "users.list", token).status == 403
    assert house.ask("POST", "/keys", {"id": new_id(), "name": "mine"}, key=token).status == 403


def test_a_run_goes_on_after_its_key_was_revoked_and_its_person_disabled(
    house: House, connect: Connect, bob: str
) -> None:
    key = connect(bob)
    first, second = start(key), start(key)
    streams = [key.stream(lease_of(grant)) for grant in (first, second)]
    database = house.opened()
    database.call(USER_EDIT, UserEdit(name="bob", disabled=True))
    while house.ask("GET", "/leases", key=bob).status != 401:
        pass
    leases = [(lease_of(grant).id, lease_of(grant).fence) for grant in (first, second)]
    assert key.call(op.LEASE_RENEW, q.Renewal(leases=leases)).lost == []
    for grant, stream in zip((first, second), streams, strict=True):
        stream.put(made(grant.run.id))
        key.flush()
        assert propose(key, grant.run.id, state(Completed), fence=lease_of(grant).fence).status == "accept"
    with pytest.raises(Unauthorized, match="disabled"):
        key.call(op.FLOW_RUN_READ, q.ById(first.run.id))
    assert database.call(op.FLOW_RUN_READ, q.ById(second.run.id)).state.name == "Completed"
    database.close()


def test_whoever_took_a_run_over_has_another_token(connect: Connect, bob: str) -> None:
    key = connect(bob)
    grant, before = begun(key)
    assert propose(key, grant.run.id, state(Completed), fence=lease_of(grant).fence).status == "accept"
    again = connect(bob)
    claim = q.Claim(id=grant.run.id, lease=q.LeaseRequest(holder=elsewhere()), states=[state(Pending), state(Running)])
    again.call(op.FLOW_RUN_CLAIM, claim)
    after = token_of(again, grant.run.id)
    assert before != after
    # The one before is still known, and hears that it is too late.
    late = connect(before).stream(lease_of(grant))
    late.put(made(grant.run.id))
    with pytest.raises(Exception, match="taken over"):
        late.flush()


def elsewhere() -> q.Holder:
    return q.Holder(host="elsewhere", boot="1", pid_namespace="1", pid=1, started="1")


def test_tasks_claimed_at_once_have_a_token_each(connect: Connect, bob: str) -> None:
    worker = connect(bob)
    for _ in range(2):
        request = q.Enqueue(id=new_id(), name="t", task_name="t", task_key="t-1", state=state(Pending), inputs_ref="x")
        worker.call(op.TASK_RUN_ENQUEUE, request)
    lease = q.LeaseRequest(holder=elsewhere())
    items = worker.call(op.TASK_RUN_CLAIM, q.ClaimTasks(task_keys=["t-1"], lease=lease, limit=2)).items
    assert len({token_of(worker, lease.id) for _, lease in items}) == 2
    (_, mine), (_, others) = items
    run = connect(token_of(worker, mine.id))
    assert run.call(op.LEASE_RENEW, q.Renewal(leases=[(mine.id, mine.fence)])).lost == []
    with pytest.raises(Forbidden):
        run.call(op.LEASE_RENEW, q.Renewal(leases=[(others.id, others.fence)]))


def test_a_token_that_no_run_has_is_refused(house: House) -> None:
    assert house.ask("GET", "/leases", key=new_run_token()).status == 401


def test_a_token_that_is_none_is_not_kept(house: House, bob: str) -> None:
    weak = q.LeaseRequest(holder=elsewhere(), token="guess me")
    body = {"id": new_id(), "lease": msgspec.to_builtins(weak)}
    answer = house.ask("POST", "/leases", body, key=bob)
    assert answer.status == 422
    assert "guess me" not in repr(weak)
    assert b"guess me" not in answer.body


def test_the_key_that_began_a_run_may_be_revoked_before_its_records_come(house: House, connect: Connect) -> None:
    made_key = house.key("once", role="operator")
    key = connect(made_key.key)
    grant = start(key)
    stream = key.stream(lease_of(grant))
    database = house.opened()
    database.call(KEY_REVOKE, q.ById(made_key.facts.id))
    while house.ask("GET", "/leases", key=made_key.key).status != 401:
        pass
    task = made(grant.run.id)
    stream.put(task)
    stream.flush()
    key.flush()
    assert database.call(op.TASK_RUN_READ, q.ById(task.id)).flow_run_id == grant.run.id
    database.close()
