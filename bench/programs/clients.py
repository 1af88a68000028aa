"""Many clients of one server, each with a connection and one request under way, until every request was made once.

Called with a JSON file: `{"port", "lanes": [[[method, target, body], …], …]}`. Each client takes the requests of one lane in their
order, or with `"shared": n` the lanes are one queue for n clients. It is the same program for every server and costs a request a
few microseconds, because it shares the machine with what it measures. Nothing is repeated: an answer that is no success counts
as failed.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from pathlib import Path


def encoded(method, target, body, port):
    """The bytes of a request."""
    data = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    head = f"{method} {target} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(data)}\r\n\r\n".encode() + data


class Client:
    """One connection."""

    def __init__(self, port, todo, selector):
        self.port = port
        self.todo = todo
        self.selector = selector
        self.socket = None
        self.connect()
        self.began = 0.0
        self.answer = b""
        self.wanted = None
        self.closing = False

    def connect(self):
        """Connect, for the first time or anew."""
        if self.socket is not None:
            self.selector.unregister(self.socket)
            self.socket.close()
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.socket, selectors.EVENT_READ, self)

    def ask(self):
        """Send the next request; say whether there was one."""
        if not self.todo:
            return False
        self.answer, self.wanted = b"", None
        data = self.todo.pop()
        self.began = time.perf_counter()
        self.socket.sendall(data)
        return True

    def hear(self):
        """Read what is there; return the status once the answer is whole: 0 when the server hung up instead."""
        try:
            more = self.socket.recv(1 << 18)
        except ConnectionResetError:
            more = b""
        if not more:
            self.connect()
            return 0
        self.answer += more
        if self.wanted is None:
            end = self.answer.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.answer[:end].lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0] if b"content-length:" in head else 0
            self.wanted = end + 4 + int(length)
            self.closing = b"connection: close" in head
        if len(self.answer) < self.wanted:
            return None
        if self.closing:
            self.connect()
        return int(self.answer[9:12])


def made(plan, selector):
    """The clients, each with what it shall ask, last first."""
    lanes = [[encoded(*request, plan["port"]) for request in reversed(lane)] for lane in plan["lanes"]]
    shared = plan.get("shared")
    if shared is None:
        return [Client(plan["port"], lane, selector) for lane in lanes]
    todo = [request for lane in reversed(lanes) for request in lane]
    return [Client(plan["port"], todo, selector) for _ in range(shared)]


def measure(plan):
    """Make every request once."""
    taken, failed, answers = [], Counter(), []
    first = None
    with selectors.DefaultSelector() as selector:
        clients = made(plan, selector)
        began = time.perf_counter()
        waiting = sum(client.ask() for client in clients)
        while waiting:
            ready = selector.select(60)
            if not ready:
                raise TimeoutError("no answer for a minute")
            for key, _ in ready:
                client = key.data
                status = client.hear()
                if status is None:
                    continue
                if 200 <= status < 300:
                    taken.append(time.perf_counter() - client.began)
                    if plan.get("keep"):
                        answers.append(json.loads(client.answer.partition(b"\r\n\r\n")[2])[plan["keep"]])
                else:
                    failed[status] += 1
                    first = first or client.answer.partition(b"\r\n\r\n")[2][:300].decode(errors="replace")
                if not client.ask():
                    waiting -= 1
        seconds = time.perf_counter() - began
    return {"seconds": seconds, "began": began, "failed": failed, "first": first, "kept": answers, **percentiles(taken)}


def percentiles(taken):
    """How many succeeded, and within how many milliseconds so many hundredths of them."""
    taken = sorted(taken)
    at = {f"p{part}": 1000 * taken[min(len(taken) * part // 100, len(taken) - 1)] for part in (50, 95, 99) if taken}
    return {"done": len(taken), **at}


if __name__ == "__main__":
    print(json.dumps(measure(json.loads(Path(sys.argv[1]).read_text()))))
