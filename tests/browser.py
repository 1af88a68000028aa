"""A real browser for tests, spoken to over a pipe: pages opened, scripts run in them, conditions waited for."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.debian import program

_SECONDS = 30
#: For one answer of the browser, however much it has to do for it.
_ANSWER = 60
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One browser with one page."""

    def __init__(self, send: int, receive: int) -> None:
        self._send = send
        self._receive = receive
        self._buffer = b""
        self._number = 0
        self._page: str | None = None
        self._finished: list[str] = []
        self._answers: list[str] = []
        #: Since `listen`: what was asked for by whatever the page holds, and what the browser had to say against the page.
        self.asked: list[str] = []
        self.complaints: list[str] = []
        pages = self._ask("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in pages if each["type"] == "page")
        self._page = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._ask("Page.enable")

    def go(self, url: str) -> None:
        """Open a page."""
        self._collect()
        told = self._ask("Page.navigate", url=url)
        assert "errorText" not in told, told

    def forget(self) -> None:
        """Forget who is signed in."""
        self._ask("Network.clearBrowserCookies")

    def at_first(self, script: str) -> None:
        """Run a script in every page that is opened from now on, before anything of its own."""
        self._ask("Page.addScriptToEvaluateOnNewDocument", source=script)

    def run(self, script: str) -> Any:
        """Run a script in the page and return what it comes to."""
        told = self._ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until a script comes to something true."""
        end, pause = time.monotonic() + _SECONDS, threading.Event()
        # Between two pages there is nothing to ask.
        careful = f"(() => {{ try {{ return {script} }} catch {{ return false }} }})()"
        while not self._comes_to(careful):
            assert time.monotonic() < end, (
                f"waited in vain for {script}; the page says {self.run('document.body.innerText')}"
            )
            # The page has better things to do than to answer.
            pause.wait(0.01)

    def _comes_to(self, script: str) -> Any:
        """Return what a script comes to; nothing where the page it was asked of has just gone."""
        told = self._answer("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "navigated" in told.get("error", {}).get("message", ""):
            return None
        assert "exceptionDetails" not in told.get("result", {"exceptionDetails": told}), told
        return told["result"]["result"].get("value")

    def type(self, selector: str, text: str) -> None:
        """Type into a field, as a person does."""
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self._ask("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        """Click on something."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def drag(self, selector: str, by: int) -> None:
        """Press on something, move it so many pixels to the right (or left) as far as the page goes, and let go."""
        told = self.run(
            f"(() => {{ const it = document.querySelector({json.dumps(selector)}); it.scrollIntoView({{ block: 'center' }});"
            " const box = it.getBoundingClientRect();"
            " return [box.left + box.width / 2, box.top + box.height / 2, innerWidth - 1] })()"
        )
        x, y, widest = map(float, told)
        to = min(max(x + by, 0), widest)
        facts = {"y": y, "button": "left", "buttons": 1, "clickCount": 1}
        self._ask("Input.dispatchMouseEvent", type="mousePressed", x=x, **facts)
        for step in range(1, 11):
            self._ask("Input.dispatchMouseEvent", type="mouseMoved", x=x + (to - x) * step / 10, **facts)
        self._ask("Input.dispatchMouseEvent", type="mouseReleased", x=to, **facts)

    def live_in(self, zone: str) -> None:
        """Let the person who looks live in a time zone."""
        self._ask("Emulation.setTimezoneOverride", timezoneId=zone)

    def key(self, name: str, *, shift: bool = False, times: int = 1) -> None:
        """Press a key: Tab, Enter, Escape, an arrow."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}.get(name, 0)
        text = {"Enter": "\r", " ": " "}.get(name)
        facts = {"key": name, "code": "Space" if name == " " else name, "windowsVirtualKeyCode": code}
        facts |= {"modifiers": 8 if shift else 0}
        for _ in range(times):
            down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
            self._ask("Input.dispatchKeyEvent", **down, **facts)
            self._ask("Input.dispatchKeyEvent", type="keyUp", **facts)

    def listen(self) -> None:
        """Keep every answer that the page gets from now on, and every complaint of the browser about it."""
        self._ask("Network.enable", maxTotalBufferSize=200_000_000, maxResourceBufferSize=50_000_000)
        self._ask("Log.enable")
        self._ask("Runtime.enable")

    def answers(self) -> list[str]:
        """Return the bodies of all answers since `listen`, and what came by streams."""
        self._collect()
        return list(self._answers)

    def _collect(self) -> None:
        finished, self._finished = self._finished, []
        for request in finished:
            told = self._answer("Network.getResponseBody", requestId=request)
            # An answer without a body has none, and those of the page before are gone with it.
            if "error" in told:
                continue
            told = told["result"]
            body = told["body"]
            self._answers.append(base64.b64decode(body).decode(errors="replace") if told["base64Encoded"] else body)

    def _hear(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.loadingFinished":
            self._finished.append(params["requestId"])
        elif method == "Network.eventSourceMessageReceived":
            self._answers.append(params["data"])
        elif method == "Network.requestWillBeSent":
            self.asked.append(params["request"]["url"])
        elif method == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Inspector.targetCrashed":
            raise AssertionError("the page has died")
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(params["exceptionDetails"]))
        elif method == "Network.responseReceived":
            self._answers.append(json.dumps(params["response"]["headers"]))

    def resize(self, width: int, height: int) -> None:
        """Give the page a size."""
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, path: Path, *, tallest: int = 2400) -> None:
        """Write the whole page as a picture, so tall at most."""
        width, height = self.run("[innerWidth, innerHeight]")
        whole = self.run("document.documentElement.scrollHeight")
        self.resize(width, min(max(height, whole), tallest))
        # Twice, because what is measured by the page is drawn in the frame that follows.
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))")
        told = self._ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(told["data"]))
        self.resize(width, height)

    def prefer(self, feature: str, value: str) -> None:
        """Let the person who looks prefer something, as style sheets ask for it."""
        self._ask("Emulation.setEmulatedMedia", features=[{"name": feature, "value": value}])

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        told = self._answer(method, **params)
        assert "error" not in told, told
        return dict(told["result"])

    def _answer(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._page is not None:
            message["sessionId"] = self._page
        os.write(self._send, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + _ANSWER
        while True:
            whole, found, rest = self._buffer.partition(b"\0")
            if not found:
                # A promise that a page never keeps, or a page that has died, is never answered.
                ready, _, _ = select.select([self._receive], [], [], max(end - time.monotonic(), 0))
                assert ready, f"the browser does not answer {json.dumps(message)[:2_000]}"
                part = os.read(self._receive, 65_536)
                assert part, "the browser is gone"
                self._buffer += part
                continue
            self._buffer = rest
            told = json.loads(whole)
            if "method" in told:
                self._hear(told["method"], told["params"])
            if told.get("id") == self._number:
                return dict(told)


def chromium() -> str | None:
    """Return where the browser lies; `None` if there is none and none can be installed."""
    return program("chromium", "chromium")


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """Run a browser while the block lasts; it keeps what it keeps in the folder."""
    to_it, send = os.pipe()
    receive, from_it = os.pipe()
    program = f'exec "$@" 3<&{to_it} 4>&{from_it}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", program, "browser", str(chromium()), *_OPTIONS, f"--user-data-dir={folder}", "about:blank"],
        pass_fds=(to_it, from_it), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_it)
    os.close(from_it)
    try:
        yield Browser(send, receive)
    finally:
        process.terminate()
        process.wait(_SECONDS)
        os.close(send)
        os.close(receive)
