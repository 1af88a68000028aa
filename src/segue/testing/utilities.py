"""A home of its own for tests, and questions that tests ask."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from segue.client.orchestration import SegueClient, SyncSegueClient
from segue.client.schemas.filters import FlowFilter, FlowFilterName
from segue.client.schemas.objects import FlowRun
from segue.engine.asks import Do, Script
from segue.engine.session import forget
from segue.host import config
from segue.pairs import play
from segue.settings import temporary_settings

#: What would lead away from the home of the test.
_ELSEWHERE = (
    "SEGUE_DATABASE_URL", "SEGUE_API_DATABASE_CONNECTION_URL", "SEGUE_SERVER_DATABASE_CONNECTION_URL", "SEGUE_API_URL",
    "SEGUE_RESULTS_LOCAL_STORAGE_PATH", "SEGUE_LOCAL_STORAGE_PATH",
)  # fmt: skip


@contextmanager
def segue_test_harness(server_startup_timeout: float | None = 30) -> Iterator[None]:  # noqa: ARG001 - users' word; nothing is started
    """Run flows against a database of their own, which goes when the block ends; nothing is started and no port is opened."""
    with (
        tempfile.TemporaryDirectory(prefix="segue-test-", ignore_cleanup_errors=True) as home,
        _environment({"SEGUE_HOME": home, "SEGUE_TEST_MODE": "true"}, without=_ELSEWHERE),
        temporary_settings({"SEGUE_HOME": home, "SEGUE_TEST_MODE": True}, restore_defaults=_ELSEWHERE),
    ):
        try:
            yield
        finally:
            forget()


@contextmanager
def _environment(values: Mapping[str, str], *, without: Iterable[str]) -> Iterator[None]:
    """Put variables in force for threads and child processes too, which see no setting of this context."""
    variables = os.environ  # noqa: TID251 - to be changed and put back
    before = {name: variables.get(name) for name in (*values, *without)}
    try:
        for name in without:
            variables.pop(name, None)
        variables.update(values)
        config.forget()
        yield
    finally:
        for name, value in before.items():
            if value is None:
                variables.pop(name, None)
            else:
                variables[name] = value
        config.forget()


@contextmanager
def assert_does_not_warn(ignore_warnings: Iterable[type[Warning]] | None = None) -> Iterator[None]:
    """Fail with AssertionError when the block warns, unless the warning is of one of the given kinds."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for kind in ignore_warnings or ():
            warnings.filterwarnings("ignore", category=kind)
        try:
            yield
        except Warning as warning:
            raise AssertionError(f"Warning was raised. {warning!r}") from warning


def exceptions_equal(a: BaseException, b: BaseException) -> bool:
    """Say whether two exceptions are of one type and were made with the same arguments: all that survives being stored."""
    return a == b or (type(a) is type(b) and a.args == b.args)


def get_most_recent_flow_run(
    client: SegueClient | SyncSegueClient | None = None, flow_name: str | None = None
) -> FlowRun:
    """Return the newest flow run, of one flow when it is named; raises LookupError. Awaitable in async code."""
    reader = client.sync if isinstance(client, SegueClient) else client or SyncSegueClient()
    return play(_most_recent(reader, flow_name))


def _most_recent(client: SyncSegueClient, flow_name: str | None) -> Script[FlowRun]:
    flows = FlowFilter(name=FlowFilterName(any_=[flow_name])) if flow_name is not None else None
    found: list[FlowRun] = yield Do(lambda: client.read_flow_runs(flow_filter=flows, limit=1))
    if not found:
        raise LookupError(f"there is no run of flow {flow_name!r}" if flow_name else "there is no flow run")
    return found[0]
