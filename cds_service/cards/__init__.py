"""Claims -> CDS Hooks cards. The only room that knows what a card looks like."""

from __future__ import annotations

from cds_service.cards.card import Card, Setting, concern_card, missing_card
from cds_service.cards.evidence import evidence_record
from cds_service.claims import Claims
from cds_service.engine import Assessment
from cds_service.findings import INDICATORS, NotAssessed

__all__ = ["Card", "Setting", "cards_of", "evidence_record"]


def cards_of(assessment: Assessment, claims: dict[str, Claims], setting: Setting) -> tuple[Card, ...]:
    """Most severe first. `claims` are by concern id. Concerns whose display is `off` give no card.

    What could not be assessed about an order goes into the card of its first concern; what is prominent and has no such
    card goes into one card of its own.
    """
    cards: list[Card] = []
    placed: set[str] = set()
    for concern in assessment.concerns:
        if concern.finding.display == "off":
            continue
        reference = concern.finding.subject.reference
        related = () if reference in placed else _about(assessment.not_assessed, reference)
        placed.add(reference)
        cards.append(concern_card(concern, claims[concern.id], related, setting))
    alone = tuple(note for note in assessment.not_assessed if note.prominent and not _placed(note, placed))
    if alone:
        cards.append(missing_card(alone, setting))
    return tuple(sorted(cards, key=lambda card: INDICATORS.index(card.body["indicator"])))


def _about(notes: tuple[NotAssessed, ...], reference: str) -> tuple[NotAssessed, ...]:
    return tuple(note for note in notes if note.subject and note.subject.reference == reference)


def _placed(note: NotAssessed, placed: set[str]) -> bool:
    """A note about an order that has a card stands there, unless it is a warning: that must not hide in a card."""
    return note.prominent == "info" and note.subject is not None and note.subject.reference in placed
