"""Servers with automations, killed at random moments while events come in; then quiet, and a look at everything."""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from segue.backend.embedded import EmbeddedBackend
from segue.backend.open import connect_backend, open_backend
from segue.backend.protocol import Backend
from segue.host.ids import new_id
from segue.host.secret_keys import new_key
from segue.model.automations import Automation
from segue.wire import automations as w
from segue.wire import blocks as b
from segue.wire import deployments as d
from tests.faults.reactions import drawing
from tests.faults.reactions.judge import Judge
from tests.serving_process import ServerProcess
from tests.sinks import HttpSink

#: Seconds between two kills, and for which a server is gone; between two requests of one of those who tell events.
_BETWEEN, _GONE, _TOLD = (0.2, 1.2), (0.0, 0.6), (0.0, 0.15)
_TELLERS = 2
#: Seconds for which an event is told again until a server takes it.
_PATIENCE = 60.0


class Storm:
    """So many servers over one database, so many automations, and those who tell events to whichever server answers."""

    def __init__(self, folder: Path, url: str | None, *, servers: int, automations: int, seed: int) -> None:
        self._folder = folder
        (folder / "data").mkdir()
        self.url = url or f"sqlite:///{folder / 'data' / 'segue.db'}"
        self._sink = HttpSink()
        key = new_key()
        self.servers = [
            ServerProcess(
                folder / f"home-{number}", "--no-ui", SEGUE_DATABASE_URL=self.url,
                SEGUE_SECRET_KEY=key,
                SEGUE_SERVER_OUTBOUND_ALLOWED_ADDRESSES="127.0.0.0/8",
            )
            for number in range(servers)
        ]  # fmt: skip
        self._many = automations
        self._chance = random.Random(seed)
        self._seed = seed
        self._pause = threading.Event()
        self._over = threading.Event()
        self._problems: list[BaseException] = []
        self.automations: list[Automation] = []
        self.told: set[str] = set()
        self.kills: Counter[str] = Counter()

    def make(
        self, kills: int, *, least: float = 0.0, patient: bool = True, tell: Callable[[str], object] = lambda _: None
    ) -> Judge:
        """Kill so many times, for so many seconds at least, wait for quiet, and judge.

        `patient`: also until attempts are made again whose server was killed before it could say that they had arrived.
        """
        for server in self.servers:
            server.start(wait=False)
        for server in self.servers:
            server.until_it_answers()
        self._prepare()
        tellers = [threading.Thread(target=self._tell, args=(number,), daemon=True) for number in range(_TELLERS)]
        for each in tellers:
            each.start()
        began = time.monotonic()
        try:
            while not self._over.is_set() and (self.kills.total() < kills or time.monotonic() - began < least):
                self._pause.wait(self._chance.uniform(*_BETWEEN))
                if self.kills.total() < kills:
                    self._kill()
                    tell(f"{self.kills.total()} kills, {len(self.told)} events")
        finally:
            self._over.set()
            for each in tellers:
                each.join(_PATIENCE)
        if self._problems:
            raise self._problems[0]
        for server in self.servers:
            server.until_it_answers()
        tell("quiet")
        judge = Judge(self.automations, self.told, self._sink, patient=patient)
        backend = self._beside()
        try:
            judge.close(backend)
        finally:
            backend.close()
        for server in self.servers:
            judge.hear(server.said())
        return judge

    def close(self) -> None:
        """End everything, the servers at once: none waits for another."""
        with ThreadPoolExecutor(len(self.servers)) as threads:
            list(threads.map(ServerProcess.stop, self.servers))
        self._sink.close()

    def _beside(self) -> EmbeddedBackend:
        return open_backend(self.url, self._folder / "judge")

    def _prepare(self) -> None:
        remote: Backend = connect_backend(self.servers[0].url, key=None, home=str(self._folder / "asker"))
        call = remote.call
        call(b.BLOCK_TYPE_PUT, b.PutBlockType(slug="webhook", name="Webhook"))
        fields: dict[str, object] = {"type": "object", "properties": {"url": {}}, "secret_fields": ["url"]}
        call(b.BLOCK_SCHEMA_PUT, b.PutBlockSchema(block_type="webhook", fields=fields))
        hook = call(b.BLOCK_SAVE, b.SaveBlock(name="it", block_type="webhook", data={"url": f"{self._sink.url}/in"})).id
        deployment = call(d.DEPLOYMENT_PUT, d.PutDeployment(name="d", flow_name="answer")).id
        for number in range(self._many):
            new = drawing.automation(self._chance, number, deployment=deployment, webhook=hook)
            self.automations.append(call(w.AUTOMATION_CREATE, new))
        remote.close()

    def _kill(self) -> None:
        server = self._chance.choice(self.servers)
        server.kill()
        self._pause.wait(self._chance.uniform(*_GONE))
        server.start(wait=False)
        if self._chance.random() < 0.5:
            server.until_it_answers()
        self.kills[f"server {self.servers.index(server)}"] += 1

    # --- who tells events -----------------------------------------------------------------------------------------------

    def _tell(self, number: int) -> None:
        chance = random.Random(f"{self._seed} {number}")
        try:
            while not self._over.wait(chance.uniform(*_TOLD)):
                events = [_event(chance) for _ in range(chance.choice([1, 1, 2, 5]))]
                self._insist(chance, events)
                self.told.update(str(each["id"]) for each in events)
        except BaseException as problem:  # noqa: BLE001 - told when the storm is over
            self._problems.append(problem)
            self._over.set()

    def _insist(self, chance: random.Random, events: list[dict[str, object]]) -> None:
        """Tell events until a server says that it has them: under their ids they are kept once."""
        body = json.dumps(events).encode()
        end = time.monotonic() + _PATIENCE
        while True:
            url = f"{chance.choice(self.servers).url}/events"
            request = urllib.request.Request(url, body, headers={"content-type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=20):
                    return
            except urllib.error.HTTPError as problem:
                # A server that is ending or has just begun.
                if problem.code < 500:
                    raise AssertionError(problem.read().decode()) from problem
            except OSError:
                pass
            assert time.monotonic() < end, "no server took an event"
            self._pause.wait(0.02)


def _event(chance: random.Random) -> dict[str, object]:
    name, resource, payload = drawing.event(chance)
    return {"id": new_id(), "event": name, "resource": resource, "payload": payload}
