"""Doses that rows state, read with the same reader as orders, so that a row cannot mean what an order cannot say."""

from __future__ import annotations

from cds_service.errors import KnowledgeError
from cds_service.knowledge.rows import Row
from cds_service.terminology.sig import Sig, read_sig
from cds_service.terminology.units import Quantity, UnitNotUnderstood, convert
from cds_service.terminology.vocabulary import Vocabulary

LARGEST_DAILY_MG = 50_000


def daily_milligrams(row: Row, order_text: str, rxcui: str, vocabulary: Vocabulary) -> float:
    """The daily dose of an order that a row proposes; KnowledgeError unless it names the drug and a clear dose."""
    require_name(row, order_text, rxcui, vocabulary)
    daily = directions_of(order_text, vocabulary).daily("mg")
    row.require(daily is not None and 0 < daily.value <= LARGEST_DAILY_MG, f"{order_text!r} has no clear dose")
    return float(daily.value) if daily else 0.0


def directions_of(order_text: str, vocabulary: Vocabulary) -> Sig:
    """The directions of an order that a row states. As in a chart, a name ("penicillin v") is no part."""
    naming = vocabulary.named_in(order_text)
    if naming is None:
        return read_sig(order_text)
    start, end = naming.span
    return read_sig(f"{order_text[:start]}drug{order_text[end:]}")


def require_name(row: Row, order_text: str, rxcui: str, vocabulary: Vocabulary) -> None:
    """KnowledgeError unless the order that a row proposes names the drug that it says, and no other."""
    naming = vocabulary.named_in(order_text)
    named = naming is not None and naming.certain and [drug.rxcui for drug in naming.drugs] == [rxcui]
    row.require(named, f"{order_text!r} does not name the drug it is about")


def in_milligrams(value: float, unit: str, row: Row) -> float:
    """A daily dose in mg; KnowledgeError when the unit is no mass or the dose is not plausible."""
    try:
        dose = float(convert(Quantity(value, unit), "mg").value)
    except UnitNotUnderstood as error:
        raise KnowledgeError(f"{row.place}: {error}") from None
    row.require(0 < dose <= LARGEST_DAILY_MG, "the daily dose is not plausible")
    return dose
