"""One would-have-fired card as a row that two reviewers judge. Patient data: written only when it is asked for."""

from __future__ import annotations

import hashlib
from typing import Any

from cds_service.chart.dates import age_in_years, day_of
from cds_service.chart.fhir_json import obj, objects, text
from cds_service.replay.calls import Ask
from cds_service.store import CardRecord, Invocation

REVIEW = ("reviewer_1_appropriate", "reviewer_1_why", "reviewer_2_appropriate", "reviewer_2_why")
COLUMNS = (
    *("contains_patient_data", "change", "service", "topic", "rule", "indicator", "harm", "drug", "summary", "detail"),
    *("facts", "source", "suggestions", "order", "when", "patient", "age", "sex", "encounter", "concern"),
    *REVIEW,
)


def sampled(
    service: str, ask: Ask, called: Invocation, card: CardRecord, drug: str, change: str = ""
) -> tuple[str, dict[str, Any]]:
    """(key, row). The key is a digest of what identifies the card, so that which cards are kept is chance, and the same
    chance every time."""
    patient = obj(obj(ask.body.get("prefetch")).get("patient"))
    born = day_of(patient.get("birthDate"))
    identity = "\n".join(
        (service, ask.hook, str(called.patient), called.hook_instance, card.concern, text(card.body.get("summary")))
    )
    row = {
        "contains_patient_data": "yes",
        "change": change,
        "service": service,
        "topic": card.topic,
        "rule": card.rule or "",
        "indicator": card.indicator,
        "harm": card.harm or "",
        "drug": drug,
        "summary": text(card.body.get("summary")),
        "detail": text(card.body.get("detail")),
        "facts": "; ".join(map(_fact, objects(card.evidence.get("facts")))),
        "source": text(obj(card.body.get("source")).get("label")),
        "suggestions": " | ".join(text(one.get("label")) for one in objects(card.body.get("suggestions"))),
        "order": text(obj(card.evidence.get("order")).get("text")),
        "when": ask.at.isoformat(),
        "patient": called.patient,
        "age": age_in_years(born, ask.at.date()) if born else None,
        "sex": text(patient.get("gender")),
        "encounter": called.encounter,
        "concern": card.concern,
        **dict.fromkeys(REVIEW, ""),
    }
    return hashlib.sha256(identity.encode()).hexdigest(), row


def _fact(fact: Any) -> str:
    words = f"{text(fact.get('label'))}: {text(fact.get('value'))}"
    return f"{words} ({fact['on']})" if fact.get("on") else words
