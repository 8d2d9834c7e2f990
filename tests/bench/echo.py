"""What the least service costs on this machine: a hook's body in, one constant card out, nothing read or stored.

    python -m tests.bench.echo

The budget of a hook call was set beside such an echo, at 0.64 ms of CPU (Flask, gunicorn with threads, 4 connections,
a body of 20 KB). The same echo here says how this machine compares; a budget in echoes holds on any. One connection
costs more than four, as the worker then sleeps before each call; `tests.bench.hook` measures over one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import requests
from flask import Flask, request

from tests.bench.calls import calm
from tests.running_service import ROOT, free_port

CALLS, WARM = 400, 50
REFERENCE_MS = 0.64
CARD: dict[str, object] = {"cards": [{"summary": "an echo", "indicator": "info", "source": {"label": "the bench"}}]}
app = Flask(__name__)


@app.post("/card")
def card() -> dict[str, object]:
    request.get_json()
    return CARD


@app.post("/echo")
def echo() -> bytes:
    return request.get_data()


def main() -> None:
    body = json.dumps(calm(1)).encode()
    with _served() as (url, pid):
        print(f"{'milliseconds of CPU':<40}{'1 connection':>14}{'4 connections':>15}{'of the reference':>18}")
        for path, what in (("card", "body parsed, one constant card"), ("echo", "body sent back")):
            _post(f"{url}/{path}", body, WARM)
            one, four = (_cost(f"{url}/{path}", body, pid, connections) for connections in (1, 4))
            print(f"{what:<40}{one:14.2f}{four:15.2f}{four / REFERENCE_MS:18.2f}")


@contextmanager
def _served() -> Iterator[tuple[str, int]]:
    place = f"127.0.0.1:{free_port()}"
    plain = ("--worker-class", "gthread", "--workers", "1", "--threads", "4", "--no-control-socket")
    command = [sys.executable, "-m", "gunicorn", *plain, "--bind", place, f"{__spec__.name}:app"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://{place}/echo")
        yield f"http://{place}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            _post(url, b"{}", 1)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return


def _cost(url: str, body: bytes, pid: int, connections: int) -> float:
    """CPU of one call, from all processes of the server, by the scheduler's clock."""
    used = _cpu_ms(pid)
    clients = [threading.Thread(target=_post, args=(url, body, CALLS // connections)) for _ in range(connections)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return (_cpu_ms(pid) - used) / CALLS


def _post(url: str, body: bytes, times: int) -> None:
    with closing(requests.Session()) as session:
        session.trust_env = False
        for _ in range(times):
            session.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=15).raise_for_status()


def _cpu_ms(master: int) -> float:
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    threads = (one for pid in (master, *children) for one in Path(f"/proc/{pid}/task").glob("[0-9]*/schedstat"))
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e6


if __name__ == "__main__":
    main()
