"""POST /evidence/questions: a clinician's question in, the passages that come closest out, and an honest "not found".

The question may name a patient's trouble: it travels in the body, and stands in no URL, log, metric or audit row. With
`context` and `prefetch`, in the form of a patient-view call, the calculators that the question is about come filled in.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response, request

from cds_service.chart.build import build_chart
from cds_service.chart.patient.calculators import Calculated, calculators_for
from cds_service.errors import InvalidRequest
from cds_service.evidence.answering import ANSWERS, NOT_FOUND, Found, answering
from cds_service.evidence.corpus.document import iso_date
from cds_service.evidence.filters import Filters
from cds_service.facts import Fact
from cds_service.fhir.prefetch import resolve_prefetch
from cds_service.hooks import HookRequest, parse_request
from cds_service.store import AuditEvent
from cds_service.web.edge.bodies import read_body
from cds_service.web.ops.call import current_call

if TYPE_CHECKING:
    from cds_service.rooms import Rooms
    from cds_service.terminology.vocabulary import Vocabulary
    from cds_service.web.auth.client_auth import CallerCheck

LONGEST_QUESTION = 300
MOST_PASSAGES, MOST_FILTERS = 20, 20
_HOOK = "patient-view"


@dataclass(frozen=True, slots=True)
class Question:
    """`text` on one line; `about` is the patient whose values the calculators take, or None."""

    text: str
    filters: Filters
    count: int
    about: HookRequest | None


def blueprint(rooms: Rooms, callers: CallerCheck) -> Blueprint:
    routes = Blueprint("questions", __name__)
    audience = f"{rooms.settings.public_url}/evidence/questions"

    @routes.post("/evidence/questions")
    def ask() -> Response:
        call = current_call()
        call.action = "ask"
        caller = callers.caller(request.headers.get("Authorization"), (audience,))
        call.issuer = caller.issuer
        _, body = read_body(rooms.settings.max_body_bytes)
        tenant = caller.tenant(_text(body, "fhirServer"))
        call.tenant = tenant.id
        question = parse_question(body, rooms.knowledge.vocabulary)
        answer = _answer(rooms, question)
        patient = question.about.context.patient_id if question.about else None
        outcome = "answered" if answer["found"] else "not-found"
        detail = {"count": len(answer["passages"])}
        rooms.store.audit(AuditEvent("ask", outcome, tenant.id, caller.issuer, None, detail, patient))
        return Response(orjson.dumps(answer), content_type="application/json")

    return routes


def parse_question(body: Mapping[str, Any], vocabulary: Vocabulary) -> Question:
    """InvalidRequest says what is wrong and where; unknown members are ignored."""
    text = " ".join((_text(body, "question") or "").split())
    if not 0 < len(text) <= LONGEST_QUESTION:
        raise InvalidRequest(f"question must have 1 to {LONGEST_QUESTION} characters", "question")
    count = body.get("count", ANSWERS)
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_PASSAGES:
        raise InvalidRequest(f"count must be a whole number from 1 to {MOST_PASSAGES}", "count")
    return Question(text, _filters(body.get("filters"), vocabulary), count, _about(body))


def _about(body: Mapping[str, Any]) -> HookRequest | None:
    if body.get("context") is None:
        return None
    members = {name: body[name] for name in ("context", "prefetch", "fhirServer") if body.get(name) is not None}
    return parse_request({"hook": _HOOK, "hookInstance": str(uuid.uuid4()), **members}, (_HOOK,))


def _filters(given: object, vocabulary: Vocabulary) -> Filters:
    if given is None:
        return Filters()
    if not isinstance(given, dict):
        raise InvalidRequest("filters must be an object", "filters")
    dates = {name: _text(given, name, "filters.") or "" for name in ("since", "until")}
    for name, date in dates.items():
        if date and not iso_date(date):
            raise InvalidRequest("not a date such as 2024, 2024-05 or 2024-05-17", f"filters.{name}")
    return Filters(
        drugs=_rxcuis(_texts(given, "drugs"), vocabulary),
        sections=_texts(given, "sections"),
        jurisdictions=_texts(given, "jurisdictions"),
        **{name: iso_date(date) for name, date in dates.items()},
    )


def _rxcuis(names: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Of every drug that is named. A name that is not known would else narrow the search to nothing, unsaid."""
    found = [vocabulary.lexicon.find(name) for name in names]
    if not all(found):
        raise InvalidRequest("a name is that of no drug that we know", f"filters.drugs[{found.index(())}]")
    return tuple(code for mentions in found for one in mentions for code in one.rxcuis)


def _text(body: Mapping[str, Any], name: str, where: str = "") -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidRequest(f"{name} must be a string", where + name)
    return value


def _texts(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = given.get(name) or []
    if not isinstance(value, list) or len(value) > MOST_FILTERS or not all(isinstance(one, str) for one in value):
        raise InvalidRequest(f"{name} must be a list of at most {MOST_FILTERS} strings", f"filters.{name}")
    return tuple(value)


def _answer(rooms: Rooms, question: Question) -> dict[str, Any]:
    now = rooms.clock()
    found = answering(rooms.evidence(), question.text, now.date(), question.filters, question.count)
    return {
        "found": found.found,
        **({} if found.found else {"said": NOT_FOUND}),
        **({"degraded": found.degraded} if found.degraded else {}),
        "passages": [_passage(one) for one in found.passages],
        "calculators": [_calculator(one) for one in _calculators(rooms, question)],
    }


def _calculators(rooms: Rooms, question: Question) -> list[Calculated]:
    about = question.about
    if about is None:
        return []
    supplied = resolve_prefetch(about).supplied
    chart = build_chart(about.context, supplied, rooms.knowledge.vocabulary, rooms.clock(), about.fhir_server)
    return list(calculators_for(question.text, chart, rooms.knowledge.names.keys_of))


def _passage(found: Found) -> dict[str, Any]:
    """The passage with its source; what is not stated is left out."""
    passage, source = found.passage, found.passage.source
    said = {name: getattr(passage, name) for name in ("locator", "section", "date", "jurisdiction", "licence")}
    return {
        **{name: getattr(passage, name) for name in ("id", "version", "title", "text", "kind")},
        "source": {name: source[name] for name in ("title", "publisher", "year", "url") if name in source},
        **{name: value for name, value in said.items() if value},
        "spans": found.spans,
        "found_by": found.found_by,
    }


def _calculator(one: Calculated) -> dict[str, Any]:
    result = {"value": round(one.value, 2)} if one.value is not None else {"reason": one.reason}
    inputs = [_input(fact) for fact in one.facts]
    result |= {"bounds": one.bounds} if one.bounds else {}
    return {"name": one.name, **result, "unit": one.unit, "formula": one.formula, "inputs": inputs}


def _input(fact: Fact) -> dict[str, Any]:
    """One value with its day and the resource that it stands in."""
    shown = {"label": fact.label, "value": fact.value, "on": fact.on, "note": fact.note}
    return {**{name: value for name, value in shown.items() if value}, "reference": fact.origin.reference}
