"""An ordered drug against the recorded allergies: the same ingredient, its group, and cross-reactive groups.

The same ingredient is logic; groups and cross-reactivity are `allergy_groups.csv` and `allergy_rows.csv`
(cephalosporins by side chain). A recorded intolerance is shown one step lower than an allergy. An allergy that names
nothing we know is said, not passed over.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Allergy, Chart, Medication
from cds_service.checks.proposing import replacements, stop
from cds_service.checks.registry import check
from cds_service.findings import DISPLAYS, HARMS, Display, Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.allergies import allergy_rows_for, groups_with
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.rows import Graded
from cds_service.terminology.vocabulary import Drug


@check(
    id="drug-allergy",
    service="medication-safety",
    topic="drug-allergy",
    hooks=("order-select", "order-sign"),
    needs=("allergies",),
)
def drug_allergy(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the ordered drug with each recorded allergy: the same ingredient, the same allergy group (penicillins,
    sulfonamide antibiotics and others), and groups known to cross-react."""
    for order in chart.orders:
        if not order.drugs:
            continue
        if not chart.allergies.known:
            reason = f"allergy list {chart.allergies.missing}: not screened for allergies"
            yield NotAssessed(reason, order.ref, prominent="warning")
        for allergy in chart.allergies.items:
            if allergy.problem:
                yield NotAssessed(f"allergy {allergy.label!r} was not recognised", order.ref)
            match = _worst(knowledge, order, allergy)
            if match is not None:
                yield _finding(knowledge, order, allergy, *match)


def _worst(knowledge: Knowledge, order: Medication, allergy: Allergy) -> tuple[Graded, Drug] | None:
    named = frozenset(drug.rxcui for drug in allergy.drugs)
    same = "allergy-same-ingredient-intolerance" if allergy.kind == "intolerance" else "allergy-same-ingredient"
    rules = knowledge.keyed(LogicRule)
    matches: list[tuple[Graded, Drug]] = [
        (rules[same], drug) for drug in order.drugs if drug.rxcui in named and same in rules
    ]
    if not matches:
        keys = _keys(knowledge, allergy)
        matches = [(row, drug) for drug in order.drugs for row in allergy_rows_for(knowledge, keys, drug)]
    return min(matches, key=lambda match: HARMS.index(match[0].harm), default=None)


def _keys(knowledge: Knowledge, allergy: Allergy) -> frozenset[str]:
    """What rows may call this allergen: its ingredients, the groups recorded, and the groups of its ingredients."""
    groups = frozenset(f"group:{group}" for group in allergy.groups)
    return groups.union(*({drug.rxcui, *groups_with(knowledge, drug)} for drug in allergy.drugs))


def _display(row: Graded, allergy: Allergy) -> Display:
    """A row about a group is shown one step lower for an intolerance; the same ingredient has a row of its own."""
    if allergy.kind != "intolerance" or row.id == "allergy-same-ingredient-intolerance":
        return row.display
    return DISPLAYS[min(DISPLAYS.index(row.display) + 1, DISPLAYS.index("info"))] if row.display != "off" else "off"


def _finding(knowledge: Knowledge, order: Medication, allergy: Allergy, row: Graded, drug: Drug) -> Finding:
    allergens = [d.rxcui for d in allergy.drugs] + sorted(allergy.groups)
    return Finding(
        topic="drug-allergy",
        rule=row.id,
        harm=row.harm,
        display=_display(row, allergy),
        subject=order.ref,
        concepts=(drug.rxcui, *allergens),
        summary=f"{drug.name}, recorded {allergy.kind or 'allergy'} to {allergy.label}: {row.summary}",
        cites=(row.id,),
        advice=row.management,
        facts=(order.fact("Order"), allergy.fact()),
        proposals=(*replacements(knowledge, row, order, drug), stop(order, recommended=row.harm == "contraindicated")),
    )
