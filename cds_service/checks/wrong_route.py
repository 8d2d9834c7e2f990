"""A drug ordered by a way that its label forbids: vincristine into the spine, benzathine penicillin into a vein.

Rows: `route_rows.csv`. The way is read from the words of the order and of its directions, and from the name of a coded
route.
"""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.chart import Chart, Medication
from cds_service.chart.fhir_json import codings, labels_of
from cds_service.chart.medications.dosing import dosages_of, sig_text
from cds_service.checks.matching.targets import worst
from cds_service.checks.registry import check
from cds_service.checks.stating.findings import about_order
from cds_service.facts import Fact
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.route_rows import RouteRow
from cds_service.terminology.routes import route_of_snomed


@check(id="wrong-route", service="medication-safety", topic="route", hooks=("order-select", "order-sign"))
def wrong_route(chart: Chart, knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """Compares the route that the order states with the ways of giving the drug that its label forbids."""
    for order in chart.orders:
        for drug in order.drugs:
            rows = [row for row in knowledge.for_drug(RouteRow, drug) if row.speaks_of(drug)]
            if rows and _has_nameless_route(order):
                yield NotAssessed(f"its route is a code that is not known here: {drug.name} not checked", order.ref)
            text = _words_of(order) if rows else ""
            speaking = [(row, said) for row in rows if (said := row.stated_in(text))]
            if speaking:
                row = worst(row for row, _ in speaking)
                said = next(words for one, words in speaking if one is row)
                way = Fact("Route as ordered", said, order.origin)
                yield about_order(knowledge, "route", row, order, drug, when=f"by the way “{said}”", facts=(way,))


def _has_nameless_route(order: Medication) -> bool:
    routes = [dosage.get("route") for dosage in dosages_of(order.resource)]
    codes = [code for route in routes for _, code, _ in codings(route) if not list(labels_of(route))]
    return any(route_of_snomed(code) is None for code in codes)


def _words_of(order: Medication) -> str:
    routes = (label for dosage in dosages_of(order.resource) for label in labels_of(dosage.get("route")))
    return " ".join(filter(None, (order.origin.text, sig_text(order.resource), *routes)))
