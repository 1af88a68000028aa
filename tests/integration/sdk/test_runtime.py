"""Runtime attributes: the run at hand, the environment's overrides, a run that was announced."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from segue import flow, tags, task
from segue.context import (
    FlowRunContext,
    TagsContext,
    TaskRunContext,
    get_run_context,
    get_settings_context,
    hydrated_context,
    serialize_context,
    use_profile,
)
from segue.engine.session import forget
from segue.exceptions import MissingContextError
from segue.host import config
from segue.runtime import deployment, flow_run, task_run
from segue.settings import Profile, temporary_settings


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[None]:
    """Give a test an empty home and settings read anew, and close its database afterwards."""
    config.forget()
    yield
    forget()
    config.forget()


def test_outside_runs_everything_is_empty() -> None:
    assert (flow_run.id, flow_run.name, flow_run.tags, flow_run.parameters, flow_run.run_count) == (
        None,
        None,
        [],
        {},
        0,
    )
    assert (task_run.id, task_run.name, task_run.tags, task_run.parameters, task_run.run_count) == (
        None,
        None,
        [],
        {},
        0,
    )
    assert (deployment.id, deployment.flow_run_id, deployment.parameters) == (None, None, {})
    assert flow_run.scheduled_start_time.tzinfo is not None
    with pytest.raises(AttributeError, match=r"segue\.runtime\.flow_run has no attribute 'nothing'"):
        _ = flow_run.nothing


def test_links_are_given_where_there_is_a_server() -> None:
    @task
    def inner() -> tuple[str | None, str | None]:
        return task_run.api_url, task_run.ui_url

    @flow
    def outer() -> None:
        assert (flow_run.api_url, flow_run.ui_url) == (None, None)
        with temporary_settings({"SEGUE_API_URL": "http://h/api", "SEGUE_UI_URL": "http://h"}):
            assert flow_run.api_url == f"http://h/api/flow-runs/{flow_run.id}"
            assert flow_run.ui_url == f"http://h/runs/flow-run/{flow_run.id}"
            urls = inner()
        assert urls[0] is not None
        assert urls[0].startswith("http://h/api/task-runs/")

    outer()


@pytest.mark.parametrize(
    ("variable", "text", "read", "value"),
    [
        ("FLOW_RUN__NAME", "named", lambda: flow_run.name, "named"),
        ("FLOW_RUN__RUN_COUNT", "7", lambda: flow_run.run_count, 7),
        (
            "FLOW_RUN__SCHEDULED_START_TIME",
            "2024-05-06T07:08:09",
            lambda: flow_run.scheduled_start_time,
            datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
        ),
        ("TASK_RUN__TASK_NAME", "tested", lambda: task_run.task_name, "tested"),
        ("DEPLOYMENT__NAME", "prod", lambda: deployment.name, "prod"),
        ("DEPLOYMENT__OWN", "mine", lambda: deployment.own, "mine"),
    ],
)
def test_the_environment_overrides_an_attribute(
    variable: str, text: str, read: object, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"SEGUE__RUNTIME__{variable}", text)
    assert callable(read)
    assert read() == value


@pytest.mark.parametrize("variable", ["FLOW_RUN__TAGS", "FLOW_RUN__PARAMETERS"])
def test_containers_cannot_be_overridden_by_a_text(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SEGUE__RUNTIME__{variable}", "a,b")
    with pytest.raises(ValueError, match="cannot be mocked using an environment variable"):
        getattr(flow_run, variable.partition("__")[2].lower())


def test_an_announced_run_is_read_from_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    ids: list[str | None] = []

    @flow(name="recorded", flow_run_name="earlier")
    def outer(x: int) -> None:
        ids.append(flow_run.id)

    with tags("a"):
        outer(3)
    assert ids[0] is not None
    monkeypatch.setenv("SEGUE__FLOW_RUN_ID", ids[0])
    assert (flow_run.id, flow_run.name, flow_run.flow_name) == (ids[0], "earlier", "recorded")
    assert (flow_run.parameters, flow_run.tags, flow_run.run_count) == ({"x": 3}, ["a"], 1)
    assert flow_run.root_flow_run_id == ids[0]
    assert deployment.flow_run_id == ids[0]


def test_contexts_show_the_run_at_hand() -> None:
    @task
    def inner(x: int) -> None:
        context = TaskRunContext.get()
        assert context is not None
        assert context is TaskRunContext.get()
        assert get_run_context() is context
        assert (context.task.name, context.parameters, context.task_run.name) == ("inner", {"x": 1}, task_run.name)
        assert str(context.task_run.id) == task_run.id
        assert context.start_time is not None

    @flow(log_prints=True)
    def outer() -> None:
        context = FlowRunContext.get()
        assert context is not None
        assert get_run_context() is context
        assert context.flow.name == "outer"
        assert context.log_prints
        assert str(context.flow_run.id) == flow_run.id
        inner(1)

    outer()
    assert (FlowRunContext.get(), TaskRunContext.get()) == (None, None)
    with pytest.raises(MissingContextError, match="not in a flow or task run"):
        get_run_context()


def test_tags_add_up_and_end() -> None:
    with tags("a"), tags("b") as both:
        assert both == {"a", "b"} == TagsContext.get().current_tags
    assert TagsContext.get().current_tags == set()


def test_settings_context_and_profiles() -> None:
    assert get_settings_context().profile.name == "ephemeral"
    with use_profile(Profile("other", {"SEGUE_TASKS_DEFAULT_RETRIES": "3"})) as context:
        assert context.settings.tasks.default_retries == 3
    assert get_settings_context().settings.tasks.default_retries == 0
    with pytest.raises(ValueError, match="Profile 'nobody' not found"), use_profile("nobody"):
        pass


def test_a_context_can_be_carried_elsewhere() -> None:
    with tags("a"), temporary_settings({"SEGUE_API_URL": "http://x"}):
        carried = serialize_context()
    with hydrated_context(carried):
        assert TagsContext.get().current_tags == {"a"}
        assert config.current().api.url == "http://x"
    assert config.current().api.url is None
