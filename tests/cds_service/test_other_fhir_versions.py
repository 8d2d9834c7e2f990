"""An order in the shape of another FHIR version is said to be unread: passed over in silence it would look checked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hook_calls import active, bundle, chart, draft, order_select, order_sign
from tests.running_service import RunningService

DSTU2 = {
    "resourceType": "MedicationOrder",
    "id": "order-9",
    "status": "draft",
    "patient": {"reference": "Patient/ruth-alder"},
    "medicationCodeableConcept": {"text": "bactrim ds"},
}
DSTU1 = {**DSTU2, "resourceType": "MedicationPrescription"}
R5 = {**draft("bactrim ds", 9), "id": "order-9", "medication": {"concept": {"text": "bactrim ds"}}}
del R5["medicationCodeableConcept"]
WARFARIN = bundle(active("warfarin 5 mg daily"))


@pytest.mark.covers("A8")
@pytest.mark.parametrize("order", [DSTU2, DSTU1, R5], ids=["DSTU2", "DSTU1", "R5"])
def test_an_order_of_another_version_is_said_to_be_unchecked(service: RunningService, order: dict[str, Any]) -> None:
    reference = f"{order['resourceType']}/order-9"
    for call in (order_sign(order), order_select(order, selections=[reference])):
        answer = service.ask({**call, "prefetch": chart(medications=WARFARIN)})
        (card,) = answer.body["cards"]
        said = answer.body["extension"]["org.countersign.assessment"]["not_assessed"]
        assert card["indicator"] in ("info", "warning")
        assert any(one.get("subject") == reference for one in said), said


def test_beside_it_the_others_are_checked(service: RunningService) -> None:
    answer = service.ask(order_sign(DSTU2, draft("bactrim ds bid"), prefetch=chart(medications=WARFARIN)))
    assert {found["topic"] for found in answer.findings} >= {"drug-interaction", "not-assessed"}


@pytest.mark.parametrize("kind", ["ServiceRequest", "NutritionOrder", "DeviceRequest", "Medication"])
def test_what_is_no_order_of_a_medicine_asks_for_nothing(service: RunningService, kind: str) -> None:
    answer = service.ask(order_sign({"resourceType": kind, "id": "other-1", "status": "draft"}))
    assert answer.body["cards"] == [] and not answer.not_assessed
