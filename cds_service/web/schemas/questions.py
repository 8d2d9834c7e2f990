"""JSON Schemas of `/evidence/questions`: what is asked, and what is answered."""

from __future__ import annotations

from cds_service.hooks import HOOKS
from cds_service.hooks.schema import request_schema
from cds_service.web.questions import LONGEST_QUESTION, MOST_FILTERS, MOST_PASSAGES
from cds_service.web.schemas.parts import TEXT, URL, Schema, closed, list_of

_HOOK = request_schema(HOOKS["patient-view"])["properties"]
_NAMES: Schema = {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": MOST_FILTERS}
_DATE: Schema = {"type": ["string", "null"], "description": "2024, 2024-05 or 2024-05-17."}
_FILTERS: Schema = {
    "type": ["object", "null"],
    "description": "A passage that does not state what is asked for is left out.",
    "properties": {
        "drugs": {**_NAMES, "description": "Names of drugs: passages about any of them."},
        "sections": {**_NAMES, "description": "Such as `drug_interactions`."},
        "jurisdictions": {**_NAMES, "description": "Such as `US`."},
        "since": _DATE,
        "until": _DATE,
    },
}
QUESTION: Schema = {
    "title": "A question to the evidence",
    "type": "object",
    "required": ["question"],
    "properties": {
        "question": {"type": "string", "minLength": 1, "maxLength": LONGEST_QUESTION, "pattern": r"\S"},
        "count": {"type": "integer", "minimum": 1, "maximum": MOST_PASSAGES},
        "filters": _FILTERS,
        "context": {**_HOOK["context"], "type": ["object", "null"]},
        "prefetch": _HOOK["prefetch"],
        "fhirServer": _HOOK["fhirServer"],
    },
}
_PASSAGE = closed(
    "id version title text kind source spans found_by",
    id=TEXT,
    version={"type": "string"},
    title={"type": "string"},
    text=TEXT,
    kind={"enum": ["our summary", "quotation"]},
    source=closed("", title=TEXT, publisher=TEXT, year={"type": ["integer", "string"]}, url=URL),
    locator=TEXT,
    section=TEXT,
    date=TEXT,
    jurisdiction=TEXT,
    licence=TEXT,
    spans={
        "description": "(start, end) in characters of the words that the question asks with.",
        **list_of(list_of({"type": "integer", "minimum": 0}, minItems=2, maxItems=2)),
    },
    found_by=list_of(TEXT),
)
_INPUT = closed("label value reference", label=TEXT, value=TEXT, on={"type": "string"}, note=TEXT, reference=TEXT)
_CALCULATOR = closed(
    "name unit formula inputs",
    name=TEXT,
    value={"type": "number", "description": "Left out when it cannot be computed; `reason` then says why."},
    reason=TEXT,
    bounds={"type": "string", "description": "What is known where something is not: '2 to 8 points'."},
    unit=TEXT,
    formula=TEXT,
    inputs=list_of(_INPUT),
)
ANSWER: Schema = {
    "title": "What the evidence has to say",
    "description": "`found` is false when nothing seems to answer; the nearest passages stand all the same.",
    **closed(
        "found passages calculators",
        found={"type": "boolean"},
        said={"const": "not found in this corpus"},
        degraded={"type": "string", "description": "What the search had to do without."},
        passages=list_of(_PASSAGE),
        calculators=list_of(_CALCULATOR),
    ),
}
