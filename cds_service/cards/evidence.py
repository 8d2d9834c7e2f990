"""The record behind a card that the evidence page shows: everything that the answer rested on, as plain JSON."""

from __future__ import annotations

from typing import Any

from cds_service.cards.card import Card, Setting
from cds_service.cards.checklist import items_record
from cds_service.cards.discharge import medicines_record
from cds_service.facts import Fact, OrderRef
from cds_service.findings import Finding, NotAssessed, told


def evidence_record(card: Card, setting: Setting) -> dict[str, Any]:
    """JSON-ready. Members that a not-assessed card has no value for are left out."""
    order = next((note.subject for note in card.missing if note.subject), None)
    record: dict[str, Any] = {
        "summary": card.body["summary"],
        "topic": card.topic,
        "indicator": card.body["indicator"],
        "harm": card.identity["harm"],
        "knowledge": setting.knowledge.version,
        "models": [{"name": name, "version": version, "role": _role(name)} for name, version in setting.models.items()],
        "not_assessed": [_note(note) for note in told(card.missing)],
        "suggestions": [
            {"uuid": one["uuid"], "label": one["label"], "recommended": one.get("isRecommended", False)}
            for one in card.body.get("suggestions", [])
        ],
        "data_as_of": setting.now.isoformat(),
    }
    if card.concern is None:
        return {**record, **({"order": _order(order)} if order else {})}
    return {**record, **_concern(card, setting)}


def _concern(card: Card, setting: Setting) -> dict[str, Any]:
    assert card.concern is not None and card.claims is not None
    check, finding = card.concern.check, card.concern.finding
    row = setting.knowledge.cited[finding.rule]
    return {
        "order": _order(finding.subject),
        "check": {
            "id": check.id,
            "version": check.version,
            "title": check.id.replace("-", " ").capitalize(),
            "words": check.words,
        },
        "rule": {
            "id": row.id,
            "summary": finding.summary,
            "management": finding.advice,
            "rationale": finding.rationale,
            "review": row.review,
            **_checked(setting, row.id),
            "table": row.table,
        },
        "proposals": [
            {"intent": one.intent, "label": one.label, "cites": list(one.cites), "recommended": one.recommended}
            for one in finding.proposals
        ],
        "facts": [fact_record(fact) for fact in finding.facts],
        "claims": [
            {"kind": c.kind, "text": c.text, "passages": list(c.passages), "facts": list(c.facts), "span": c.span}
            for c in card.claims.stand
        ],
        "refused": [{"kind": c.kind, "why": list(c.refused)} for c in card.claims.refused],
        "passages": [_passage(setting, cite) for cite in _cites(card)],
        **_items(finding),
    }


def _items(finding: Finding) -> dict[str, Any]:
    positions = {fact: at for at, fact in enumerate(finding.facts)}
    medicines = {"medicines": list(medicines_record(finding.medicines, positions))} if finding.medicines else {}
    return {**medicines, **({"items": list(items_record(finding.items, positions))} if finding.items else {})}


def _order(order: OrderRef) -> dict[str, str]:
    return {"reference": order.reference, "text": order.text}


def _checked(setting: Setting, row: str) -> dict[str, Any]:
    found = setting.knowledge.source_checks.get(row)
    return {"checked": {"on": found.on.isoformat(), "page": found.page}} if found else {}


def _cites(card: Card) -> list[str]:
    """The concern's own sources, then those of what it proposes."""
    assert card.concern is not None
    finding = card.concern.finding
    return list(dict.fromkeys([*finding.cites, *(cite for proposal in finding.proposals for cite in proposal.cites)]))


def _passage(setting: Setting, passage_id: str) -> dict[str, Any]:
    passage = setting.passages[passage_id]
    return {
        "id": passage.id,
        "title": passage.title,
        "text": passage.text,
        "kind": passage.kind,
        "locator": passage.locator,
        "source": dict(passage.source),
    }


def fact_record(fact: Fact) -> dict[str, Any]:
    """JSON-ready; what is not known is null."""
    origin = fact.origin
    return {
        "label": fact.label,
        "value": fact.value,
        "on": fact.on.isoformat() if fact.on else None,
        "note": fact.note,
        "reference": origin.reference,
        "origin": origin.kind,
        "text": origin.text,
        "span": list(origin.span) if origin.span else None,
        "model": origin.model,
        "version": origin.version,
        "probability": origin.probability,
    }


def _note(note: NotAssessed) -> dict[str, Any]:
    return {"topic": note.topic, "subject": note.subject.text if note.subject else None, "reason": note.reason}


def _role(model: str) -> str:
    return {
        "drug-linker": "reads which drug a misspelt name means; it never judges an order",
        "embedder": "ranks related evidence; it never judges an order",
        "reranker": "puts what a question finds into order; it never judges an order",
    }.get(model, "")
