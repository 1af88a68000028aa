"""What a process is told that is started to run one flow run: written by a worker, read by the process."""

from __future__ import annotations

from msgspec import Struct

from segue.model.runs import Id

#: Where a process that was not forked finds its launch; parameters are not in it, they may be large and private.
VARIABLE = "SEGUE__LAUNCH"
#: Names the run to user code before it has been entered.
RUN_VARIABLE = "SEGUE__FLOW_RUN_ID"

#: How a process ends that ran its flow run: whatever the outcome was, it is recorded.
RECORDED = 0
#: The flow run did not complete; that is recorded.
FAILED = 1
#: It did not begin: somebody else has it, or it was stopped before.
NOT_MINE = 75
#: It did not begin: the server was away for longer than a call is repeated.
AWAY = 69


class Launch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One flow run, and where its code is."""

    flow_run_id: Id
    #: The fence under which the worker holds the run, and hands it over.
    fence: int
    flow_name: str
    run_name: str = ""
    #: `file.py:function` or `module:function`, from the folder that the pull steps leave the code in.
    entrypoint: str
    #: The folder of the code where no step fetches it.
    path: str | None = None
    pull_steps: list[dict[str, object]] = []
    #: None: to be read with the run.
    parameters: dict[str, object] | None = None
    #: Whether a header of the flow's file that names dependencies (PEP 723) is heeded.
    script_environment: bool = False
    #: What its job variables named and nobody is to read: kept out of what the run records.
    secrets: list[str] = []


class ForkOrder(Struct, frozen=True, kw_only=True):
    """Asks a prepared interpreter for a process that runs a flow run."""

    number: int
    launch: Launch
    #: Its whole environment.
    environment: dict[str, str]
    folder: str
    #: Whether what it prints goes where the worker prints.
    aloud: bool = True


class Forked(Struct, frozen=True, kw_only=True, tag="forked"):
    """The process is there; it is the head of a process group of its own."""

    number: int
    pid: int


class Unforked(Struct, frozen=True, kw_only=True, tag="unforked"):
    """There is no process."""

    number: int
    why: str


class Reaped(Struct, frozen=True, kw_only=True, tag="reaped"):
    """The process has ended: its exit code, or the number of the signal that killed it, negative."""

    pid: int
    code: int


Told = Forked | Unforked | Reaped


class WorkerPlan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a worker was asked to be: made at the command line, or by `flow.serve`."""

    name: str
    #: What its runs are started on: `process`, or the word of another launcher; None: what its pool says.
    type: str | None = None
    #: None: it serves deployments that belong to no pool.
    work_pool_name: str | None = None
    #: Empty: all queues of the pool.
    work_queue_names: list[str] = []
    deployment_ids: list[Id] = []
    #: Runs at once at most.
    limit: int | None = None
    #: It ends when nothing is due.
    run_once: bool = False
    #: Seconds between two beats.
    heartbeat_seconds: float = 30.0
    #: Seconds that a cancelled run has to end by itself before it is asked by a signal, and then before it is killed.
    patience_seconds: float = 5.0
    grace_seconds: float = 5.0


#: Where the process of a worker that a program started finds its plan.
PLAN_VARIABLE = "SEGUE__WORKER_PLAN"
