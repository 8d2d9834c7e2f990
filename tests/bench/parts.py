"""Where the CPU of a coded order-sign goes, part by part: what `make bench` gives as one figure.

    python -m tests.bench.parts

One process and one thread, without gunicorn: the service's own work from the WSGI call to the bytes of the answer.
Each call has texts that nobody has read. A figure is the lower third of the calls, as a busy machine only adds to it.
`alone` are the last calls of a part again, one after the other: their texts are read by then, and their code and rows
lie in the core's own caches, where those of a whole call have no room.
"""

from __future__ import annotations

import importlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from werkzeug.test import EnvironBuilder

from cds_service import create_app
from cds_service.gunicorn_config import leave_the_tables_alone
from tests.bench.calls import calm
from tests.cds_client import SERVICE
from tests.running_service import migrated

CALLS, WARM = 300, 20
PARTS = {  # in the order of a call: what it is, where it stands, by which name
    "body read, parsed, held against repeats": ("cds_service.web.hooks.invoke", "read_body"),
    "request read": ("cds_service.web.hooks.invoke", "parse_request"),
    "prefetch": ("cds_service.answer", "supply"),
    "chart": ("cds_service.answer", "build_chart"),
    "checks": ("cds_service.answer", "assess"),
    "claims, one by one": ("cds_service.answer", "claims_of"),
    "cards": ("cds_service.answer", "cards_of"),
    "record": ("cds_service.answer", "invocation_of"),
}
STORE, REST = "stored, to the disk", "the edge and what is between"


def main() -> None:
    app = create_app(migrated(Path(tempfile.mkdtemp()), CLIENT_AUTH="off"))
    spent: dict[str, list[float]] = defaultdict(list)
    given: dict[str, list[Callable[[], object]]] = defaultdict(list)
    for name, (module, function) in PARTS.items():
        _watch(importlib.import_module(module), function, name, spent, given)
    _watch(app.extensions["countersign"].store, "record", STORE, spent, given)
    leave_the_tables_alone()
    whole = [_call(app, number) for number in range(1, WARM + CALLS + 1)][WARM:]
    parts = {name: _low([*each[-CALLS:]]) for name, each in spent.items()}
    rest = _low(whole) - sum(parts.values())
    print(f"{'milliseconds of CPU, ' + str(CALLS) + ' calls':<46}{'in a call':>10}{'alone':>8}")
    for name, cost in parts.items():
        alone = (
            "" if name in (STORE, next(iter(PARTS))) else f"{_low([_took(one) for one in given[name][-50:] * 4]):8.3f}"
        )
        print(f"{name:<46}{cost:10.3f}{alone}")
    print(f"{REST:<46}{rest:10.3f}\n{'whole':<46}{_low(whole):10.3f}")


def _watch(place: Any, function: str, name: str, spent: dict[str, list[float]], given: dict[str, list[Any]]) -> None:
    """From now on what `function` of `place` costs is kept, and how it was called."""
    plain = getattr(place, function)

    def watched(*args: Any, **named: Any) -> Any:
        began = time.thread_time_ns()
        found = plain(*args, **named)
        spent[name].append((time.thread_time_ns() - began) / 1e6)
        given[name].append(lambda: plain(*args, **named))
        return found

    setattr(place, function, watched)


def _call(app: Flask, number: int) -> float:
    path, place = f"/cds-services/{SERVICE}", app.extensions["countersign"].settings.public_url
    body = orjson.dumps(calm(number))
    environ = EnvironBuilder(path, place, method="POST", data=body, content_type="application/json").get_environ()
    return _took(lambda: b"".join(app.wsgi_app(environ, lambda *_: None)))  # type: ignore[arg-type,return-value]


def _took(work: Callable[[], object]) -> float:
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1e6


def _low(costs: list[float]) -> float:
    return sorted(costs)[len(costs) // 3]


if __name__ == "__main__":
    main()
