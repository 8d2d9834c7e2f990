"""The stored evidence of a card -> what the page shows, section by section; pure, and honest about what is missing.

A record of an older version may lack members: the page then says "not recorded"; a gap would read as fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cds_service.store import Reply, StoredCard
from smart_app.record.answers import Answer, answers
from smart_app.record.checklist import Checklist, checklist
from smart_app.record.discharge import Groups, Handout, groups, handout, medicines
from smart_app.record.facts import FactLine, fact_lines
from smart_app.record.looked import MissingLine, ModelLine, missing_lines, model_lines
from smart_app.record.passages import PassageLine, passage_lines
from smart_app.record.reasoning import Alternative, ClaimLine, alternatives, claim_lines
from smart_app.record.rule import RuleLine, rule_line
from smart_app.record.workings import calculations
from smart_app.record.workings.shape import Calculation
from smart_app.wording import instant, items, members, text, topic_words

_SAME = 20  # letters by which the concern is found again in the card's summary
INDICATORS = {"critical": "Critical", "warning": "Warning", "info": "Information"}
HARMS = {
    "contraindicated": "Contraindicated",
    "major": "Major harm possible",
    "moderate": "Moderate harm possible",
    "minor": "Minor harm possible",
}


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Everything on the page but the patient line. Empty text = not recorded.

    `rule` is None for a card that only says what was not looked at; there is then no `question` to search with.
    """

    order_text: str
    summary: str
    indicator: str
    indicator_words: str
    harm_words: str
    topic: str
    facts: tuple[FactLine, ...]
    missing: tuple[MissingLine, ...]
    missing_known: bool
    claims: tuple[ClaimLine, ...]
    passages: tuple[PassageLine, ...]
    models: tuple[ModelLine, ...]
    models_known: bool
    rule: RuleLine | None
    answers: tuple[Answer, ...]
    suggestions: tuple[Mapping[str, Any], ...]
    knowledge: str
    data_as_of: str
    answered_at: str
    service: str
    hook: str
    question: str | None
    calculations: tuple[Calculation, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    checklist: Checklist = ()
    discharge: Groups = ()
    handout: Handout | None = None

    @property
    def main_fact(self) -> FactLine | None:
        """What says most about this patient: what was computed, else measured, else stands on record."""
        ranked = sorted(self.facts, key=lambda fact: (fact.label == "Order", _rank(fact)))
        return ranked[0] if ranked else None

    @property
    def cited(self) -> tuple[str, ...]:
        return tuple(passage.id for passage in self.passages)


def _rank(fact: FactLine) -> int:
    if "computed" in fact.note:
        return 0
    kinds = ("Observation", "AllergyIntolerance", "Condition", "MedicationRequest", "MedicationStatement")
    kind = fact.reference.partition("/")[0]
    return 1 + (kinds.index(kind) if kind in kinds else len(kinds))


def _whole(summary: str, concern: str) -> str:
    """A card's summary is cut after 139 characters, and with it often what to do; here the concern stands whole."""
    kept = summary.removesuffix("…")
    at = kept.find(concern[:_SAME])
    return kept[:at] + concern if kept != summary and at >= 0 and concern.startswith(kept[at:]) else summary


def evidence_page(
    card: StoredCard, reader: str | None, replies: Mapping[str, Reply] = MappingProxyType({})
) -> EvidencePage:
    """Read the record of one card. `reader` is the fhirUser who looks ("you"); `replies` are by event."""
    record = card.evidence
    order, facts = members(record, "order"), fact_lines(items(record, "facts"))
    rule = rule_line(record) if card.rule is not None or members(record, "rule") else None
    about = (text(record, "summary"), *((rule.summary, rule.management) if rule else ()))
    passages = passage_lines(items(record, "passages"), " ".join(filter(None, about)))
    numbers = {passage.id: passage.number for passage in passages}
    summary = _whole(text(record, "summary") or text(card.body, "summary"), rule.summary if rule else "")
    indicator = text(record, "indicator") or card.indicator
    suggestions = tuple(items(record, "suggestions"))
    order_text = text(order, "text")
    taken = medicines(record, numbers)
    return EvidencePage(
        order_text=order_text,
        summary=summary,
        indicator=indicator if indicator in INDICATORS else "info",
        indicator_words=INDICATORS.get(indicator, "Indicator not recorded"),
        harm_words=HARMS.get(text(record, "harm"), ""),
        topic=topic_words(text(record, "topic") or card.topic),
        facts=facts,
        missing=missing_lines(items(record, "not_assessed")),
        missing_known=isinstance(record.get("not_assessed"), list),
        claims=claim_lines(items(record, "claims"), numbers),
        passages=passages,
        models=model_lines(items(record, "models"), {fact.model for fact in facts}),
        models_known=isinstance(record.get("models"), list),
        rule=rule,
        answers=answers(card.feedback, suggestions, reader, replies),
        suggestions=suggestions,
        knowledge=text(record, "knowledge") or card.knowledge,
        data_as_of=instant(record.get("data_as_of")),
        answered_at=instant(card.at.isoformat()),
        service=card.service,
        hook=card.hook,
        question=" ".join(filter(None, (order_text, summary, rule.summary))) if rule else None,
        calculations=calculations(facts),
        alternatives=alternatives(items(record, "proposals"), numbers),
        checklist=checklist(record, numbers),
        discharge=groups(taken),
        handout=handout(taken, facts),
    )
