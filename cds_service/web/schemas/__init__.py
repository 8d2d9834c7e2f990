"""JSON Schemas (2020-12) of what goes over the wire, by name: each has a URL of its own and stands in the OpenAPI.

Requests are made from the hook contracts. Answers are closed where we write every member, so that a member which is
added without a word here fails a test; what others send us is open, as unknown members are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping

from cds_service.hooks import HOOKS
from cds_service.hooks.schema import request_schema
from cds_service.web.schemas.feedback import FEEDBACK
from cds_service.web.schemas.parts import Schema
from cds_service.web.schemas.questions import ANSWER, QUESTION
from cds_service.web.schemas.response import RESPONSE
from cds_service.web.schemas.surroundings import DISCOVERY, OUTCOME, READINESS, RECENT_CALLS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def all_schemas() -> Mapping[str, Schema]:
    """Every schema by its name, which is also that of its file: `request-order-sign`, `response`, `feedback`, ..."""
    return {
        **{f"request-{hook.name}": request_schema(hook) for hook in HOOKS.values()},
        "response": RESPONSE,
        "feedback": FEEDBACK,
        "question": QUESTION,
        "answer": ANSWER,
        "discovery": DISCOVERY,
        "outcome": OUTCOME,
        "readiness": READINESS,
        "recent-calls": RECENT_CALLS,
    }
