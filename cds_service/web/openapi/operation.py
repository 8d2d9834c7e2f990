"""The form of an operation's words, and what each status means wherever it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WORDS: Mapping[int, str] = {
    200: "Answered.",
    400: "Not a valid request; the outcome says what is wrong and where. Also: the Host header names another host.",
    403: "The token's scopes do not cover this.",
    406: "The address answers in JSON alone.",
    401: "The client token is missing or does not stand. The answer is bare, whatever the cause; only the operator's "
    "log has it.",
    404: "There is nothing at this address; GET /cds-services lists the services.",
    405: "The address does not take this method.",
    412: "Data that the service cannot do without is in neither `prefetch` nor reach of `fhirServer`.",
    413: "The body is longer than the service accepts (COUNTERSIGN_MAX_BODY_BYTES, 1 MiB unless set otherwise).",
    415: "The body must be uncompressed JSON in UTF-8, with Content-Type application/json.",
    500: "The service failed; nothing was assessed.",
    503: "A store that must not be passed over does not answer. Send it again, the same, after Retry-After.",
}
ALWAYS = (400, 405, 500)
POST = (400, 401, 404, 405, 413, 415, 500, 503)


@dataclass(frozen=True, slots=True)
class Operation:
    """`asks` is the name of the body's schema where it is the same for every service, `answer` that of the 200's, None
    when it has none of ours; `kind` its content type, empty when it has no body. `secured`: it takes the client's
    signed token; `reads_fhir`: a token of `/auth/token`. `statuses` are those besides 200.
    """

    id: str
    tag: str
    summary: str
    description: str
    kind: str = "application/json"
    asks: str | None = None
    answer: str | None = None
    secured: bool = False
    reads_fhir: bool = False
    form: tuple[str, ...] = ()  # members of a form that must be there
    statuses: tuple[int, ...] = ALWAYS
    also: Mapping[int, str] = field(default_factory=dict)  # words that stand in the place of WORDS
    refused: str = "application/json"  # content type of an OperationOutcome


Operations = Mapping[tuple[str, str], Operation]  # by the rule of the route and the method
