"""CDS Hooks: discovery, calls and feedback."""

from __future__ import annotations

from cds_service.web.openapi.operation import ALWAYS, POST, Operation, Operations

_PREFLIGHT = Operation(
    "preflight",
    "CDS Hooks",
    "CORS preflight",
    "Permits the origins in COUNTERSIGN_CORS_ORIGINS; nobody else learns anything.",
    kind="",
    statuses=ALWAYS,
)

OPERATIONS: Operations = {
    ("/cds-services", "get"): Operation(
        "discover",
        "CDS Hooks",
        "Discovery",
        "One entry per service and hook. Needs no token and no database; with a client's token (`aud` is this URL) it "
        "lists what that client's site uses.",
        answer="discovery",
    ),
    ("/cds-services", "options"): _PREFLIGHT,
    ("/cds-services/<service_id>", "post"): Operation(
        "call",
        "CDS Hooks",
        "Call {title}",
        "{description}\n\nThe token's `aud` is this URL. {usage}",
        answer="response",
        secured=True,
        statuses=(*POST, 412),
    ),
    ("/cds-services/<service_id>", "options"): _PREFLIGHT,
    ("/cds-services/<service_id>/feedback", "post"): Operation(
        "feedback",
        "CDS Hooks",
        "Feedback on cards of {title}",
        "What became of the cards. Answered after commit, without a body; a batch that is sent again counts once. "
        "The token's `aud` is this URL or the service's.",
        kind="",
        secured=True,
        statuses=POST,
    ),
    ("/cds-services/<service_id>/feedback", "options"): _PREFLIGHT,
}
