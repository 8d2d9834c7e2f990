"""JSON Schemas of what stands around the calls: discovery, refusals, readiness, and a client's own recent calls."""

from __future__ import annotations

from cds_service.hooks import HOOKS
from cds_service.web.schemas.parts import TEXT, Schema, closed, list_of

_SERVICE = closed(
    "hook id title description version",
    hook={"enum": list(HOOKS)},
    id=TEXT,
    title=TEXT,
    description=TEXT,
    version=TEXT,
    usageRequirements=TEXT,
    prefetch={"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
)
_STATE: Schema = {"enum": ["ready", "degraded", "not-ready"]}
_ISSUE = closed(
    "severity code diagnostics",
    severity={"const": "error"},
    code=TEXT,
    diagnostics={"type": "string", "description": "What is wrong. Never quotes a value that was sent."},
    expression=list_of({"type": "string", "description": "Where, such as `context.patientId`."}),
)
_CALL = closed(
    "at action outcome",
    at={"type": "string", "format": "date-time"},
    action={"enum": ["invoke", "feedback", "ask"]},
    outcome={"type": "string", "description": "answered, repeated, taken, not-found, refused or failed."},
    service=TEXT,
    hook=TEXT,
    status={"type": "integer"},
    cards={"type": "integer"},
    not_assessed={"type": "integer"},
    duration_ms={"type": "number"},
    reason=TEXT,
)
DISCOVERY: Schema = {"title": "CDS Hooks discovery", **closed("services", services=list_of(_SERVICE))}
OUTCOME: Schema = {
    "title": "OperationOutcome of a refused call",
    **closed("resourceType issue", resourceType={"const": "OperationOutcome"}, issue=list_of(_ISSUE, minItems=1)),
}
READINESS: Schema = {
    "title": "Readiness",
    **closed(
        "status checks",
        status=_STATE,
        checks={"type": "object", "additionalProperties": closed("status said", status=_STATE, said=TEXT)},
    ),
}
RECENT_CALLS: Schema = {
    "title": "A client's own recent calls",
    **closed("tenant issuer calls", tenant=TEXT, issuer=TEXT, calls=list_of(_CALL)),
}
