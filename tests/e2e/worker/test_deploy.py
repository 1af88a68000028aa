"""`flow.from_source(...).deploy(...)`: code in Git, a bucket or a folder, fetched by a worker for each run, moved by one PATCH."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from segue.model.states import Completed, Failed
from segue.wire import operations as op
from segue.wire import queries
from segue.wire.requests import ById
from tests.buckets import PROGRAM, s3_server
from tests.e2e.cli.desk import SEGUE
from tests.e2e.worker.conftest import Yard
from tests.repositories import commit, git, http_host

TOKEN = "c4nary-of-the-git-host"
SECRET = "c4nary-of-the-bucket"


def code(word: str) -> dict[str, str]:
    """Return a flow with a module beside it, in a folder of its own."""
    return {
        "flows/etl.py": dedent(
            """
            from pathlib import Path
            from segue import flow, get_run_logger
            from words import WORD

            @flow
            def etl(n: int = 1) -> str:
                text = (Path(__file__).parent / "beside.txt").read_text()
                get_run_logger().info("%s", f"{WORD} {text} {n}")
            """
        ),
        "flows/words.py": f"WORD = {word!r}",
        "flows/beside.txt": f"beside {word}",
    }


@pytest.fixture(scope="module")
def s3(need: Callable[[str, object], None]) -> Iterator[str]:
    need("moto", PROGRAM.exists())
    with s3_server() as url:
        yield url


def said(yard: Yard, run: str) -> str:
    """Return what a run that must complete has said."""
    over = yard.until_over(run)
    assert isinstance(over.state, Completed), over.state
    lines = yard.backend.call(op.LOG_LIST, queries.LogQuery(flow_run_ids=[run])).items
    (line,) = [each.message for each in lines if "beside" in each.message]
    return line


def run(yard: Yard, name: str, *words: str) -> str:
    """Make a run of a deployment as a person does; returns its id."""
    made = yard.json("deployment", "run", name, *words)
    assert isinstance(made, dict)
    return str(made["id"])


def patch(yard: Yard, name: str, **facts: object) -> None:
    """Change a deployment with one request, from no code of ours."""
    found = yard.json("deployment", "inspect", name)
    assert isinstance(found, dict)
    request = urllib.request.Request(
        f"{yard.url}/deployments/{found['id']}",
        json.dumps(facts).encode(),
        {"Content-Type": "application/json"},
        method="PATCH",
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200


def deploys(yard: Yard, text: str) -> str:
    """Run a program that deploys, and return what it printed."""
    done = yard.python(yard.write("deploying.py", text))
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_database(yard: Yard, text: str) -> list[Path]:
    """Return the files of the server's database that hold a text."""
    home = yard.folder.parent / "server" / "home"
    assert (home / "segue.db").exists()
    return [file for file in home.glob("segue.db*") if text.encode() in file.read_bytes()]


def test_code_in_git_is_fetched_for_each_run_and_one_patch_moves_the_deployment(yard: Yard) -> None:
    hosted = yard.folder / "hosted" / "team" / "flows.git"
    commit(hosted, code("first"))
    git(hosted, "tag", "v1")
    commit(hosted, code("second"))
    commit(yard.folder / "elsewhere", {f"sub/{name}": text for name, text in code("elsewhere").items()})
    with http_host(yard.folder / "hosted", "ann", TOKEN) as host:
        assert yard.segue("work-pool", "create", "here", "--type", "process").returncode == 0
        assert yard.segue("work-pool", "create", "there", "--type", "process").returncode == 0
        yard.worker()
        printed = deploys(
            yard,
            f"""
            from segue import flow
            from segue.blocks.system import Secret
            from segue.runner.storage import GitRepository

            Secret(value="{TOKEN}").save("git-token")
            source = GitRepository(
                "{host}/team/flows.git", branch="main",
                credentials={{"username": "ann", "access_token": Secret.load("git-token")}},
            )
            etl = flow.from_source(source, "flows/etl.py:etl")
            print(etl.deploy("nightly", work_pool_name="here", parameters={{"n": 3}}, tags=["git"], cron="0 3 * * *"))
            """,
        )
        assert "Deployed etl/nightly to work pool here." in printed
        assert "segue worker start --pool 'here'" in printed
        assert said(yard, run(yard, "etl/nightly")) == "second beside second 3"
        # The code is that of the branch when the run begins.
        commit(hosted, code("third"))
        assert said(yard, run(yard, "etl/nightly", "-p", "n=4")) == "third beside third 4"
        found = yard.json("deployment", "inspect", "etl/nightly")
        assert isinstance(found, dict)
        assert found["parameter_openapi_schema"]["properties"]["n"]["type"] == "integer"
        assert found["pull_steps"] == [
            {
                "segue.deployments.steps.git_clone": {
                    "repository": f"{host}/team/flows.git", "branch": "main",
                    "credentials": {"username": "ann", "access_token": "{{ segue.blocks.secret.git-token }}"},
                }
            }
        ]  # fmt: skip

        there = {"git_clone": {"repository": (yard.folder / "elsewhere").as_uri(), "subfolder": "sub"}}
        patch(yard, "etl/nightly", pull_steps=[there])
        assert said(yard, run(yard, "etl/nightly")) == "elsewhere beside elsewhere 3"
        patch(yard, "etl/nightly", work_pool_name="there")
        waiting = run(yard, "etl/nightly")
        assert (yard.read(waiting).work_pool_name, yard.read(waiting).state.kind) == ("there", "SCHEDULED")
        yard.start(SEGUE, "worker", "start", "--pool", "there", "--name", "bob")
        assert said(yard, waiting) == "elsewhere beside elsewhere 3"
        history = yard.backend.call(op.FLOW_RUN_HISTORY, ById(waiting)).items
        assert [row.state.actor.name for row in history if row.state.kind == "PENDING" and row.state.actor] == ["bob"]
    patch(yard, "etl/nightly", pull_steps=[{"git_clone": {"repository": f"{host}/team/flows.git"}}])
    lost = yard.until_over(run(yard, "etl/nightly"))
    assert isinstance(lost.state, Failed)
    assert "cannot be loaded: git fetch failed" in (lost.state.message or "")
    assert not in_database(yard, TOKEN)


def test_code_in_a_bucket_is_fetched_with_the_credentials_of_the_worker(yard: Yard, s3: str) -> None:
    import fsspec

    there = fsspec.filesystem(
        "s3", key="user", secret=SECRET, client_kwargs={"endpoint_url": s3, "region_name": "us-east-1"}
    )
    there.call_s3("create_bucket", Bucket="code")
    for name, text in code("bucket").items():
        there.pipe(f"code/team/{name}", text.encode())
    yard.more = {
        "AWS_ACCESS_KEY_ID": "user", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": s3, "AWS_DEFAULT_REGION": "us-east-1",
        "WHO": "user",
    }  # fmt: skip
    assert yard.segue("work-pool", "create", "here", "--type", "process").returncode == 0
    yard.worker()
    deploys(
        yard,
        """
        from segue import flow

        flow.from_source("s3://code/team", "flows/etl.py:etl").deploy("plain", work_pool_name="here", print_next_steps=False)
        """,
    )
    assert said(yard, run(yard, "etl/plain", "-p", "n=2")) == "bucket beside bucket 2"
    deploys(
        yard,
        f"""
        from segue import flow
        from segue.blocks.system import Secret
        from segue.runner.storage import RemoteStorage

        Secret(value="{SECRET}").save("bucket")
        storage = RemoteStorage(
            "s3://code/team", key="{{{{ $WHO }}}}", secret=Secret.load("bucket"), client_kwargs={{"endpoint_url": "{s3}"}}
        )
        flow.from_source(storage, "flows/etl.py:etl").deploy("kept", work_pool_name="here")
        """,
    )
    # What the step names goes before what the environment has.
    patch(yard, "etl/kept", job_variables={"env": {"AWS_ACCESS_KEY_ID": "wrong", "AWS_SECRET_ACCESS_KEY": "wrong"}})
    assert said(yard, run(yard, "etl/kept")) == "bucket beside bucket 1"
    assert not in_database(yard, SECRET)


def test_code_in_a_folder_is_run_where_it_lies_and_its_libraries_may_be_missing_where_it_is_deployed(
    yard: Yard,
) -> None:
    libraries = yard.folder / "libraries"
    libraries.mkdir()
    (libraries / "lacking_library.py").write_text("WORD = 'beside here'")
    (yard.folder / "code").mkdir()
    (yard.folder / "code" / "etl.py").write_text(
        dedent(
            """
            import lacking_library
            from segue import flow, get_run_logger

            @flow
            def etl(n: int = 1):
                get_run_logger().info("%s %d", lacking_library.WORD, n)
            """
        )
    )
    assert yard.segue("work-pool", "create", "here", "--type", "process").returncode == 0
    yard.worker()
    deploys(
        yard,
        f"""
        from pathlib import Path
        from segue import flow, deploy

        etl = flow.from_source(Path("{yard.folder}") / "code", "etl.py:etl")
        variables = {{"env": {{"PYTHONPATH": "{libraries}"}}}}
        ids = deploy(
            etl.to_deployment("one", job_variables=variables),
            etl.to_deployment("two", job_variables=variables, parameters={{"n": 2}}),
            work_pool_name="here",
        )
        assert len(ids) == 2
        """,
    )
    assert said(yard, run(yard, "etl/one")) == "beside here 1"
    assert said(yard, run(yard, "etl/two")) == "beside here 2"


WRONG = """
    import asyncio
    from segue import flow, deploy
    from segue.deployments.runner import CannotDeploy, CannotServe

    @flow
    def etl(n: int = 1):
        pass

    def outer():
        @flow
        def inner():
            pass
        return inner

    here = flow.from_source(".", "deploying.py:etl")
    for wrong in (
        lambda: etl.deploy("x", work_pool_name="here"),
        lambda: etl.deploy("x"),
        lambda: here.deploy("x", work_pool_name="there"),
        lambda: here.deploy("x", work_pool_name="here", image="team/flows:1"),
        lambda: here.deploy("x", work_pool_name="here", triggers=[object()]),
        lambda: outer().deploy("x", work_pool_name="here"),
        lambda: here.deploy("x", work_pool_name="here", parameters={"n": "three"}),
        lambda: here.deploy("x", work_pool_name="here", job_variables={"env": 3}),
        lambda: deploy(work_pool_name="here"),
    ):
        try:
            wrong()
        except Exception as problem:
            print(type(problem).__name__, problem)
        else:
            print("nothing was wrong")

    async def awaited():
        return await here.deploy("awaited", work_pool_name="here", print_next_steps=False)

    print(asyncio.run(awaited()))
"""
SAID = (
    ("CannotDeploy", "either an image or a remote storage location must be provided"),
    ("CannotDeploy", "no work pool is named"),
    ("CannotDeploy", "there is no work pool 'there'. `segue work-pool create there --type process` makes one."),
    ("CannotDeploy", "'here' is of type 'process', whose runs have no image"),
    ("TypeError", "is no trigger; make a DeploymentEventTrigger"),
    ("CannotServe", "not at the top level of a file"),
    ("", "n must be a whole number"),
    ("", "env must be an object"),
    ("CannotDeploy", "there are no deployments"),
)


def test_what_cannot_be_deployed_is_said(yard: Yard) -> None:
    assert yard.segue("work-pool", "create", "here", "--type", "process").returncode == 0
    lines = deploys(yard, WRONG).splitlines()
    assert len(lines) == len(SAID) + 1
    for line, (name, words) in zip(lines, SAID, strict=False):
        assert line.startswith(name), line
        assert words in line
    assert [str(each["name"]) for each in yard.items("deployment", "ls")] == ["awaited"]
    assert len(lines[-1]) == 36
