"""Asking the evidence."""

from __future__ import annotations

from cds_service.web.openapi.operation import POST, Operation, Operations

OPERATIONS: Operations = {
    ("/evidence/questions", "post"): Operation(
        "ask",
        "Evidence",
        "Ask the evidence",
        "Passages that come closest to answering a question, with source and the words it asks with, and an honest "
        "`found: false`. With `context` and `prefetch` in the form of a patient-view call, the calculators that the "
        "question is about come filled in. The token's `aud` is this URL.",
        asks="question",
        answer="answer",
        secured=True,
        statuses=tuple(one for one in POST if one != 404),
    ),
}
