"""`segue flow serve` and `segue dashboard open`: a flow of a file is served, and seen."""

from __future__ import annotations

import signal

from tests.e2e.cli.desk import SEGUE, Desk

GREETING = """
    from segue import flow

    @flow(log_prints=True)
    def greet(name: str = "nobody"):
        print(f"hello {name}")
"""


def test_a_flow_of_a_file_is_served(desk: Desk) -> None:
    path = desk.write("greeting.py", GREETING)
    nobody = desk.segue("dashboard", "open", "--print")
    assert (nobody.returncode, "segue server start --background" in nobody.stderr) == (3, True)
    wrong = desk.segue("flow", "serve", f"{path}:greet", "--cron", "0 25 * * *")
    assert (wrong.returncode, "25" in wrong.stderr) == (2, True), wrong.stderr
    words = [
        "--name",
        "daily",
        "--cron",
        "0 7 * * *",
        "--timezone",
        "Europe/Berlin",
        "-p",
        "name=ann",
        "--tag",
        "shown",
    ]
    serving = desk.start(SEGUE, "flow", "serve", f"{path}:greet", *words)
    desk.wait_for(lambda: bool(desk.items("deployment", "ls")), "the deployment")
    done = desk.segue("deployment", "run", "greet/daily", "--watch")
    assert done.returncode == 0, done.stderr
    (run,) = desk.items("flow-run", "ls", "--flow", "greet", "--state", "Completed")
    assert "hello ann" in [each["message"] for each in desk.items("flow-run", "logs", str(run["id"]))]
    seen = desk.segue("dashboard", "open", "--print")
    assert (seen.returncode, seen.stdout.startswith("http://127.0.0.1:")) == (0, True), seen.stderr
    elsewhere = desk.segue("dashboard", "open", "--print", SEGUE_API_URL="https://segue.example.org/api")
    assert elsewhere.stdout == "https://segue.example.org\n"
    serving.send_signal(signal.SIGINT)
    assert serving.wait(30) == 0
    (left,) = desk.items("deployment", "ls")
    assert left["paused"] is True
