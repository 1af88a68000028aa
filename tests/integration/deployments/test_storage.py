"""Code is fetched where it runs: from real repositories, at a branch, a tag or a commit, and from folders."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from segue import executing
from segue.model.launches import Launch
from segue.pulling import PullFailed
from segue.runner.storage import GitRepository, LocalStorage, RemoteStorage, RunnerStorage, create_storage_from_source
from segue.steps import pull
from tests.debian import program
from tests.repositories import commit, git, http_host, ssh_host

TOKEN = "canary-token-5417"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with two commits, a tag on the first and a branch beside."""
    folder = tmp_path / "origin" / "flows"
    (folder / "sub").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for text in ("first", "second"):
        (folder / "sub" / "what.txt").write_text(text)
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", text)
        if text == "first":
            git(folder, "tag", "v1")
    git(folder, "checkout", "--quiet", "-b", "feature/x")
    (folder / "sub" / "what.txt").write_text("branch")
    git(folder, "commit", "--quiet", "-am", "branch")
    git(folder, "checkout", "--quiet", "main")
    return folder


def test_a_repository_is_fetched_at_what_is_asked_for_and_brought_up_to_date(repository: Path, tmp_path: Path) -> None:
    first = git(repository, "rev-parse", "v1")
    url = repository.as_uri()
    for number, (at, text) in enumerate(
        (
            ({}, "second"),
            ({"branch": "feature/x"}, "branch"),
            ({"tag": "v1"}, "first"),
            ({"commit_sha": first}, "first"),
        )
    ):
        storage = GitRepository(url, **at)  # type: ignore[arg-type]  # each is a text
        storage.set_base_path(tmp_path / str(number))
        asyncio.run(storage.pull_code())
        assert (storage.destination / "sub" / "what.txt").read_text() == text
        # A worker does the same step, and finds the subfolder.
        step = GitRepository(url, subfolder="sub", **at).to_pull_step()  # type: ignore[arg-type]  # the same
        assert (pull([step], tmp_path / f"worker-{number}") / "what.txt").read_text() == text
    (repository / "sub" / "what.txt").write_text("third")
    git(repository, "commit", "--quiet", "-am", "third")
    storage = GitRepository(url)
    storage.set_base_path(tmp_path / "0")
    storage.fetch()
    assert (storage.destination / "sub" / "what.txt").read_text() == "third"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"repository": "--upload-pack=touch /tmp/owned"}, "no address of a repository"),
        ({"repository": "ext::sh -c id"}, "no address of a repository"),
        ({"branch": "--exec=id"}, "no branch, tag or commit"),
        ({"branch": "nowhere"}, "git .* failed"),
        ({"subfolder": "../.."}, "leads out of the code"),
        ({"subfolder": "none"}, "There is no folder 'none'"),
        ({"credentials": "{{ $NO_SUCH_VARIABLE }}"}, "NO_SUCH_VARIABLE is not set here"),
        ({"credentials": "{{ nothing.of-the-kind }}"}, "Nothing here is called"),
        ({"access_token": TOKEN}, "A token is for addresses by https"),
    ],
)
def test_what_is_wrong_with_a_step_is_said(repository: Path, tmp_path: Path, step: dict[str, str], said: str) -> None:
    with pytest.raises(PullFailed, match=said):
        pull([{"git_clone": {"repository": repository.as_uri(), **step}}], tmp_path / "worker")


@pytest.fixture
def host() -> Iterator[tuple[str, list[str]]]:
    """Serve a host that asks for a name, and note what it is shown."""
    shown: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.append(self.headers.get("Authorization", ""))
            self.send_response(403)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/flows.git", shown
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_token_is_shown_to_its_host_and_stays_in_no_file_or_message(
    host: tuple[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, shown = host
    monkeypatch.setenv("GIT_TOKEN_OF_TEST", TOKEN)
    step = {
        "git_clone": {"repository": url, "credentials": {"username": "ann", "access_token": "{{ $GIT_TOKEN_OF_TEST }}"}}
    }
    with pytest.raises(PullFailed) as refused:
        pull([step], tmp_path)
    assert shown[0] == "Basic " + base64.b64encode(f"ann:{TOKEN}".encode()).decode()
    assert TOKEN not in str(refused.value)
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and TOKEN.encode() in file.read_bytes()]


def test_a_secret_that_is_saved_nowhere_is_not_stored_with_a_deployment() -> None:
    with pytest.raises(ValueError, match="save your access token as a Secret block"):
        GitRepository("https://example.org/x.git", credentials={"access_token": TOKEN}).to_pull_step()
    with pytest.raises(ValueError, match="password in it"):
        GitRepository(f"https://ann:{TOKEN}@example.org/x.git").to_pull_step()
    with pytest.raises(ValueError, match="Secret block"):
        RemoteStorage("s3://bucket/flows", secret=TOKEN).to_pull_step()
    kept = RemoteStorage("s3://bucket/flows", secret="{{ $AWS_SECRET }}", anon=False).to_pull_step()
    assert kept == {
        "segue.deployments.steps.pull_from_remote_storage": {
            "url": "s3://bucket/flows", "settings": {"secret": "{{ $AWS_SECRET }}", "anon": False},
        }
    }  # fmt: skip
    # Where the machine finds its own is no secret.
    ways = RemoteStorage("gs://bucket/flows", token="google_default").to_pull_step()
    assert ways["segue.deployments.steps.pull_from_remote_storage"]["settings"] == {"token": "google_default"}
    with pytest.raises(ValueError, match="Cannot provide both branch and commit_sha"):
        GitRepository("https://example.org/x.git", branch="a", commit_sha="b")


def test_any_address_that_fsspec_knows_is_fetched(tmp_path: Path) -> None:
    import fsspec

    with fsspec.open("memory://bucket/flows/sub/what.txt", "wb") as file:
        file.write(b"far")
    step = RemoteStorage("memory://bucket/flows").to_pull_step()
    assert (pull([step], tmp_path) / "sub" / "what.txt").read_text() == "far"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("https://github.com/org/flows", GitRepository),
        ("git@github.com:org/flows.git", GitRepository),
        ("ssh://git@example.org/flows", GitRepository),
        ("s3://bucket/flows", RemoteStorage),
        ("./flows", LocalStorage),
        ("file:///srv/flows", LocalStorage),
    ],
)
def test_a_source_says_what_it_is(source: str, kind: type) -> None:
    made = create_storage_from_source(source)
    assert isinstance(made, kind)
    assert isinstance(made, RunnerStorage)


def test_a_run_goes_to_the_code_that_its_steps_fetch(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    steps = [
        GitRepository(repository.as_uri(), tag="v1").to_pull_step(),
        {"set_working_directory": {"directory": "sub"}},
    ]
    launch = Launch(flow_run_id="1", fence=1, flow_name="etl", entrypoint="etl.py:etl", pull_steps=steps)
    executing._go_to_code(launch)
    assert Path("what.txt").read_text() == "first"


def test_a_repository_is_fetched_over_http_with_a_name_and_password(tmp_path: Path) -> None:
    old = commit(tmp_path / "hosted" / "flows.git", {"what.txt": "old"})
    commit(tmp_path / "hosted" / "flows.git", {"what.txt": "new"})
    with http_host(tmp_path / "hosted", "ann", TOKEN) as host:
        url = f"{host}/flows.git"
        known = GitRepository(url, credentials={"username": "ann", "access_token": TOKEN})
        known.set_base_path(tmp_path / "known")
        assert (known.fetch() / "what.txt").read_text() == "new"
        earlier = GitRepository(url, commit_sha=old, credentials={"username": "ann", "access_token": TOKEN})
        earlier.set_base_path(tmp_path / "earlier")
        assert (earlier.fetch() / "what.txt").read_text() == "old"
        unknown = GitRepository(url, credentials={"username": "bob", "access_token": "wrong"})
        unknown.set_base_path(tmp_path / "unknown")
        with pytest.raises(PullFailed, match=r"git .* failed"):
            unknown.fetch()


def test_a_repository_is_fetched_over_ssh_with_the_keys_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[[str, object], None]
) -> None:
    sshd = program("sshd", "openssh-server")
    need("sshd", sshd)
    commit(tmp_path / "hosted" / "flows", {"sub/what.txt": "far"})
    with ssh_host(tmp_path / "ssh", str(sshd)) as (host, call):
        monkeypatch.setenv("GIT_SSH_COMMAND", call)
        step = GitRepository(f"{host}{tmp_path}/hosted/flows", branch="main", subfolder="sub").to_pull_step()
        assert (pull([step], tmp_path / "worker") / "what.txt").read_text() == "far"
        monkeypatch.setenv("GIT_SSH_COMMAND", call.replace("/user ", "/host "))
        with pytest.raises(PullFailed, match="Permission denied"):
            pull([step], tmp_path / "other")
