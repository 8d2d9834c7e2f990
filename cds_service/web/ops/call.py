"""What is known about the call in progress: filled in as it becomes known, read once at the end by log, metrics, audit.

Only names of ours, registered issuers and verified tenants stand here; nothing from a body, no other claim of a token.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from flask import g


@dataclass(slots=True)
class Call:
    started: float = field(default_factory=time.perf_counter)
    action: str | None = None  # "invoke", "feedback" or "ask"; None for every other address
    service: str | None = None  # the id of a service that exists
    hook: str | None = None
    workflow: str | None = None  # what fired the hook in the EHR, where its dialect says it
    tenant: str | None = None
    issuer: str | None = None
    reason: str | None = None  # why it was refused, in fixed words
    error: str | None = None  # type and place of an unexpected exception
    cards: int | None = None
    not_assessed: int | None = None


def begin_call() -> None:
    g.call = Call()


def current_call() -> Call:
    if "call" not in g:
        begin_call()
    return g.call  # type: ignore[no-any-return]
