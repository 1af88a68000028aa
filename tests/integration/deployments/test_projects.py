"""A `segue.yaml` as it is read: where each word stands, and what is said of a wrong one."""

from __future__ import annotations

import inspect
from pathlib import Path
from textwrap import dedent

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from segue import flow
from segue.cli.deploy_asking import save
from segue.deployments.project_file import BadProject, Project, read
from segue.deployments.project_shape import DEPLOYMENT, Keys, Shape, check
from segue.deployments.project_values import Filling
from segue.deployments.projects import chosen, deploy_all, deployments_of
from segue.deployments.recipes import RECIPES, segue_yaml
from segue.deployments.runner import CannotDeploy
from segue.engine.session import forget, reading
from segue.flows import Flow
from segue.host import config
from segue.wire.deployments import DEPLOYMENT_LIST, DeploymentQuery
from segue.wire.pools import POOL_CREATE, QUEUE_CREATE, NewWorkPool, NewWorkQueue


@flow
def etl(n: int = 1) -> int:
    return n


def project(folder: Path, text: str) -> Project:
    file = folder / "segue.yaml"
    file.write_text(dedent(text).lstrip("\n"))
    found = read(file)
    check(found)
    return Project(Path("segue.yaml"), found.values, found.lines)


WRONG = {
    "deployments: [}": "1: this is no YAML",
    "- one": "a project is keys with their values",
    "name: &a\n  b: *a": "2: name.b: an alias that holds itself, or very many others, cannot be used.",
    "deployments:\n- name: x\n  name: y": "3: deployments[0].name: 'name' is there twice: here and on line 2.",
    "deployments:\n- name: x\n  entrypiont: f.py:f": (
        "3: deployments[0].entrypiont: there is no 'entrypiont' here; did you mean 'entrypoint'?"
    ),
    "deployments:\n- name: x\n  work_pool: here": "3: deployments[0].work_pool: this must be keys with their values, not 'here'",
    "deployments:\n- name: x\n  tags: a": "3: deployments[0].tags: this must be a list, not 'a'.",
    "deployments:\n- version: 1.10": (
        "2: deployments[0].version: this must be a text (in quotation marks where it looks like a number), not 1.1."
    ),
    "deployments:\n- paused: 'no'": "2: deployments[0].paused: this must be true or false, not 'no'.",
    "deployments:\n- concurrency_limit: true": "2: deployments[0].concurrency_limit: this must be a whole number, not True.",
    "deployments:\n- version: {{ $TAG }}": '2: deployments[0].version: a template stands in quotation marks: "{{ … }}".',
    "deployments:\n- schedules:\n  - corn: '@daily'": (
        "3: deployments[0].schedules[0].corn: there is no 'corn' here; did you mean 'cron'?"
    ),
    "pull:\n- git_clone:\n    repositry: x": (
        "3: pull[0].git_clone.repositry: the step git_clone has no input 'repositry'; did you mean 'repository'?"
    ),
    "pull:\n- segue.deployments.steps.git_clon: {repository: x}": (
        "there is no step 'segue.deployments.steps.git_clon'; did you mean 'git_clone'?"
    ),
    "pull:\n- git_clone: {}": "2: pull[0].git_clone: the step git_clone needs 'repository'.",
    "pull:\n- a: 1\n  b: 2": "2: pull[0]: a step is one name with its inputs below it",
    "build:\n- no.such.module.step: {}": "2: build[0].no.such.module.step: The step 'no.such.module.step' cannot be done here",
    "x: &x [*x]": "1: x[0]: an alias that holds itself, or very many others, cannot be used.",
    "definitions: !!python/object:os.system {}": "1: definitions: a tag such as '!!python/object:os.system' cannot be used.",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadProject) as caught:
        project(tmp_path, text)
    assert WRONG[text] in str(caught.value).replace(str(tmp_path) + "/", "")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadProject) as caught:
        project(tmp_path, "nam: x\npul: []\ndeployments:\n- entrypoint: [1]\n")
    lines = str(caught.value).replace(str(tmp_path) + "/", "").splitlines()
    assert [line.split(" ")[0] for line in lines] == ["segue.yaml:1:", "segue.yaml:2:", "segue.yaml:4:"]


def test_many_aliases_of_aliases_are_refused(tmp_path: Path) -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for n in range(1, 7):
        text += f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n"
    with pytest.raises(BadProject, match="very many others"):
        project(tmp_path, "definitions:\n" + "".join(f"  {line}\n" for line in text.splitlines()))


TEXT = """
    definitions:
      pool: &pool
        name: here
        job_variables: {image: "team/{{ build.tag }}"}
    deployments:
    - name: nightly
      entrypoint: flows.py:load_all
      work_pool: &there
        <<: *pool
        name: "{{ $POOL }}"
    - name: weekly
      entrypoint: flows.py:load_all
      work_pool: {<<: [*there, *pool], work_queue_name: slow}
    - name: nightly
      entrypoint: flows.py:etl
"""


def test_anchors_are_written_out_and_keep_their_lines(tmp_path: Path) -> None:
    found = project(tmp_path, TEXT)
    first, second, _ = found.values["deployments"]
    assert first["work_pool"] == {"name": "{{ $POOL }}", "job_variables": {"image": "team/{{ build.tag }}"}}
    assert second["work_pool"] == {**first["work_pool"], "work_queue_name": "slow"}
    way = ("deployments", 0, "work_pool")
    assert [found.lines[*way, each] for each in ("name", "job_variables")] == [10, 4]
    assert found.lines["deployments", 1, "work_pool", "name"] == 10
    assert yaml.safe_load((tmp_path / "segue.yaml").read_text()) == found.values


#: Where a file says what `flow.deploy` is told; empty: it is about that one call, or about an image, which `build` steps make.
WRITTEN: dict[str, tuple[str, ...]] = {
    "name": ("name",), "work_pool_name": ("work_pool", "name"), "work_queue_name": ("work_pool", "work_queue_name"),
    "job_variables": ("work_pool", "job_variables"), "image": ("work_pool", "job_variables"), "build": ("build",),
    "push": ("push",),
    "interval": ("schedule", "interval"), "cron": ("schedule", "cron"), "rrule": ("schedule", "rrule"), "schedule": ("schedule",),
    "schedules": ("schedules",), "paused": ("paused",), "concurrency_limit": ("concurrency_limit",), "triggers": ("triggers",),
    "parameters": ("parameters",), "description": ("description",), "tags": ("tags",), "version": ("version",),
    "version_type": ("version_type",), "enforce_parameter_schema": ("enforce_parameter_schema",), "keep_running": ("keep_running",),
    "entrypoint_type": ("entrypoint",), "print_next_steps": (), "ignore_warnings": (),
}  # fmt: skip


def test_a_file_says_all_that_flow_deploy_is_told() -> None:
    assert set(inspect.signature(Flow.deploy).parameters) - {"self"} == set(WRITTEN)
    for way in WRITTEN.values():
        shape: Shape = DEPLOYMENT
        for word in way:
            assert isinstance(shape, Keys)
            assert word in shape.known
            shape = shape.known[word]


def test_what_a_file_says_is_what_is_deployed(tmp_path: Path, segue_home: Path) -> None:
    text = """
        pull: []
        deployments:
        - name: d
          entrypoint: flows.py:etl
          keep_running: true
          paused: true
          description: words
          version: "2"
          tags: [a]
          parameters: {n: 3}
          enforce_parameter_schema: false
          concurrency_limit: 1
          work_pool: {name: here, work_queue_name: slow, job_variables: {env: {A: b}}}
        - name: plain
          entrypoint: flows.py:etl
          work_pool: {name: here}
    """
    config.forget()
    backend = reading()
    backend.call(POOL_CREATE, NewWorkPool(name="here", type="process"))
    backend.call(QUEUE_CREATE, NewWorkQueue(work_pool_name="here", name="slow"))
    deploy_all(deployments_of(project(tmp_path, text)), lambda _: etl)
    found = {each.name: each for each in backend.call(DEPLOYMENT_LIST, DeploymentQuery()).items}
    told = found["d"]
    assert (told.keep_running, told.paused, told.description, told.version, told.tags) == (
        True,
        True,
        "words",
        "2",
        ["a"],
    )
    assert (told.parameters, told.enforce_parameter_schema, told.concurrency_limit) == ({"n": 3}, False, 1)
    assert (told.work_queue_name, told.job_variables) == ("slow", {"env": {"A": "b"}})
    assert (found["plain"].keep_running, found["plain"].paused) == (False, False)
    forget()
    config.forget()


def test_names_and_patterns_choose(tmp_path: Path) -> None:
    there = deployments_of(project(tmp_path, TEXT))
    for pattern, numbers in (
        ("nightly", [0, 2]), ("*", [0, 1, 2]), ("load-all/*", [0, 1]), ("load_all/nightly", [0]), ("*/n*", [0, 2]), ("etl/*", [2]),
    ):  # fmt: skip
        assert [there.index(each) for each in chosen(there, [pattern])] == numbers
    assert len(chosen(there, ["weekly", "etl/nightly", "*/weekly"])) == 2
    with pytest.raises(CannotDeploy, match="no deployment of the file fits 'hourly'"):
        chosen(there, ["nightly", "hourly"])


def test_what_is_put_in_and_what_is_left_for_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "v1")
    monkeypatch.setenv("GIT_TOKEN", "canary")
    monkeypatch.delenv("LATER", raising=False)
    found = project(tmp_path, TEXT)
    filling = Filling(found, {"image": "team/x:1", "build.tag": "7", "facts": {"a": 1}})
    assert filling.filled("{{ image }} {{ $TAG }} {{build.tag}}", ()) == "team/x:1 v1 7"
    assert filling.filled({"a": ["{{ facts }}"]}, ()) == {"a": [{"a": 1}]}
    variables = {
        "image": "x:{{ $TAG }}", "env": {"A": "{{ $LATER }}", "ACCESS_TOKEN": "{{ $TAG }}", "B": "{{ $GIT_TOKEN }}"},
        "mem": "{{ segue.variables.mem }}", "auth": "{{ segue.blocks.secret.x }}",
    }  # fmt: skip
    assert filling.filled({"job_variables": variables}, ())["job_variables"] == {**variables, "image": "x:v1"}
    steps = [
        {"git_clone": {"id": "c", "repository": "u", "branch": "{{ $TAG }}"}},
        {"own.step": {"at": "{{ c.directory }}"}},
    ]
    assert filling.steps(steps, ("pull",))[1] == steps[1]
    assert not filling.wrong
    for text, why in (
        ("{{ $LATER }}", "the environment variable LATER is not set"),
        (
            "{{ segue.blocks.secret.x }}",
            "segue.blocks.secret.x is a block, which all who see the deployment could read here",
        ),
        ("{{ imag }}", "nothing is called 'imag'; did you mean 'image'"),
    ):
        filling.wrong.clear()
        filling.filled(text, ("deployments", 0, "name"))
        assert found.bad(filling.wrong).args[0].startswith(f"segue.yaml:6: deployments[0].name: {why}")
    filling.wrong.clear()
    filling.steps(list(reversed(steps)), ("pull",))
    assert [why[:28] for _, why in filling.wrong] == ["nothing is called 'c.directo"]


_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(name=_words, folder=_words)
def test_every_recipe_is_a_project_that_says_what_it_was_told(name: str, folder: str) -> None:
    facts = {
        "name": name, "version": "1.0", "directory": folder, "deployment": "d", "entrypoint": "f.py:f", "work_pool": name,
    }  # fmt: skip
    for recipe, about in RECIPES.items():
        text = segue_yaml(recipe, facts, dict.fromkeys(about.needs, "a/b: {c}"))
        values = yaml.safe_load(text)
        found = Project(Path("segue.yaml"), values, {})
        check(found)
        assert (values["name"], values["deployments"][0]["work_pool"]["name"]) == (name, name)
        if recipe == "local":
            assert values["pull"][0]["segue.deployments.steps.set_working_directory"]["directory"] == folder


def test_a_deployment_is_added_to_a_file_whose_other_lines_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "segue.yaml"
    text = "# mine\ndeployments:\n  # the first\n  - name: a  # why\n\n# the end\ndefinitions: {x: 1}\n"
    file.write_text(text)
    save(file, read(file), {"name": "b", "entrypoint": "f.py:f", "tags": [], "description": None})
    assert read(file).values == {
        "deployments": [{"name": "a"}, {"name": "b", "entrypoint": "f.py:f"}], "definitions": {"x": 1},
    }  # fmt: skip
    assert set(text.splitlines()) <= set(file.read_text().splitlines())
