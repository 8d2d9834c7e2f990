"""An order whose words and fields contradict each other: another dose, frequency, route or drug.

About one prescription in a hundred does. Only what both sides state clearly is compared: words that are not read whole,
several dosages and fields without a value are left alone. A field that lies within a range of the words agrees with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.fhir_json import Resource, codings, obj, text
from cds_service.chart.medications.dosing import dosages_of, structured_dose, structured_times_per_day
from cds_service.chart.medications.naming import CONTRADICTED
from cds_service.checks.registry import check
from cds_service.checks.stating import finding_of
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.terminology.directions.amounts import unit_of
from cds_service.terminology.directions.parts import Directions
from cds_service.terminology.directions.reading import read_directions
from cds_service.terminology.routes import route_of_snomed, routes_in
from cds_service.terminology.units import Quantity, UnitNotUnderstood, convert

DRUG, DOSE, FREQUENCY, ROUTE = (f"order-conflict-{what}" for what in ("drug", "dose", "frequency", "route"))
UNREAD = ""  # in place of a rule: the words could not be compared
_WITHIN = 0.06  # of a frequency, as "every 8 hours" is three times a day; of a dose a hundredth
_DOSE_WITHIN = 0.01

Said = tuple[str, str, str]  # the rule, what the words say, what the field says


@check(id="order-conflict", service="medication-safety", topic="order-conflict", hooks=("order-select", "order-sign"))
def order_conflict(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the words of the directions with the structured dose, frequency and route of the same order, and the
    name that is shown with the drug's code."""
    rules = knowledge.keyed(LogicRule)
    for order in chart.orders:
        for rule, words, field in conflicts(order):
            if rule == UNREAD:
                yield NotAssessed("its directions were not read whole, so its fields were not compared", order.ref)
            elif rule in rules:
                yield _finding(rules[rule], order, words, field)
            else:
                yield NotAssessed("words and fields of the order differ; the rule is not reviewed here", order.ref)


def conflicts(order: Medication) -> Iterator[Said]:
    """Where its words and its fields differ; UNREAD in place of a rule where the words could not be compared."""
    yield from ((DRUG, note, "") for note in order.notes if CONTRADICTED in note)
    dosages = list(dosages_of(order.resource))
    if len(dosages) != 1 or not text(dosages[0].get("text")):
        return
    (dosage,) = dosages
    words = text(dosage.get("text"))
    read = read_directions(words)
    if read.abstained and _has_fields(dosage):
        yield UNREAD, words, ""
    if not read.abstained and not read.phases:
        yield from _frequency(read, dosage)
        yield from _dose(read, dosage)
    yield from _route(words, dosage)


def _has_fields(dosage: Resource) -> bool:
    return structured_dose(dosage) is not None or structured_times_per_day(dosage) is not None


def _frequency(read: Directions, dosage: Resource) -> Iterator[Said]:
    times = structured_times_per_day(dosage)
    if read.timing is None or times is None:
        return
    least, most = read.timing.least_per_day, read.timing.per_day
    if not least * (1 - _WITHIN) <= times <= most * (1 + _WITHIN):
        yield FREQUENCY, f"{most:g} times a day", f"{times:g} times a day"


def _dose(read: Directions, dosage: Resource) -> Iterator[Said]:
    stated, field = read.dose, structured_dose(dosage)
    if stated is None or stated.assumed or stated.unit is None or field is None:
        return
    value, unit = field
    try:
        counted = unit_of(unit.strip("{}")) == stated.unit  # tablets are tablets, and no unit of measure
        high = stated.high if counted else float(convert(Quantity(stated.high, stated.unit), unit).value)
    except UnitNotUnderstood:
        return
    low = high * (stated.low or stated.high) / stated.high
    if not low * (1 - _DOSE_WITHIN) <= value <= high * (1 + _DOSE_WITHIN):
        yield DOSE, f"{stated.high:g} {stated.unit}", f"{value:g} {unit}"


def _route(words: str, dosage: Resource) -> Iterator[Said]:
    coded = {route for _, code, _ in codings(dosage.get("route")) if (route := route_of_snomed(code))}
    stated = routes_in(words)
    if coded and stated and coded.isdisjoint(stated):
        yield ROUTE, ", ".join(sorted(stated)), text(obj(dosage.get("route")).get("text")) or ", ".join(sorted(coded))


def _finding(rule: LogicRule, order: Medication, words: str, field: str) -> Finding:
    facts = (
        Fact("The words say", words, order.origin),
        *((Fact("The field says", field, order.origin),) if field else ()),
    )
    return finding_of(
        rule,
        order,
        topic="order-conflict",
        concepts=(*sorted(order.rxcuis), words, field),
        summary=f"{rule.summary}: {words}{f' against {field}' if field else ''}",
        facts=facts,
    )
