"""What an EHR does with an accepted suggestion, and every hook call of ours whose suggestions can be accepted."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cds_service.checks import CHECKS
from cds_service.knowledge.kinds.alternatives import Alternative, Use
from cds_service.knowledge.kinds.interactions import Interaction
from cds_service.knowledge.kinds.renal import RenalRow
from cds_service.knowledge.rows import Graded
from fixtures.ehr.stories import resolve_dates
from tests.acceptance.cases import vignettes
from tests.charts import knowledge
from tests.conformance.exchange import target
from tests.hook_calls import active, allergy, bundle, chart, creatinine, draft, egfr, order_sign, person, weight

Resource = dict[str, Any]
FIXTURES = Path(__file__).parents[1] / "fixtures"
SERVICES = ("medication-safety", "order-completion", "companion-orders")
# What an EHR of any make may have put on an order: a revised order must bring all of it back.
VENDOR: Resource = {
    "extension": [{"url": "https://ehr.example.org/order-set", "valueString": "kept"}],
    "identifier": [{"system": "https://ehr.example.org/orders", "value": "77"}],
    "note": [{"text": "Patient prefers mornings"}],
    "vendorField": {"kept": [1, 2, {"deep": True}]},
}


@dataclass(frozen=True)
class Call:
    """`name` for people; `body` is a fresh hook call."""

    name: str
    service: str
    body: Resource


def calls() -> Iterator[Call]:
    """The calls of every check, and of every vignette that must speak, with a vendor's own members on each draft."""
    for file in sorted((FIXTURES / "checks").glob("*/*.json")):
        body = resolve_dates(json.loads(file.read_text("utf-8"))["request"], datetime.now(UTC))
        if "draftOrders" in body.get("context", {}):
            service = CHECKS[file.parent.name].service
            yield Call(f"{file.parent.name}/{file.stem}", service, with_vendor_members(body))
    for vignette in vignettes():
        if not vignette.silent:
            yield Call(vignette.id, "medication-safety", with_vendor_members(vignette.body))
    yield from adjusted_doses()
    yield from named_alternatives()


def adjusted_doses() -> Iterator[Call]:
    """Each renal row that gives a dose, met by an order of far more than that."""
    for row in knowledge().all(RenalRow):
        if row.adjust_to and row.max_daily_dose:
            low, high = row.low or 5.0, row.high or 90.0
            value = (low + high) / 2
            order = f"{knowledge().names.label(row.drug)} {row.max_daily_dose * 3:g} {row.dose_unit} once daily"
            labs = bundle(egfr(value), creatinine(round((140 - 60) * 70 / (72 * value), 2)))
            prefetch = chart(patient=person(birthDate="@today-60y-40d"), labs=labs, vitals=bundle(weight(70)))
            yield Call(f"adjust {row.id}", "medication-safety", _call([order], prefetch))


def named_alternatives() -> Iterator[Call]:
    """Each alternative where a row of each kind names it, alone and beside drafts that it may not go with."""
    known = knowledge()
    seen = set()
    for row in known.graded_rows():
        for alternative in (known.keyed(Alternative)[one] for one in row.alternatives):
            if (alternative.id, type(row)) in seen:
                continue
            seen.add((alternative.id, type(row)))
            prefetch, drug = _trigger(row, alternative)
            use = known.keyed(Use)[alternative.use].words[0]
            for other in ("", "warfarin 5 mg daily", "citalopram 20 mg daily"):
                drafts = [*([other] if other else []), f"{drug} {_DOSES.get(drug, '')} for {use}"]
                yield Call(f"{row.id} {alternative.id} {other}", "medication-safety", _call(drafts, prefetch))


_DOSES = {"metformin": "1000 mg bid", "omeprazole": "20 mg daily", "citalopram": "40 mg daily"}


def _trigger(row: Graded, alternative: Alternative) -> tuple[Resource, str]:
    """A chart in which `row` speaks of a drug that the alternative stands for, and the drug's name."""
    known = knowledge()

    def member(key: str) -> str:
        rxcui = next((one for one in known.names.drugs if key in known.names.keys_of(one) and one != "1191"), key)
        return known.names.drugs[rxcui].name

    drug = "ibuprofen" if alternative.instead_of == "class:nsaid" else member(alternative.instead_of)
    normal = {"labs": bundle(egfr(85), creatinine(0.8)), "vitals": bundle(weight(70)), "allergies": bundle()}
    if isinstance(row, Interaction):
        mine = set(known.names.keys_of(known.names.by_name[drug]))
        other = row.b if row.a in mine else row.a
        return chart(medications=bundle(active(f"{member(other)} daily")), **normal), drug
    if isinstance(row, RenalRow):
        return chart(**{**normal, "labs": bundle(egfr(20), creatinine(2.9))}), drug
    return chart(**{**normal, "allergies": bundle(allergy(drug))}), drug


def _call(drafts: list[str], prefetch: Resource) -> Resource:
    orders = [draft(text, number) for number, text in enumerate(drafts, 1)]
    return with_vendor_members(order_sign(*orders, prefetch=prefetch))


def with_vendor_members(body: Resource) -> Resource:
    body = copy.deepcopy(body)
    for entry in body["context"]["draftOrders"]["entry"]:
        if entry["resource"]["resourceType"] == "MedicationRequest":
            entry["resource"].update(copy.deepcopy(VENDOR))
    return body


def accepted(body: Resource, suggestion: Resource) -> Resource:
    """The same call after a click: deletes, then creates, then updates, as an EHR does them."""
    after = copy.deepcopy(body)
    orders = {target(entry["resource"]): entry["resource"] for entry in after["context"]["draftOrders"]["entry"]}
    for kind in ("delete", "create", "update"):
        for action in suggestion["actions"]:
            if action["type"] != kind:
                continue
            if kind == "delete":
                del orders[action["resourceId"]]
            else:
                orders[target(action["resource"])] = action["resource"]
    after["context"]["draftOrders"]["entry"] = [{"resource": order} for order in orders.values()]
    if "selections" in after["context"]:
        after["context"]["selections"] = list(orders)
    return after
