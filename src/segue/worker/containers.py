"""Runs as containers, over the API that Docker and podman share."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from segue.model.errors import SegueError
from segue.model.launches import RUN_VARIABLE, VARIABLE
from segue.worker.docker_api import Engine, EngineProblem, EngineRefused
from segue.worker.launching import Ending, Handle, Job, NoLaunch
from segue.worker.processes import ending_of

#: What a container runs where its configuration says nothing.
_COMMAND = ["python", "-m", "segue.executing"]
#: Seconds between attempts while the engine is away.
_AGAIN = 1.0
_LABEL = "io.segue.flow-run-id"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmg]?)b?", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_NO_NAME = re.compile(r"[^a-zA-Z0-9_.-]+")
_POLICIES = ("Always", "IfNotPresent", "IfPossible", "Never")


class ContainerLauncher:
    """Starts runs as containers of one engine."""

    def __init__(self, url: str) -> None:
        self._engine = Engine(url)

    def warm(self) -> None:
        """See that the engine is there; raises `EngineProblem`."""
        self._engine.ask("GET", "/_ping")

    def start(self, job: Job) -> Handle:
        """Start a run in a new container; raises `NoLaunch`."""
        image = job.text("image")
        if image is None:
            raise NoLaunch(why="its configuration names no image. Set job_variables={'image': ...} on the deployment.")
        try:
            self._have(image, job.text("image_pull_policy"))
            id = self._create(job, image)
            handle = Container(self._engine, id, kept=not job.switch("auto_remove", default=False))
            try:
                for network in _texts(job, "networks")[1:]:
                    self._engine.ask("POST", f"/networks/{network}/connect", {"Container": id})
                self._engine.ask("POST", f"/containers/{id}/start")
                if job.switch("stream_output", default=True):
                    handle.speak(job.name)
            except SegueError:
                with suppress(SegueError):
                    self._engine.ask("DELETE", f"/containers/{id}", force="true")
                raise
        except (EngineProblem, EngineRefused) as problem:
            raise NoLaunch(why=str(problem)) from problem
        return handle

    def find(self, note: Mapping[str, object]) -> Handle | None:
        """Return a handle on a container that a worker which is gone has started; None when it is no longer there."""
        id = note.get("container")
        try:
            self._engine.ask("GET", f"/containers/{id}/json")
        except SegueError:
            return None
        return Container(self._engine, str(id), kept=bool(note.get("kept", True)))

    def close(self) -> None:
        """Nothing is held: what runs goes on."""

    def _have(self, image: str, policy: str | None) -> None:
        """Have the image here, pulled where the policy says so."""
        policy = policy or ("Always" if _is_latest(image) else "IfNotPresent")
        if policy not in _POLICIES:
            raise NoLaunch(why=f"image_pull_policy is {policy!r}; choose from {', '.join(_POLICIES)}.")
        there = self._is_there(image)
        if policy == "Never" or (policy == "IfNotPresent" and there):
            if not there:
                raise NoLaunch(why=f"there is no image {image} here, and image_pull_policy Never forbids to pull it.")
            return
        try:
            self._pull(image)
        except EngineRefused as problem:
            if policy != "IfPossible" or not there:
                raise NoLaunch(why=f"its image {image} cannot be pulled. {problem}") from problem

    def _pull(self, image: str) -> None:
        for line in self._engine.lines("POST", "/images/create", fromImage=image):
            if "error" in line:
                raise EngineRefused(why=str(line["error"]))

    def _is_there(self, image: str) -> bool:
        try:
            self._engine.ask("GET", f"/images/{image}/json")
        except EngineRefused as problem:
            if problem.answered == 404:
                return False
            raise
        return True

    def _create(self, job: Job, image: str) -> str:
        name = _NO_NAME.sub("-", job.text("name") or job.name).strip("-.") or "segue-run"
        body = container_of(job, image)
        for number in range(100):
            try:
                made = self._engine.ask(
                    "POST", "/containers/create", body, name=name if number == 0 else f"{name}-{number}"
                )
            except EngineRefused as problem:
                if problem.answered != 409:
                    raise
                continue
            return str(made["Id"])
        raise NoLaunch(why=f"there are a hundred containers called {name}.")


def container_of(job: Job, image: str) -> dict[str, Any]:
    """Return the container that the engine is asked for; raises `NoLaunch` for what it could not be."""
    launch = msgspec.structs.replace(job.launch, parameters=None)
    environment = {**job.added, VARIABLE: msgspec.json.encode(launch).decode(), RUN_VARIABLE: launch.flow_run_id}
    command = job.words("command")
    networks = _texts(job, "networks")
    mode = job.text("network_mode")
    if networks and mode is not None:
        raise NoLaunch(why="networks and network_mode cannot both be set.")
    host: dict[str, Any] = {
        "Binds": _texts(job, "volumes"),
        "NetworkMode": networks[0] if networks else mode,
        "Memory": _size(job, "mem_limit"),
        "MemorySwap": _size(job, "memswap_limit"),
        "Privileged": job.switch("privileged", default=False),
        "NanoCpus": _cpus(job),
    }
    return {
        "Image": image,
        "Cmd": command or _COMMAND,
        "Env": [f"{name}={value}" for name, value in environment.items()],
        "Labels": {**_labels(job), _LABEL: launch.flow_run_id},
        "HostConfig": {name: value for name, value in host.items() if value not in (None, [], False)},
    }


def _is_latest(image: str) -> bool:
    tag = image.rpartition("/")[2].partition(":")[2]
    return "@" not in image and tag in {"", "latest"}


def _texts(job: Job, name: str) -> list[str]:
    value = job.configuration.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or any(not isinstance(each, str) for each in value):
        raise NoLaunch(why=f"{name} must be a list of texts, not {str(value)[:100]!r}.")
    return list(value)


def _labels(job: Job) -> dict[str, str]:
    value = job.configuration.get("labels")
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise NoLaunch(why=f"labels must be an object of names and values, not {str(value)[:100]!r}.")
    return {str(name): str(text) for name, text in value.items() if text is not None}


def _size(job: Job, name: str) -> int | None:
    value = job.configuration.get(name)
    if value is None or value == "":
        return None
    found = _SIZE.fullmatch(str(value).strip())
    if found is None:
        raise NoLaunch(why=f"{name} is {str(value)[:100]!r}; write it as 512m or 2g.")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def _cpus(job: Job) -> int | None:
    value = job.configuration.get("cpus")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise NoLaunch(why=f"cpus is {str(value)[:100]!r}; write a number such as 1.5.")
    return int(value * 1_000_000_000)


class Container:
    """A container that runs one flow run."""

    def __init__(self, engine: Engine, id: str, *, kept: bool) -> None:
        self._engine = engine
        self._id = id
        self._kept = kept
        self._killed = False

    def speak(self, name: str) -> None:
        """Let the worker print what the container prints."""
        threading.Thread(target=self._follow, name=f"segue-output-{name}", daemon=True).start()

    def _follow(self) -> None:
        with suppress(SegueError, OSError, ValueError):
            path = f"/containers/{self._id}/logs"
            for stream, text in self._engine.output(path, follow="true", stdout="true", stderr="true"):
                out = sys.stdout if stream == 1 else sys.stderr
                out.write(text.decode(errors="replace"))
                out.flush()

    def wait(self, seconds: float | None) -> Ending | None:
        """Return how it ended; an engine that is away is waited for."""
        pause = threading.Event()
        while True:
            try:
                self._engine.ask("POST", f"/containers/{self._id}/wait", timeout=seconds)
                state = self._engine.ask("GET", f"/containers/{self._id}/json")["State"]
            except EngineRefused as problem:
                if problem.answered == 404:
                    return Ending(None, "was removed by somebody else")
                raise
            except EngineProblem as problem:
                if seconds is not None and "timed out" in str(problem):
                    return None
                pause.wait(_AGAIN)
                continue
            return self._ending(state)

    def _ending(self, state: Mapping[str, Any]) -> Ending:
        code = int(state.get("ExitCode", 0))
        # As shells count: what a signal killed ends with 128 and its number.
        plain = ending_of(code if code <= 128 else 128 - code, by_us=self._killed)
        if state.get("OOMKilled") and not self._killed:
            return Ending(plain.code, plain.words, out_of_memory=True)
        return plain

    def ask(self) -> None:
        """Ask it to end (SIGTERM)."""
        self._signal("SIGTERM")

    def kill(self) -> None:
        """Kill it; nothing of it runs on return."""
        self._killed = True
        self._signal("SIGKILL")
        self.wait(None)

    def _signal(self, name: str) -> None:
        try:
            self._engine.ask("POST", f"/containers/{self._id}/kill", signal=name)
        except EngineRefused:
            # It has ended by itself.
            return

    def note(self) -> dict[str, object]:
        """Return which container it is."""
        return {"container": self._id, "kept": self._kept}

    def let_go(self) -> None:
        """Remove the container, where its configuration says so: only now, when its exit code is known."""
        if not self._kept:
            with suppress(SegueError):
                self._engine.ask("DELETE", f"/containers/{self._id}", force="true")
