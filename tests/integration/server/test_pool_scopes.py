"""A key that is for one work pool: route by route, it is told nothing of what is in another, and changes nothing there."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from msgspec import Struct, to_builtins

from segue.backend.embedded import EmbeddedBackend
from segue.backend.holders import this_holder
from segue.host.clock import now
from segue.host.ids import new_id
from segue.host.run_tokens import new_run_token, token_of_lease
from segue.model.records import LogLine, TaskRunMade, TaskRunMoved
from segue.model.states import Completed, Running
from segue.wire import deployments as d
from segue.wire import operations as op
from segue.wire import pools as p
from segue.wire import workers as w
from segue.wire.operation import Access
from segue.wire.pool_rights import POOL_MAY, Within
from segue.wire.recording import LOG_TELL, TASK_RUN_CREATE, NewLog, NewTaskRun, TellLogs
from segue.wire.requests import Claim, LeaseRequest
from segue.wire.table import OPERATIONS
from tests.conformance.making import state
from tests.integration.server.house import Answer, House


class Pool(Struct):
    """What is in one work pool."""

    name: str
    deployment: str
    run: str
    fence: int
    task_run: str
    worker: str
    token: str

    @property
    def marks(self) -> list[str]:
        """What shows that somebody was told of it."""
        return [self.deployment, self.run, self.task_run, self.worker, f"pool-{self.name}"]


def furnish(backend: EmbeddedBackend, letter: str) -> Pool:
    """Make a pool with a deployment, a worker, and a run that it has begun, with a task run and a line."""
    name = f"pool-{letter}"
    backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name=name, type="process"))
    new = d.PutDeployment(
        id=new_id(), name=f"d-{name}", flow_name=f"f-{name}", entrypoint="f.py:f", work_pool_name=name
    )
    deployment = backend.call(d.DEPLOYMENT_PUT, new).id
    worker = backend.call(w.WORKER_BEAT, w.WorkerBeat(work_pool_name=name, name=f"w-{name}")).id
    run = backend.call(
        d.DEPLOYMENT_RUN, d.NewRunOfDeployment(id=new_id(), deployment_id=deployment, name=f"r-{name}")
    ).id
    token = new_run_token()
    asked = w.ClaimWork(
        id=new_id(), lease=LeaseRequest(holder=this_holder(), token=token), worker_id=worker, worker_name="w", work_pool_name=name
    )  # fmt: skip
    (item,) = backend.call(w.WORK_CLAIM, asked).items
    begun = Claim(
        id=run, lease=LeaseRequest(holder=this_holder(), token=token_of_lease(token, run)), states=[state(Running)],
        fence=item.lease.fence,
    )  # fmt: skip
    grant = backend.call(op.FLOW_RUN_CLAIM, begun)
    task = NewTaskRun(id=new_id(), name=f"t-{name}", task_name="t", task_key="t", flow_run_id=run, state=state(Running))
    task_run = backend.call(TASK_RUN_CREATE, task).id
    line = NewLog(flow_run_id=run, message=f"of {name}")
    backend.call(LOG_TELL, TellLogs(items=[line]))
    return Pool(letter, deployment, run, grant.run.fence, task_run, worker, token_of_lease(token, run))


def asked(of: Pool) -> dict[str, dict[str, Any]]:
    """Return a request for each operation that such a key may call, about what is in a pool; the names of its path among it."""
    name, run, task_run, deployment = f"pool-{of.name}", of.run, of.task_run, of.deployment
    queue = {"work_pool_name": name, "name": "default"}
    worker = {"work_pool_name": name, "name": f"w-{name}"}
    holder: Any = {each: getattr(this_holder(), each) for each in this_holder().__struct_fields__}
    running = {"type": "RUNNING", "id": new_id(), "name": "Running", "timestamp": now().isoformat()}
    lease = {"holder": holder, "seconds": 30}
    where = {"where": {"work_pool_names": [name]}}
    put = {"name": f"d-{name}", "flow_name": f"f-{name}", "entrypoint": "f.py:f", "work_pool_name": name}
    by_run, by_task, by_deployment = {"id": run}, {"id": task_run}, {"id": deployment}
    return {
        "work-pools.read": {"name": name},
        "work-pools.list": {"names": [name]},
        "work-pools.count": {"names": [name]},
        "work-queues.read": queue,
        "work-queues.list": {"work_pool_names": [name]},
        "workers.beat": worker,
        "workers.claim": {
            "work_pool_name": name, "id": new_id(), "lease": lease, "worker_id": of.worker, "worker_name": "w", "limit": 1,
        },
        "workers.leave": worker,
        "workers.read": worker,
        "workers.list": {"work_pool_names": [name]},
        **{f"flow-runs.{name}": by_run for name in ("read", "history", "redo", "retry-preview")},
        "flow-runs.list": {"where": {"ids": [run]}},
        "flow-runs.count": {"work_pool_names": [name]},
        "flow-runs.over-time": where,
        "flow-runs.claim": {"id": run, "lease": lease, "states": [running], "fence": of.fence},
        "flow-runs.propose": {"id": run, "state": running},
        "waits.flow-run": by_run,
        "waits.task-run": by_task,
        "task-runs.read": by_task,
        "task-runs.history": by_task,
        "task-runs.list": {"where": {"flow_run_ids": [run]}},
        "logs.list": {"flow_run_ids": [run]},
        "logs.count": {"flow_run_ids": [run]},
        "artifacts.list": {"flow_run_ids": [run]},
        "artifacts.count": {"flow_run_ids": [run]},
        "inputs.list": {"flow_run_id": run, "prefix": ""},
        "leases.renew": {"leases": [[run, of.fence]]},
        "leases.end": {"id": run, "fence": of.fence + 7},
        "leases.listen": {"holder": holder, "leases": [[run, of.fence]], "worker_id": of.worker, "seconds": 0},
        "records.append": {"lease_id": run, "fence": of.fence, "first": 1, "records": []},
        "deployments.read": by_deployment,
        "deployments.versions": by_deployment,
        "deployments.version": {"id": deployment, "number": 1},
        "deployments.read-named": {"flow_name": f"f-{name}", "name": f"d-{name}"},
        "deployments.list": {"work_pool_names": [name]},
        "deployments.count": {"work_pool_names": [name]},
        "deployments.put": put,
        "deployments.edit": {"id": deployment, "description": "x"},
        "deployments.create-flow-run": {"deployment_id": deployment},
        "deployments.create-flow-runs": {"deployment_id": deployment, "runs": [{"deployment_id": deployment}]},
        "schedules.list": {"deployment_id": deployment},
        "schedules.create": {"deployment_id": deployment, "schedules": []},
        "schedules.clear": {"deployment_id": deployment},
    }  # fmt: skip


def ask(house: House, key: str, name: str, facts: dict[str, Any]) -> Answer:
    """Ask by the first way of an operation, its facts in the path, the query or the body."""
    operation = OPERATIONS[name]
    method, path = operation.method, operation.path
    named = set(re.findall(r"\{(\w+)\}", path))
    path = re.sub(r"\{(\w+)\}", lambda found: quote(str(facts[found[1]]), safe=""), path)
    rest = {fact: value for fact, value in facts.items() if fact not in named}
    if method in {"GET", "DELETE"}:
        query = "&".join(f"{fact}={quote(str(value))}" for fact, value in rest.items())
        return house.ask(method, f"{path}?{query}" if query else path, key=key)
    return house.ask(method, path, rest, key=key)


def test_a_key_of_one_pool_is_told_nothing_of_another_route_by_route(house: House) -> None:
    backend = house.opened()
    ours, theirs = furnish(backend, "ours"), furnish(backend, "theirs")
    backend.close()
    key = house.key("worker", role="operator", scopes=(f"pool:pool-{ours.name}",)).key
    admin = house.key("admin", role="admin", scopes=(f"pool:pool-{ours.name}",)).key
    before = told_of(house, theirs)
    within = {name for name, of in POOL_MAY.items() if of is not Within.SHARED}
    assert set(asked(ours)) == within
    for name, operation in OPERATIONS.items():
        if operation.access is Access.PUBLIC or POOL_MAY.get(name) is Within.SHARED:
            continue
        if name not in within:
            # The feed of events, the stream, what is about all pools at once, and what is an admin's.
            for method, path in operation.ways:
                body: dict[str, object] | None = None if method in {"GET", "DELETE"} else {}
                answer = house.ask(method, re.sub(r"\{\w+\}", theirs.run, path), body, key=admin)
                assert answer.status in {400, 403, 422}, (name, answer.status, answer.body)
                assert not any(mark.encode() in answer.body for mark in theirs.marks), name
            continue
        answer = ask(house, key, name, asked(theirs)[name])
        refused = POOL_MAY[name] not in {Within.POOLS, Within.OF_POOLS, Within.RUNS, Within.RUN_FILTER}
        assert answer.status == (403 if refused else 200), (name, answer.status, answer.body)
        assert not any(mark.encode() in answer.body.replace(b"pool-ours", b"") for mark in theirs.marks), (
            name,
            answer.body,
        )
        if name.endswith(".count") and not refused:
            assert answer.json["count"] == 0, name
    assert told_of(house, theirs) == before

    # Without a word on pools it is told of its own alone.
    for name, mark in (
        ("flow-runs.list", ours.run), ("deployments.list", ours.deployment), ("workers.list", ours.worker),
        ("work-pools.list", "pool-ours"), ("work-queues.list", "pool-ours"),
    ):  # fmt: skip
        answer = ask(house, key, name, {})
        assert mark.encode() in answer.body, (name, answer.body)
        assert b"pool-theirs" not in answer.body, name
    # Of its own pool it may do what its role says.
    for name, facts in asked(ours).items():
        answer = ask(house, key, name, facts)
        assert answer.status not in {401, 403, 404, 500}, (name, answer.status, answer.body)


def told_of(house: House, pool: Pool) -> list[bytes]:
    """Return what an admin is told of a pool."""
    key = house.key(new_id(), role="admin").key
    names = (
        "flow-runs.read",
        "flow-runs.history",
        "task-runs.read",
        "deployments.read",
        "workers.read",
        "schedules.list",
    )
    return [ask(house, key, name, asked(pool)[name]).body for name in names]


def test_a_run_that_such_a_worker_began_is_confined_as_well(house: House) -> None:
    backend = house.opened()
    for letter in ("ours", "theirs"):
        backend.call(p.POOL_CREATE, p.NewWorkPool(id=new_id(), name=f"pool-{letter}", type="process"))
        new = d.PutDeployment(id=new_id(), name="d", flow_name=f"f-{letter}", work_pool_name=f"pool-{letter}")
        backend.call(d.DEPLOYMENT_PUT, new)
    backend.close()
    key = house.key("worker", role="operator", scopes=("pool:pool-ours",)).key
    worker = house.ask("POST", "/work-pools/pool-ours/workers/beat", {"name": "w"}, key=key)
    made = house.ask("GET", "/flows/named/f-ours/deployments/d", key=key).json
    run = house.ask("POST", f"/deployments/{made['id']}/flow-runs", {}, key=key).json
    token, holder = new_run_token(), this_holder()
    lease = {"holder": {each: getattr(holder, each) for each in holder.__struct_fields__}, "token": token}
    claim = {
        "work_pool_name": "pool-ours", "id": new_id(), "lease": lease, "worker_id": str(worker.json.get("id")),
        "worker_name": "w", "limit": 1,
    }  # fmt: skip
    answer = ask(house, key, "workers.claim", claim)
    assert answer.status == 200, answer.body
    its = token_of_lease(token, str(run["id"]))
    assert house.ask("GET", f"/flow-runs/{run['id']}", key=its).status == 200
    assert house.ask("GET", "/flows/named/f-ours/deployments/d", key=its).status == 200
    assert house.ask("GET", "/flows/named/f-theirs/deployments/d", key=its).status == 403
    assert house.ask("POST", "/events/list", {}, key=its).status == 403
    listed = house.ask("POST", "/deployments/list", {}, key=its).json["items"]
    assert isinstance(listed, list)
    assert [each["flow_name"] for each in listed] == ["f-ours"]

    # Nor does it reach another pool's run by one that it makes, or by a message.
    backend = house.opened()
    theirs = furnish(backend, "elsewhere")
    backend.call(
        d.DEPLOYMENT_RUN, d.NewRunOfDeployment(deployment_id=theirs.deployment, idempotency_key="monday")
    )  # fmt: skip
    backend.close()
    first = {"type": "PENDING", "id": new_id(), "name": "Pending", "timestamp": now().isoformat()}
    own = {"root_flow_run_id": run["id"], "flow_name": "f-pool-elsewhere", "name": "r", "states": [first]}
    for facts in (
        {"id": theirs.run},
        {"id": new_id(), "idempotency_key": "monday"},
        {"id": new_id(), "parent_flow_run_id": theirs.run},
        {"id": new_id(), "parent_task_run_id": theirs.task_run},
    ):
        assert house.ask("POST", "/flow-runs", {**own, **facts}, key=its).status == 403, facts
    assert house.ask("POST", "/flow-runs", {**own, "id": new_id()}, key=its).status == 200
    task = {"name": "t", "task_name": "t", "task_key": "t", "flow_run_id": run["id"]}
    assert house.ask("POST", "/task-runs", {**task, "id": theirs.task_run}, key=its).status == 403
    assert house.ask("POST", "/task-runs", task, key=its).status == 200
    message = {"key": "k", "value": "1"}
    assert house.ask("POST", f"/flow-runs/{theirs.run}/inputs", message, key=its).status == 403
    assert house.ask("POST", f"/flow-runs/{run['id']}/inputs", message, key=its).status == 200


def test_such_a_key_reaches_nothing_elsewhere_by_what_it_makes_in_its_own_pool(house: House) -> None:
    backend = house.opened()
    ours, theirs = furnish(backend, "ours"), furnish(backend, "theirs")
    new = d.PutDeployment(name="d2", flow_name="f-pool-ours", work_pool_name="pool-theirs")
    same_flow = backend.call(d.DEPLOYMENT_PUT, new).id
    keyed = d.NewRunOfDeployment(deployment_id=same_flow, parameters={"x": "theirs alone"}, idempotency_key="monday")
    backend.call(d.DEPLOYMENT_RUN, keyed)
    backend.close()
    key = house.key("worker", role="operator", scopes=("pool:pool-ours",)).key
    before, runs = told_of(house, theirs), f"/deployments/{ours.deployment}/flow-runs"

    stand_in = {"id": new_id(), "name": "s", "task_name": "s", "task_key": "s"}
    for facts in (
        {"id": theirs.run},
        {"idempotency_key": "monday"},
        {"parent_flow_run_id": theirs.run},
        {"parent_task_run_id": theirs.task_run},
        {"parent_flow_run_id": theirs.run, "stand_in": stand_in},
        {"parent_flow_run_id": ours.run, "stand_in": {**stand_in, "id": theirs.task_run}},
        {"parent_flow_run_id": ours.run, "stand_in": {**stand_in, "parent_task_run_id": theirs.task_run}},
    ):
        many = {"runs": [{"deployment_id": ours.deployment, **facts}]}
        for path, body in ((runs, facts), (f"{runs}/bulk", many)):
            answer = house.ask("POST", path, body, key=key)
            assert answer.status == 403, (body, answer.body)

    assert ask(house, key, "workers.claim", {**asked(ours)["workers.claim"], "worker_id": theirs.worker}).status == 403

    chosen = {"id": ours.run, "from_task_run": theirs.task_run}
    redone = asked(ours)["flow-runs.claim"]
    redone["states"][0]["details"] = {"redo_from": theirs.task_run}
    for name, facts in (("flow-runs.retry-preview", chosen), ("flow-runs.claim", redone)):
        answer = ask(house, key, name, facts)
        assert answer.status == 403, (name, answer.body)
        assert b"pool-theirs" not in answer.body, name

    # What the holder of a lease tells is about its own run alone, whether a worker or the run itself tells it.
    made = TaskRunMade(
        id=theirs.task_run, name="t", task_name="t", task_key="t", flow_run_id=ours.run, state=state(Running)
    )
    moved = TaskRunMoved(theirs.task_run, state(Completed))
    line = LogLine(now(), 20, "x", "x", theirs.run)
    for records in ([moved], [made, moved], [line]):
        batch = {"lease_id": ours.run, "fence": ours.fence, "first": 1, "records": to_builtins(records)}
        for shown in (key, ours.token):
            assert house.ask("POST", "/records", batch, key=shown).status == 403, (records, shown)
    assert told_of(house, theirs) == before
