"""`get_client`: everything that was recorded, read and changed from Python, in async and in sync code.

The methods are written once, in `segue.client.methods`; the async client calls each of them in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, Generic, Literal, NoReturn, ParamSpec, Self, TypeVar, overload

from msgspec import Struct

from segue import __version__
from segue.client.methods.automations import AutomationMethods
from segue.client.methods.blocks import BlockMethods
from segue.client.methods.deployments import DeploymentMethods
from segue.client.methods.events import EventMethods
from segue.client.methods.flow_runs import FlowRunMethods
from segue.client.methods.flows import FlowMethods
from segue.client.methods.limits import LimitMethods
from segue.client.methods.pools import PoolMethods, QueueMethods
from segue.client.methods.requests import RequestMethods
from segue.client.methods.resuming import ResumeMethods
from segue.client.methods.retrying import RetryMethods
from segue.client.methods.schedules import ScheduleMethods
from segue.client.methods.task_runs import TaskRunMethods
from segue.client.methods.things import ArtifactMethods, InputMethods, VariableMethods
from segue.model.errors import SegueError
from segue.wire.operations import UPKEEP_STATS
from segue.wire.requests import Nothing

if TYPE_CHECKING:
    import httpx2

P = ParamSpec("P")
R = TypeVar("R")


class Greeting(Struct, frozen=True):
    """The answer to `hello`, in the form users know."""

    status_code: int = 200
    text: str = "👋"

    def json(self) -> str:
        """Return the greeting."""
        return self.text


class SyncSegueClient(
    RequestMethods,
    FlowRunMethods,
    ResumeMethods,
    RetryMethods,
    TaskRunMethods,
    FlowMethods,
    ArtifactMethods,
    VariableMethods,
    InputMethods,
    EventMethods,
    LimitMethods,
    BlockMethods,
    DeploymentMethods,
    ScheduleMethods,
    QueueMethods,
    AutomationMethods,
):
    """The client for sync code; a context manager."""

    _entered = 0
    _closed = False

    def __enter__(self) -> Self:
        if self._closed:
            raise RuntimeError(
                "The client cannot be started again after closing. Retrieve a new client with `get_client()` instead."
            )
        self._entered += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._entered -= 1
        self._closed = self._entered == 0

    def api_healthcheck(self) -> Exception | None:
        """Return None when runs can be read and recorded, else what is in the way."""
        try:
            self._call(UPKEEP_STATS, Nothing())
        except SegueError as error:
            return error
        return None

    def hello(self) -> Greeting:
        """Answer, when runs can be read and recorded; raises what is in the way."""
        self._call(UPKEEP_STATS, Nothing())
        return Greeting()

    def client_version(self) -> str:
        """Return the version of this package."""
        return __version__

    def api_version(self) -> str:
        """Return the version of what records the runs: here, the same package."""
        return __version__


class InThread(Generic[P, R]):
    """A method of the sync client as one that is awaited: called in a thread, so that no event loop waits for a disk."""

    def __init__(self, method: Callable[Concatenate[Any, P], R]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    def __get__(self, client: SegueClient | None, owner: type[SegueClient]) -> Callable[P, Coroutine[Any, Any, R]]:
        """Return the method bound to a client's sync half."""
        method = self._method

        async def awaited(*args: P.args, **kwargs: P.kwargs) -> R:
            import asyncio  # noqa: PLC0415 - a door: the sync client does not pay for it

            if client is None:
                raise TypeError(f"{method.__name__} needs a client")
            return await asyncio.to_thread(method, client.sync, *args, **kwargs)

        awaited.__name__, awaited.__doc__ = method.__name__, method.__doc__
        return awaited


class SegueClient:
    """The client for async code; an async context manager."""

    def __init__(self) -> None:
        self.sync = SyncSegueClient()

    async def __aenter__(self) -> Self:
        self.sync.__enter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.sync.__exit__()

    def __enter__(self) -> NoReturn:
        raise RuntimeError(
            "The `SegueClient` must be entered with an async context. Use 'async with SegueClient(...)' not "
            "'with SegueClient(...)'"
        )

    def __exit__(self, *_: object) -> NoReturn:
        raise AssertionError("never entered")

    @property
    def api_url(self) -> httpx2.URL:
        """The address of the API; without a server one that stands for the database of this process."""
        return self.sync.api_url

    read_flow_run = InThread(FlowRunMethods.read_flow_run)
    read_flow_runs = InThread(FlowRunMethods.read_flow_runs)
    count_flow_runs = InThread(FlowRunMethods.count_flow_runs)
    retry_flow_run = InThread(RetryMethods.retry_flow_run)
    preview_flow_run_retry = InThread(RetryMethods.preview_flow_run_retry)
    request = InThread(RequestMethods.request)
    raise_for_api_version_mismatch = InThread(RequestMethods.raise_for_api_version_mismatch)
    read_flow_run_state = InThread(FlowRunMethods.read_flow_run_state)
    update_flow_run_labels = InThread(FlowRunMethods.update_flow_run_labels)
    read_flow_run_states = InThread(FlowRunMethods.read_flow_run_states)
    create_flow_run = InThread(FlowRunMethods.create_flow_run)
    update_flow_run = InThread(FlowRunMethods.update_flow_run)
    set_flow_run_name = InThread(FlowRunMethods.set_flow_run_name)
    set_flow_run_state = InThread(FlowRunMethods.set_flow_run_state)
    delete_flow_run = InThread(FlowRunMethods.delete_flow_run)
    resume_flow_run = InThread(ResumeMethods.resume_flow_run)
    create_deployment = InThread(DeploymentMethods.create_deployment)
    read_deployment = InThread(DeploymentMethods.read_deployment)
    read_deployment_by_name = InThread(DeploymentMethods.read_deployment_by_name)
    read_deployments = InThread(DeploymentMethods.read_deployments)
    count_deployments = InThread(DeploymentMethods.count_deployments)
    update_deployment = InThread(DeploymentMethods.update_deployment)
    pause_deployment = InThread(DeploymentMethods.pause_deployment)
    resume_deployment = InThread(DeploymentMethods.resume_deployment)
    set_deployment_paused_state = InThread(DeploymentMethods.set_deployment_paused_state)
    delete_deployment = InThread(DeploymentMethods.delete_deployment)
    create_flow_run_from_deployment = InThread(DeploymentMethods.create_flow_run_from_deployment)
    create_work_pool = InThread(PoolMethods.create_work_pool)
    read_work_pool = InThread(PoolMethods.read_work_pool)
    read_work_pools = InThread(PoolMethods.read_work_pools)
    count_work_pools = InThread(PoolMethods.count_work_pools)
    update_work_pool = InThread(PoolMethods.update_work_pool)
    delete_work_pool = InThread(PoolMethods.delete_work_pool)
    read_workers_for_work_pool = InThread(PoolMethods.read_workers_for_work_pool)
    send_worker_heartbeat = InThread(PoolMethods.send_worker_heartbeat)
    get_scheduled_flow_runs_for_work_pool = InThread(PoolMethods.get_scheduled_flow_runs_for_work_pool)
    get_scheduled_flow_runs_for_deployments = InThread(PoolMethods.get_scheduled_flow_runs_for_deployments)
    read_work_queues = InThread(PoolMethods.read_work_queues)
    create_work_queue = InThread(QueueMethods.create_work_queue)
    read_work_queue = InThread(QueueMethods.read_work_queue)
    read_work_queue_by_name = InThread(QueueMethods.read_work_queue_by_name)
    read_work_queue_status = InThread(QueueMethods.read_work_queue_status)
    match_work_queues = InThread(QueueMethods.match_work_queues)
    update_work_queue = InThread(QueueMethods.update_work_queue)
    delete_work_queue_by_id = InThread(QueueMethods.delete_work_queue_by_id)
    get_runs_in_work_queue = InThread(QueueMethods.get_runs_in_work_queue)
    create_deployment_schedules = InThread(ScheduleMethods.create_deployment_schedules)
    read_deployment_schedules = InThread(ScheduleMethods.read_deployment_schedules)
    update_deployment_schedule = InThread(ScheduleMethods.update_deployment_schedule)
    delete_deployment_schedule = InThread(ScheduleMethods.delete_deployment_schedule)
    create_task_run = InThread(TaskRunMethods.create_task_run)
    read_task_run = InThread(TaskRunMethods.read_task_run)
    read_task_runs = InThread(TaskRunMethods.read_task_runs)
    count_task_runs = InThread(TaskRunMethods.count_task_runs)
    read_task_run_states = InThread(TaskRunMethods.read_task_run_states)
    set_task_run_name = InThread(TaskRunMethods.set_task_run_name)
    set_task_run_state = InThread(TaskRunMethods.set_task_run_state)
    delete_task_run = InThread(TaskRunMethods.delete_task_run)
    create_flow = InThread(FlowMethods.create_flow)
    create_flow_from_name = InThread(FlowMethods.create_flow_from_name)
    read_flow = InThread(FlowMethods.read_flow)
    read_flow_by_name = InThread(FlowMethods.read_flow_by_name)
    read_flows = InThread(FlowMethods.read_flows)
    count_flows = InThread(FlowMethods.count_flows)
    delete_flow = InThread(FlowMethods.delete_flow)
    create_logs = InThread(FlowMethods.create_logs)
    read_logs = InThread(FlowMethods.read_logs)
    create_artifact = InThread(ArtifactMethods.create_artifact)
    update_artifact = InThread(ArtifactMethods.update_artifact)
    read_artifacts = InThread(ArtifactMethods.read_artifacts)
    read_latest_artifacts = InThread(ArtifactMethods.read_latest_artifacts)
    count_artifacts = InThread(ArtifactMethods.count_artifacts)
    delete_artifact = InThread(ArtifactMethods.delete_artifact)
    create_variable = InThread(VariableMethods.create_variable)
    read_variable_by_name = InThread(VariableMethods.read_variable_by_name)
    read_variables = InThread(VariableMethods.read_variables)
    update_variable = InThread(VariableMethods.update_variable)
    delete_variable_by_name = InThread(VariableMethods.delete_variable_by_name)
    create_flow_run_input = InThread(InputMethods.create_flow_run_input)
    filter_flow_run_input = InThread(InputMethods.filter_flow_run_input)
    read_flow_run_input = InThread(InputMethods.read_flow_run_input)
    delete_flow_run_input = InThread(InputMethods.delete_flow_run_input)
    read_events = InThread(EventMethods.read_events)
    read_events_page = InThread(EventMethods.read_events_page)
    create_global_concurrency_limit = InThread(LimitMethods.create_global_concurrency_limit)
    read_global_concurrency_limit_by_name = InThread(LimitMethods.read_global_concurrency_limit_by_name)
    read_global_concurrency_limits = InThread(LimitMethods.read_global_concurrency_limits)
    update_global_concurrency_limit = InThread(LimitMethods.update_global_concurrency_limit)
    delete_global_concurrency_limit_by_name = InThread(LimitMethods.delete_global_concurrency_limit_by_name)
    create_concurrency_limit = InThread(LimitMethods.create_concurrency_limit)
    read_concurrency_limit_by_tag = InThread(LimitMethods.read_concurrency_limit_by_tag)
    read_concurrency_limits = InThread(LimitMethods.read_concurrency_limits)
    reset_concurrency_limit_by_tag = InThread(LimitMethods.reset_concurrency_limit_by_tag)
    delete_concurrency_limit_by_tag = InThread(LimitMethods.delete_concurrency_limit_by_tag)
    increment_concurrency_slots = InThread(LimitMethods.increment_concurrency_slots)
    increment_concurrency_slots_with_lease = InThread(LimitMethods.increment_concurrency_slots_with_lease)
    release_concurrency_slots = InThread(LimitMethods.release_concurrency_slots)
    increment_v1_concurrency_slots = InThread(LimitMethods.increment_v1_concurrency_slots)
    decrement_v1_concurrency_slots = InThread(LimitMethods.decrement_v1_concurrency_slots)
    renew_concurrency_lease = InThread(LimitMethods.renew_concurrency_lease)
    release_concurrency_slots_with_lease = InThread(LimitMethods.release_concurrency_slots_with_lease)
    upsert_global_concurrency_limit_by_name = InThread(LimitMethods.upsert_global_concurrency_limit_by_name)
    create_block_type = InThread(BlockMethods.create_block_type)
    read_block_type_by_slug = InThread(BlockMethods.read_block_type_by_slug)
    read_block_types = InThread(BlockMethods.read_block_types)
    update_block_type = InThread(BlockMethods.update_block_type)
    delete_block_type = InThread(BlockMethods.delete_block_type)
    create_block_schema = InThread(BlockMethods.create_block_schema)
    read_block_schema_by_checksum = InThread(BlockMethods.read_block_schema_by_checksum)
    read_block_schemas = InThread(BlockMethods.read_block_schemas)
    get_most_recent_block_schema_for_block_type = InThread(BlockMethods.get_most_recent_block_schema_for_block_type)
    create_block_document = InThread(BlockMethods.create_block_document)
    update_block_document = InThread(BlockMethods.update_block_document)
    delete_block_document = InThread(BlockMethods.delete_block_document)
    read_block_document = InThread(BlockMethods.read_block_document)
    read_block_document_by_name = InThread(BlockMethods.read_block_document_by_name)
    read_block_documents = InThread(BlockMethods.read_block_documents)
    read_block_documents_by_type = InThread(BlockMethods.read_block_documents_by_type)
    create_automation = InThread(AutomationMethods.create_automation)
    update_automation = InThread(AutomationMethods.update_automation)
    read_automations = InThread(AutomationMethods.read_automations)
    read_automation = InThread(AutomationMethods.read_automation)
    read_automations_by_name = InThread(AutomationMethods.read_automations_by_name)
    find_automation = InThread(AutomationMethods.find_automation)
    pause_automation = InThread(AutomationMethods.pause_automation)
    resume_automation = InThread(AutomationMethods.resume_automation)
    delete_automation = InThread(AutomationMethods.delete_automation)
    read_resource_related_automations = InThread(AutomationMethods.read_resource_related_automations)
    delete_resource_owned_automations = InThread(AutomationMethods.delete_resource_owned_automations)
    api_healthcheck = InThread(SyncSegueClient.api_healthcheck)
    hello = InThread(SyncSegueClient.hello)
    api_version = InThread(SyncSegueClient.api_version)

    def client_version(self) -> str:
        """Return the version of this package."""
        return self.sync.client_version()


@overload
def get_client(httpx_settings: dict[str, Any] | None = None, *, sync_client: Literal[True]) -> SyncSegueClient: ...
@overload
def get_client(httpx_settings: dict[str, Any] | None = None, sync_client: Literal[False] = ...) -> SegueClient: ...
def get_client(
    httpx_settings: dict[str, Any] | None = None,  # noqa: ARG001 - users' word; here no HTTP is spoken
    sync_client: bool = False,  # noqa: FBT001, FBT002 - users' word
) -> SegueClient | SyncSegueClient:
    """Make a client, for `async with`; with `sync_client=True` for `with`."""
    return SyncSegueClient() if sync_client else SegueClient()
