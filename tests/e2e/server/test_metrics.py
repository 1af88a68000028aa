"""A real Prometheus scrapes a real server, of one process and of several."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.server.conftest import Reporting
from tests.faults.processes import until
from tests.scraping import page_of, prometheus, text_of
from tests.serving_process import ServerProcess

FLOW = """
    from segue import flow, task

    @task
    def step(n):
        return n

    @flow
    def work():
        for n in range(5):
            step(n)

    work()
"""


@pytest.fixture
def programs(need: Callable[[str, object], None]) -> tuple[Path, Path]:
    """Return `prometheus` and `promtool`."""
    found = prometheus()
    need("prometheus", found)
    assert found is not None
    return found


def test_the_page_is_as_prometheus_likes_it(
    server: ServerProcess, desk: Reporting, programs: tuple[Path, Path]
) -> None:
    assert desk.python(desk.write("work.py", FLOW)).returncode == 0
    done = subprocess.run(
        [programs[1], "check", "metrics"], input=text_of(server.url), text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def scraper(server: ServerProcess, programs: tuple[Path, Path], tmp_path: Path) -> Iterator[str]:
    """Run a Prometheus that scrapes the server every second; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    target = server.url.removeprefix("http://").removesuffix("/api")
    (tmp_path / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\n"
        f"scrape_configs: [{{job_name: segue, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )
    with (tmp_path / "prometheus.log").open("w") as log:
        process = subprocess.Popen(
            [programs[0], f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/tsdb",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log,
        )  # fmt: skip
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


def asked(scraper: str, query: str) -> float | None:
    """Ask Prometheus; None while it knows nothing."""
    address = f"{scraper}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
    except OSError:
        return None
    return float(found[0]["value"][1]) if found else None


def test_what_happens_is_seen_in_prometheus(scraper: str, server: ServerProcess, desk: Reporting) -> None:
    until(lambda: asked(scraper, "segue_database_up") == 1)
    before = asked(scraper, 'sum(segue_task_run_states_total{state_type="COMPLETED"})') or 0
    assert desk.python(desk.write("work.py", FLOW)).returncode == 0
    until(lambda: asked(scraper, 'segue_task_run_states_total{state_type="COMPLETED"}') == before + 5)
    assert asked(scraper, 'sum(segue_requests_total{operation="flow-runs.create"})') == 1
    assert asked(scraper, "min(segue_loop_beating)") == 1
    quantile = "histogram_quantile(0.99, sum by (le) (segue_request_duration_seconds_bucket))"
    assert (asked(scraper, quantile) or 0) > 0


def test_several_processes_are_told_by_any_of_them(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    server = ServerProcess(tmp_path / "many" / "home", "--workers", "2")
    server.start()
    try:
        # Which process a connection goes to is the kernel's choice; each tells of both.
        for _ in range(4):
            until(lambda: page_of(server.url).values("process_cpu_seconds_total", "process") == {"0", "1"})
        asked_ = page_of(server.url)("segue_requests_total", operation="server.metrics") or 0
        until(lambda: (page_of(server.url)("segue_requests_total", operation="server.metrics") or 0) > asked_)
        lost = int(page_of(server.url)("segue_process_pid", process="1") or 0)
        os.kill(lost, signal.SIGKILL)
        # Who takes its place takes its number.
        until(lambda: page_of(server.url)("segue_process_pid", process="1") not in {lost, None})
        assert page_of(server.url).values("process_cpu_seconds_total", "process") == {"0", "1"}
    finally:
        server.stop()
    assert "sharer failed" not in server.said()
