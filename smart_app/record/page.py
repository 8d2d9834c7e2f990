"""The stored evidence of a card -> what the page shows, section by section; pure, and honest about what is missing.

A record of an older version may lack members: the page then says "not recorded"; a gap would read as fine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cds_service.store import Reply, StoredCard
from smart_app.record.answers import Answer, answers
from smart_app.record.facts import FactLine, fact_lines
from smart_app.record.marking import Piece, pieces_of
from smart_app.record.rule import RuleLine, rule_line
from smart_app.record.workings import calculations
from smart_app.record.workings.shape import Calculation
from smart_app.wording import instant, items, link, members, optional, text, topic_words

INDICATORS = {"critical": "Critical", "warning": "Warning", "info": "Information"}
HARMS = {
    "contraindicated": "Contraindicated",
    "major": "Major harm possible",
    "moderate": "Moderate harm possible",
    "minor": "Minor harm possible",
}


@dataclass(frozen=True, slots=True)
class PassageLine:
    """One cited passage. `number` is the [n] that claims carry; `url` is None when no usable link is recorded."""

    number: int
    id: str
    title: str
    text: str
    kind: str
    source: str
    publisher: str
    year: str
    locator: str
    identifier: str
    url: str | None
    pieces: tuple[Piece, ...] = ()  # its text, with the words marked that the concern shares with it


@dataclass(frozen=True, slots=True)
class Alternative:
    """What can be done instead or besides. `checked` says what was done to see that it is sound."""

    label: str
    recommended: bool
    checked: str
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One sentence of the card's reasoning with the numbers of the passages and facts it stands on.

    `of_the_rule`: the words of the rule's author, which do not claim to be the source's.
    """

    text: str
    of_the_rule: bool
    passages: tuple[int, ...]
    facts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MissingLine:
    """`about`: the topic and the order that could not be looked at, as far as they are recorded."""

    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model that was loaded. `took_part`: a fact of this card was read by it."""

    name: str
    version: str
    role: str
    took_part: bool


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """Everything on the page but the patient line. Empty text = not recorded.

    `rule` is None for a card that only says what was not looked at; there is then no `question` to search with.
    """

    order_text: str
    order_reference: str
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


def evidence_page(
    card: StoredCard, reader: str | None, replies: Mapping[str, Reply] = MappingProxyType({})
) -> EvidencePage:
    """Read the record of one card. `reader` is the fhirUser who looks ("you"); `replies` are by event."""
    record = card.evidence
    order, facts = members(record, "order"), fact_lines(items(record, "facts"))
    rule = rule_line(record) if card.rule is not None or members(record, "rule") else None
    about = " ".join(
        filter(None, [text(record, "summary"), rule.summary if rule else "", rule.management if rule else ""])
    )
    passages = tuple(_passage(number, row, about) for number, row in enumerate(items(record, "passages"), start=1))
    numbers = {passage.id: passage.number for passage in passages}
    summary = text(record, "summary") or text(card.body, "summary")
    indicator = text(record, "indicator") or card.indicator
    suggestions = tuple(items(record, "suggestions"))
    order_text = text(order, "text")
    return EvidencePage(
        order_text=order_text,
        order_reference=text(order, "reference"),
        summary=summary,
        indicator=indicator if indicator in INDICATORS else "info",
        indicator_words=INDICATORS.get(indicator, "Indicator not recorded"),
        harm_words=HARMS.get(text(record, "harm"), ""),
        topic=topic_words(text(record, "topic") or card.topic),
        facts=facts,
        missing=tuple(_missing(row) for row in items(record, "not_assessed")),
        missing_known=isinstance(record.get("not_assessed"), list),
        claims=_claims(items(record, "claims"), numbers),
        passages=passages,
        models=tuple(_model(row, {fact.model for fact in facts}) for row in items(record, "models")),
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
        alternatives=tuple(_alternative(row, numbers) for row in items(record, "proposals")),
    )


_CHECKED = {
    "replace": "Before it was offered, the checks were run on the order as it would then stand: they left nothing of "
    "moderate harm or worse, and nothing unassessed.",
    "adjust": "Before it was offered, the checks were run on the order as it would then stand: they left nothing of "
    "moderate harm or worse.",
    "add": "Before it was offered, the checks were run on the added order beside the chart.",
    "stop": "Whether the drug can be stopped without harm is the clinician's to judge.",
}


def _alternative(row: Mapping[str, Any], numbers: Mapping[str, int]) -> Alternative:
    return Alternative(
        label=text(row, "label") or "unnamed suggestion",
        recommended=row.get("recommended") is True,
        checked=_CHECKED.get(text(row, "intent"), ""),
        passages=tuple(numbers[key] for key in _list(row, "cites") if key in numbers),
    )


def _passage(number: int, row: Mapping[str, Any], about: str) -> PassageLine:
    source = members(row, "source")
    return PassageLine(
        number=number,
        id=text(row, "id"),
        title=text(row, "title") or text(source, "title") or "Title not recorded",
        text=text(row, "text"),
        kind=text(row, "kind") or "kind not recorded",
        source=text(source, "title"),
        publisher=text(source, "publisher"),
        year=optional(source.get("year")),
        locator=text(row, "locator"),
        identifier=text(source, "identifier"),
        url=link(source.get("url")),
        pieces=pieces_of(text(row, "text"), about),
    )


def _claims(rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, int]) -> tuple[ClaimLine, ...]:
    """Why the concern arises. Advice and what the sources say have places of their own on the page."""
    return tuple(
        ClaimLine(
            text=text(row, "text"),
            of_the_rule=row.get("kind") == "rationale",
            passages=tuple(numbers[key] for key in _list(row, "passages") if key in numbers),
            facts=tuple(index + 1 for index in _list(row, "facts") if isinstance(index, int)),
        )
        for row in rows
        if text(row, "text") and row.get("kind") not in ("advice", "evidence")
    )


def _missing(row: Mapping[str, Any]) -> MissingLine:
    topic = text(row, "topic").removeprefix("not-assessed")  # the topic of lines that belong to none
    about = " for ".join(filter(None, (topic_words(topic), text(row, "subject"))))
    return MissingLine(about, text(row, "reason") or "reason not recorded")


def _model(row: Mapping[str, Any], readers: Collection[str]) -> ModelLine:
    name = text(row, "name")
    return ModelLine(name or "unnamed model", text(row, "version"), text(row, "role"), bool(name) and name in readers)


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row.get(name)
    return value if isinstance(value, list) else []
