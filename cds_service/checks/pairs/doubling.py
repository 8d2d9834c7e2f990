"""Whether two medications double each other: the same ingredient, or two members of a class; see duplicate_therapy."""

from __future__ import annotations

from itertools import product

from cds_service.chart import Medication
from cds_service.chart.patient.combined import ACETAMINOPHEN, MOST_ACETAMINOPHEN_MG, daily_milligrams
from cds_service.checks.pairs.belonging import belong_together, circumstances_of
from cds_service.findings import HARMS
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.duplicates import duplicate_rows_for
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.rows import Graded
from cds_service.terminology.release import is_extended
from cds_service.terminology.routes import LOCAL_ROUTES
from cds_service.terminology.vocabulary import Drug

Doubling = tuple[Graded, Drug, Drug]


def apart(one: Medication, other: Medication) -> bool:
    """True when one is given locally and the other is not given by that same route."""
    local = (one.routes | other.routes) & LOCAL_ROUTES
    return bool(local) and not one.routes & other.routes & LOCAL_ROUTES


def _rule(order: Medication, partner: Medication) -> str:
    if _within_four_grams(order, partner):
        return "duplicate-acetaminophen-within"
    released = is_extended(order.ref.text) != is_extended(partner.ref.text)
    return "duplicate-release-forms" if released else "duplicate-same-ingredient"


def _within_four_grams(one: Medication, other: Medication) -> bool:
    """Plain acetaminophen beside a tablet that holds it, both as needed, with known doses within 4 g a day."""
    shared = {drug.name for drug in one.drugs} & {drug.name for drug in other.drugs}
    if shared != {ACETAMINOPHEN} or len(one.drugs) == len(other.drugs) or not (one.sig.prn and other.sig.prn):
        return False
    amounts = [daily_milligrams(medication, ACETAMINOPHEN) for medication in (one, other)]
    return None not in amounts and sum(amount or 0.0 for amount in amounts) <= MOST_ACETAMINOPHEN_MG


def worst_doubling(knowledge: Knowledge, order: Medication, partner: Medication) -> Doubling | None:
    """The row that speaks loudest of the two together, with a drug of each; None when they are no duplicate."""
    pairs = tuple(product(order.drugs, partner.drugs))
    same = [drug for drug, other in pairs if drug.rxcui == other.rxcui]
    if same:
        rules = knowledge.keyed(LogicRule)
        rule = rules.get(_rule(order, partner)) or rules.get("duplicate-same-ingredient")
        twice = next((drug for drug in same if not belong_together(knowledge, drug, order, partner)), None)
        return (rule, twice, twice) if rule and twice else None
    matches = [(row, *pair) for pair in pairs for row in duplicate_rows_for(knowledge, *pair)]
    if not matches:
        return None
    differ = circumstances_of(order, partner)
    meant = (match for match in matches if not match[0].unless & differ)
    return min(meant, key=lambda match: HARMS.index(match[0].harm), default=None)
