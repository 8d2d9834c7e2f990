"""A call of history through the service's own `answer`. Nothing of it is kept, and nothing is asked of a server.

The call takes its time: a busy machine must not make the answer another one, so reading is not cut off by the clock,
and what is told of cost is CPU time.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from cds_service.answer import answer
from cds_service.errors import CountersignError
from cds_service.fhir.tenant import LOCAL, Tenant
from cds_service.hooks import parse_request
from cds_service.replay.calls import Ask
from cds_service.rooms import Rooms
from cds_service.settings import Settings
from cds_service.store import AuditEvent, Invocation, NoteAddress, NoteBody, Occasion
from cds_service.store.records import Recorded
from cds_service.web.ops.logs import QUIET

_PATIENCE_MS = 600_000
# A FHIR server on this machine is none of a replay's either.
_NOBODY = replace(LOCAL, any_loopback_base=False)


class _Nothing:
    """What a store knows that has seen nothing: no override, no note that was read between calls."""

    def among(self, occasion: Occasion, concerns: Collection[str]) -> frozenset[str]:  # noqa: ARG002
        return frozenset()

    def bodies(self, *_: object) -> dict[str, NoteBody]:
        return {}

    def want(self, notes: Sequence[NoteAddress]) -> int:  # noqa: ARG002
        return 0

    def read_for(self, tenant: str) -> frozenset[str]:  # noqa: ARG002
        return frozenset()


class Listener:
    """In the place of the store: it is told of an answered call as the store would be, and holds it until the next."""

    def __init__(self) -> None:
        self.overrides = self.notes = _Nothing()
        self.heard: Invocation | None = None

    def record(self, invocation: Invocation) -> Recorded:
        self.heard = invocation
        return "stored"

    def audit(self, event: AuditEvent) -> None:
        """Nothing was read from a server and nobody asked in earnest: there is nothing to put on record."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a service made of a call. `refused` and `failed` say why there is no `invocation`; `broken` names checks
    that failed in it; `cpu_us` is CPU time in microseconds."""

    invocation: Invocation | None = None
    refused: str = ""
    failed: str = ""
    broken: tuple[str, ...] = ()
    cpu_us: int = 0


@dataclass(frozen=True)
class Voice:
    """The services as a worker has opened them, to be asked about the past."""

    rooms: Rooms
    tenant: Tenant = field(default=_NOBODY)

    def ask(self, service: str, ask: Ask) -> Heard:
        listener = Listener()
        then = replace(self.rooms, store=listener, clock=lambda: ask.at)  # type: ignore[arg-type]
        digest = hashlib.sha256(orjson.dumps(ask.body)).hexdigest()
        began = time.process_time_ns()
        quiet = QUIET.set(True)  # a check that failed a thousand times is one line of the report
        try:
            request = parse_request(ask.body, self.rooms.services[service].hooks)
            said = answer(then, service, request, self.tenant, digest)
        except CountersignError as error:
            return Heard(refused=f"{type(error).__name__}: {error}")
        # Whatever broke, broke for this call; it is told with its type alone, as its text may hold what was in a chart.
        except Exception as error:  # noqa: BLE001
            return Heard(failed=type(error).__name__)
        finally:
            QUIET.reset(quiet)
        spent = (time.process_time_ns() - began) // 1000
        return Heard(listener.heard, broken=said.broken, cpu_us=spent)


@contextmanager
def rooms_for_once(settings: Settings) -> Iterator[Rooms]:
    """The services with these settings and stores of their own that are gone at the end, as if nothing had ever been
    asked."""
    from cds_service import create_app
    from cds_service.store import migrate

    with tempfile.TemporaryDirectory(prefix="countersign-once-") as folder:
        alone = replace(
            settings,
            run_dir=Path(folder),
            database_url=f"sqlite:///{folder}/main.sqlite3",
            replay_database_url=f"sqlite:///{folder}/replay.sqlite3",
        )
        migrate(alone)
        rooms: Rooms = create_app(alone).extensions["countersign"]
        try:
            yield rooms
        finally:
            rooms.store.close()
            rooms.replay_guard.close()


def voice_of(settings: Settings) -> Voice:
    """The services of these settings, for one who has time. They outlive the stores that they were opened with."""
    with rooms_for_once(replace(settings, deadline_ms=_PATIENCE_MS)) as rooms:
        return Voice(rooms)
