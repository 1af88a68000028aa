"""Images: their names, what a build is told, and the Dockerfile that nobody had to write."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from segue import __version__
from segue.docker import DockerImage
from segue.docker.images import _options, dockerfile_for


def test_a_name_has_its_tag_behind_a_colon_or_the_time_of_making() -> None:
    assert DockerImage("registry.example.org:5000/team/flows:v1").reference == "registry.example.org:5000/team/flows:v1"
    assert DockerImage("registry.example.org:5000/team/flows", tag="v2").reference.endswith("/flows:v2")
    assert DockerImage("team/flows:v1", tag="v1").tag == "v1"
    assert DockerImage("team/flows").tag[:2] == "20"
    with pytest.raises(ValueError, match="Only one tag can be provided - both 'v1' and 'v2'"):
        DockerImage("team/flows:v1", tag="v2")
    for wrong in ("Team/Flows", "--rm", "team/flows:-x", ""):
        with pytest.raises(ValueError, match="no name of an image"):
            DockerImage(wrong)
    with pytest.raises(ValueError, match="must be 'docker-py' or 'buildx'"):
        DockerImage("flows", build_backend="other")  # type: ignore[arg-type]


def test_options_of_a_build_are_passed_on_and_others_refused() -> None:
    assert _options(
        {
            "buildargs": {"A": 1}, "labels": {"b": "c"}, "target": "prod", "platform": "linux/arm64", "nocache": True,
            "pull": False, "cache_from": ["x", "y"], "extra_hosts": {"h": "1.2.3.4"},
        }
    ) == [
        "--build-arg", "A=1", "--label", "b=c", "--target", "prod", "--platform", "linux/arm64", "--no-cache",
        "--cache-from", "x", "--cache-from", "y", "--add-host", "h:1.2.3.4",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="A build has no option 'privileged'"):
        DockerImage("flows", privileged=True)


def test_the_dockerfile_installs_what_is_needed_and_copies_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "etl"
    folder.mkdir()
    lines = dockerfile_for(folder).splitlines()
    assert lines[0] == f"FROM python:{sys.version_info.major}.{sys.version_info.minor}-slim"
    assert f"RUN python -m pip install --no-cache-dir segue=={__version__}" in lines
    assert lines[2:] == ["WORKDIR /opt/segue/etl", "COPY . ."]
    (folder / "requirements.txt").write_text("pandas")
    assert "RUN python -m pip install -r requirements.txt" in dockerfile_for(folder).splitlines()
