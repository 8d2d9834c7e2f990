"""An ordered drug against the recorded allergies: the same ingredient, its group, and cross-reactive groups.

The same ingredient, and a member of a class that the record names, are logic; cross-reactivity is `allergy_groups.csv`
and `allergy_rows.csv` (cephalosporins by side chain). An intolerance is shown one step lower than an allergy, and an
effect that is none (nausea from codeine) says nothing about other drugs unless the row says that they share it. A
severe delayed reaction has rows of its own. An entry that names the ordered drug as tolerated ("penicillin, tolerates
amoxicillin") is information, unless the reaction was anaphylaxis, angioedema or severe. An allergy that names nothing
we know is said, not passed over. An allergy that stands only in a note counts as read: at most a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Allergy, Chart, Medication
from cds_service.checks.registry import check
from cds_service.checks.stating.proposals import replacements, stop
from cds_service.findings import DISPLAYS, HARMS, Display, Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.allergies import GROUP, AllergyGroup, AllergyRow, allergy_rows_for, groups_with
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.rows import Graded
from cds_service.terminology.reactions import ANAPHYLAXIS, ANGIOEDEMA, SEVERE
from cds_service.terminology.vocabulary import Drug

SAME, SAME_INTOLERANCE = "allergy-same-ingredient", "allergy-same-ingredient-intolerance"
NAMED_CLASS, TOLERATED = "allergy-named-class", "allergy-tolerated"
_Match = tuple[Graded, Drug]


@check(
    id="drug-allergy",
    service="medication-safety",
    topic="drug-allergy",
    hooks=("order-select", "order-sign", "allergyintolerance-create", "problem-list-item-create"),
    needs=("allergies", "problems", "notes"),
)
def drug_allergy(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the ordered drug with each recorded allergy: the same ingredient, the same allergy group (penicillins,
    sulfonamide antibiotics and others), and groups known to cross-react. Allergies on the problem list count too."""
    for order in chart.orders:
        if not order.drugs:
            continue
        if not chart.allergies.known:
            reason = f"allergy list {chart.allergies.missing}: not screened for allergies"
            yield NotAssessed(reason, order.ref, prominent="warning")
        for allergy in chart.allergies.items:
            if allergy.problem:
                yield NotAssessed(f"allergy {allergy.label!r}: {allergy.problem}", order.ref)
            match = _worst(knowledge, order, allergy)
            if match is not None:
                yield _finding(knowledge, order, allergy, *match)


def _worst(knowledge: Knowledge, order: Medication, allergy: Allergy) -> _Match | None:
    """What speaks first: the same ingredient, then rows, then that the record names a class with the drug in it."""
    rules, named = knowledge.keyed(LogicRule), frozenset(drug.rxcui for drug in allergy.drugs)
    same = rules.get(SAME_INTOLERANCE if allergy.is_intolerance else SAME)
    matches: list[_Match] = [(same, drug) for drug in order.drugs if drug.rxcui in named] if same else []
    matches = matches or _by_rows(knowledge, order, allergy) or _members(knowledge, order, allergy)
    borne = rules.get(TOLERATED)
    matches = [(borne if borne and _is_borne(knowledge, drug, allergy) else row, drug) for row, drug in matches]
    return min(matches, key=lambda match: _loudness(match[0], allergy), default=None)


def _is_borne(knowledge: Knowledge, drug: Drug, allergy: Allergy) -> bool:
    """True when the entry itself names the drug, or a class of it, as tolerated."""
    if allergy.shown & {ANAPHYLAXIS, ANGIOEDEMA, SEVERE}:
        return False
    groups = knowledge.keyed(AllergyGroup)
    meant = (groups[group].tolerated_as for group in allergy.tolerated_groups if group in groups)
    classes = {GROUP + group for group in (*allergy.tolerated_groups, *meant)}
    return drug.rxcui in allergy.tolerated or not classes.isdisjoint(groups_with(knowledge, drug))


def _by_rows(knowledge: Knowledge, order: Medication, allergy: Allergy) -> list[_Match]:
    keys = _keys(knowledge, allergy)
    rows = ((row, drug) for drug in order.drugs for row in allergy_rows_for(knowledge, keys, drug))
    return [(row, drug) for row, drug in rows if _speaks(row, allergy)]


def _speaks(row: AllergyRow, allergy: Allergy) -> bool:
    if row.after:
        return bool(row.after & allergy.shown)
    return not allergy.no_allergy or bool(row.effects & allergy.shown)


def _members(knowledge: Knowledge, order: Medication, allergy: Allergy) -> list[_Match]:
    """The record names a class, and no row says more about the drug: it is a member."""
    rule = knowledge.keyed(LogicRule).get(SAME_INTOLERANCE if allergy.harmless else NAMED_CLASS)
    if rule is None:
        return []
    named = {GROUP + group for group in allergy.groups}
    return [(rule, drug) for drug in order.drugs if named & groups_with(knowledge, drug)]


def _keys(knowledge: Knowledge, allergy: Allergy) -> frozenset[str]:
    """What rows may call this allergen: its ingredients, the groups recorded, and the groups of its ingredients."""
    groups = frozenset(f"{GROUP}{group}" for group in allergy.groups)
    return groups.union(*({drug.rxcui, *groups_with(knowledge, drug)} for drug in allergy.drugs))


def _loudness(row: Graded, allergy: Allergy) -> tuple[int, int, str]:
    return HARMS.index(row.harm), DISPLAYS.index(_display(row, allergy)), row.id


def _display(row: Graded, allergy: Allergy) -> Display:
    """A row about a group is shown one step lower for an intolerance; the same ingredient has a row of its own."""
    if not allergy.is_intolerance or row.id == SAME_INTOLERANCE or row.display == "off":
        return row.display
    if allergy.harmless:
        return "info"
    return DISPLAYS[min(DISPLAYS.index(row.display) + 1, DISPLAYS.index("info"))]


def _finding(knowledge: Knowledge, order: Medication, allergy: Allergy, row: Graded, drug: Drug) -> Finding:
    allergens = [d.rxcui for d in allergy.drugs] + sorted(allergy.groups)
    recorded = "intolerance" if allergy.is_intolerance else "allergy"
    return Finding(
        topic="drug-allergy",
        rule=row.id,
        harm=row.harm,
        display=_display(row, allergy),
        subject=order.ref,
        concepts=(drug.rxcui, *allergens),
        summary=f"{drug.name}, recorded {recorded} to {allergy.label}: {row.summary}",
        cites=(row.id,),
        advice=row.management,
        facts=(order.fact("Order"), allergy.fact()),
        proposals=(*replacements(knowledge, row, order, drug), stop(order, recommended=row.harm == "contraindicated")),
    )
