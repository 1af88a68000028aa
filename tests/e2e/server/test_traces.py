"""One trace from a flow over its tasks to the server and its database, as a receiver of OpenTelemetry gets it."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.cli.desk import SEGUE, Desk
from tests.otlp import Receiver, Seen, receiving
from tests.serving_process import ServerProcess

FLOW = """
    import sys
    from pathlib import Path
    from segue import flow, task

    @task
    def extract(n):
        return n

    @task
    def load(n):
        if not Path("mended").exists():
            raise ValueError("the warehouse is closed")

    @flow
    def inner():
        extract.submit(1).result()

    @flow
    def etl():
        extract(0)
        inner()
        load(1)

    if __name__ == "__main__":
        etl()
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def desk(receiver: Receiver, tmp_path: Path) -> Desk:
    class Traced(Desk):
        def surroundings(self) -> dict[str, str]:
            return super().surroundings() | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}

    (tmp_path / "desk").mkdir()
    desk = Traced(tmp_path / "desk")
    desk.write("etl.py", FLOW)
    return desk


def below(child: Seen, parent: Seen) -> bool:
    return (child.trace, child.parent) == (parent.trace, parent.id)


def test_a_run_its_tasks_and_its_subflows_are_one_trace(receiver: Receiver, desk: Desk) -> None:
    assert desk.python("etl.py").returncode == 1
    (flow,), (sub,), (load,) = (receiver.named(name) for name in ("flow etl", "flow inner", "task load"))
    own, submitted = receiver.named("task extract")
    assert {span.service for span in receiver.spans} == {"segue"}
    assert flow.parent == ""
    assert all(below(span, flow) for span in (own, sub, load))
    assert below(submitted, sub)
    assert (load.failed, load.exceptions) == (True, ["the warehouse is closed"])
    assert (flow.failed, flow.facts["segue.state.name"]) == (True, "Failed")
    assert not own.failed
    assert any(below(span, flow) for span in receiver.named("database batch"))


def test_a_run_that_is_tried_again_in_another_process_joins_its_trace(receiver: Receiver, desk: Desk) -> None:
    desk.python("etl.py")
    (desk.folder / "mended").touch()
    (run,) = desk.items("flow-run", "ls", "--state", "Failed")
    done = desk.segue("flow-run", "retry", str(run["id"]))
    assert done.returncode == 0, done.stderr
    first, second = receiver.named("flow etl")
    assert below(second, first)
    assert not second.failed


def test_the_server_joins_the_trace_of_who_asks(receiver: Receiver, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    server = ServerProcess(tmp_path / "server" / "home", OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
    server.start()
    try:
        desk.type(sys.executable, "etl.py", SEGUE_API_URL=server.url)
    finally:
        server.stop()
    (flow,) = receiver.named("flow etl")
    (created,) = receiver.named("flow-runs.create")
    assert created.service == "segue-server"
    assert below(created, flow)
    assert any(below(batch, created) for batch in receiver.named("database batch"))
    # What the tasks reported left by a thread of its own, and belongs to the run all the same.
    assert {span.trace for span in receiver.named("records.append")} == {flow.trace}
    assert receiver.named("server.health") == []


def test_a_run_made_by_a_request_belongs_to_the_trace_that_the_request_names(
    receiver: Receiver, desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "server").mkdir()
    server = ServerProcess(tmp_path / "server" / "home")
    server.start()
    named = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    try:
        for header in (named, "no-span"):
            body = (
                f'{{"id": "{header[:9]}", "flow_name": "x", "name": "x", "states": [{{"type": "PENDING", "id": "{header[:9]}",'
                ' "name": "Pending", "timestamp": "2026-01-01T00:00:00Z"}]}'
            )
            request = urllib.request.Request(
                f"{server.url}/flow-runs", body.encode(), {"content-type": "application/json", "traceparent": header}
            )
            assert urllib.request.urlopen(request, timeout=10).status == 200
        found = subprocess.run(
            [SEGUE, "flow-run", "ls", "-o", "json"], env=os.environ | {"SEGUE_API_URL": server.url}, capture_output=True,
            check=True,
        )  # fmt: skip
        assert found.stdout.count(b'"id"') == 2
        spans = [
            urllib.request.urlopen(f"{server.url}/flow-runs/{id}", timeout=10).read() for id in (named[:9], "no-span")
        ]
        assert named.encode() in spans[0]
        assert b'"traceparent":null' in spans[1]
    finally:
        server.stop()


def test_a_trace_that_is_not_asked_for_costs_nothing(desk: Desk) -> None:
    program = desk.write("plain.py", FLOW + '\n    assert "opentelemetry" not in sys.modules\n    print("light")\n')
    (desk.folder / "mended").touch()
    for surroundings in ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, {"OTEL_SDK_DISABLED": "true"}):
        assert desk.type(sys.executable, program, **surroundings).stdout == "light\n"


def test_a_receiver_that_is_away_stops_no_run(desk: Desk) -> None:
    (desk.folder / "mended").touch()
    done = desk.type(
        sys.executable, "etl.py", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_EXPORTER_OTLP_TIMEOUT="1"
    )
    assert done.returncode == 0, done.stderr
    assert len(desk.items("flow-run", "ls", "--state", "Completed")) == 2


def test_a_program_with_a_provider_of_its_own_gets_its_spans_there(desk: Desk) -> None:
    head = """
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    trace.set_tracer_provider(provider)
    """
    tail = """
        with trace.get_tracer("mine").start_as_current_span("request"):
            etl()
        spans = {span.name: span for span in kept.get_finished_spans()}
        assert spans["flow etl"].parent.span_id == spans["request"].context.span_id
        print(sorted(name for name in spans if name.startswith(("flow", "task"))))
    """
    (desk.folder / "mended").touch()
    program = desk.write("mine.py", head + FLOW.removesuffix("        etl()\n") + tail)
    done = desk.type(sys.executable, program, OTEL_EXPORTER_OTLP_ENDPOINT="")
    assert done.stdout == "['flow etl', 'flow inner', 'task extract', 'task load']\n", done.stderr


def test_what_is_missing_is_said_once_and_the_run_goes_on(desk: Desk, installed: Callable[..., Path]) -> None:
    (desk.folder / "mended").touch()
    done = desk.type(installed() / "bin" / "python", "etl.py")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("pip install 'segue[otel]'") == 1
