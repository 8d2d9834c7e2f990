"""A completed order is valid R4, keeps what the draft had, and reads the same as the words that it was typed in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.medicationrequest import MedicationRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.cards.completion import completed, dosage, dosages
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.reading import MedicationReader
from cds_service.terminology.directions.reading import read_directions
from tests.charts import knowledge

READER = MedicationReader(knowledge().vocabulary, datetime(2026, 1, 1, tzinfo=UTC), {})
DRUG = {"rxcui": "7258", "name": "naproxen"}


def draft(text: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/1"},
        "medicationCodeableConcept": {"text": text},
        **more,
    }


def finished(order: dict[str, Any], sig: str) -> dict[str, Any]:
    made = completed(order, DRUG, read_directions(f"drug {sig}"))
    MedicationRequest.model_validate(made)
    return made


def read(order: dict[str, Any]) -> Medication:
    return READER.read(order)


@pytest.mark.parametrize(
    ("sig", "expected"),
    [
        ("1 tab po bid", {"frequency": 2, "period": 1, "periodUnit": "d"}),
        ("1-2 tabs q4-6h", {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}),
        ("20 mg qhs", {"when": ["HS"], "period": 1, "periodUnit": "d"}),
        ("1 tab in the morning and at bedtime", {"when": ["MORN", "HS"], "period": 1, "periodUnit": "d"}),
        ("1 tab at 8 am and 8 pm", {"timeOfDay": ["08:00:00", "20:00:00"], "period": 1, "periodUnit": "d"}),
        ("5 mg mon wed fri", {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon", "wed", "fri"]}),
        ("15 mg once weekly", {"frequency": 1, "period": 1, "periodUnit": "wk"}),
    ],
)
def test_timing_is_what_was_said(sig, expected):
    assert dosage(read_directions(f"drug {sig}"))["timing"]["repeat"] == expected


def test_every_field_stands_in_its_place():
    order = finished(draft("x"), "500 mg 1-2 tabs po q6h prn back pain x 5 days, max 8 tabs per day, #40, 2 refills")
    (one,) = order["dosageInstruction"]
    assert one["doseAndRate"] == [
        {"doseRange": {"low": {"value": 1, "unit": "tablet"}, "high": {"value": 2, "unit": "tablet"}}}
    ]
    assert one["asNeededCodeableConcept"] == {"text": "back pain"}
    assert one["timing"]["repeat"]["boundsDuration"]["value"] == 5
    assert one["maxDosePerPeriod"]["numerator"] == {"value": 8, "unit": "tablet"}
    assert one["route"]["coding"][0]["code"] == "26643006"
    assert order["dispenseRequest"] == {"numberOfRepeatsAllowed": 2, "quantity": {"value": 40, "unit": "tablet"}}
    assert order["medicationCodeableConcept"]["coding"][0]["code"] == DRUG["rxcui"]


def test_only_one_medication_is_left_and_unknown_elements_stay():
    order = draft(
        "x", medicationReference={"reference": "Medication/1"}, extension=[{"url": "urn:a", "valueCode": "b"}]
    )
    made = finished(order, "500 mg bid")
    assert "medicationReference" not in made
    assert made["extension"] == order["extension"]


def test_what_the_prescriber_dispensed_is_not_rewritten():
    made = finished(draft("x", dispenseRequest={"numberOfRepeatsAllowed": 5}), "500 mg bid, 2 refills")
    assert made["dispenseRequest"] == {"numberOfRepeatsAllowed": 5}


def test_each_step_of_a_taper_is_a_dosage_in_order():
    steps = dosages(read_directions("drug 40 mg daily x 5 days then 20 mg daily x 5 days"))
    assert [(one["sequence"], one["doseAndRate"][0]["doseQuantity"]["value"]) for one in steps] == [(1, 40), (2, 20)]


SIGS = st.builds(
    lambda dose, time, tail: f"{dose} {time} {tail}".strip(),
    st.sampled_from(["500 mg", "1 tab", "500 mg 2 tabs", "250 mg", "1-2 tabs", "500 mg 1 tab po", "5 mL", "10 units"]),
    st.sampled_from(["daily", "bid", "tid", "q6h", "q4-6h", "every other day", "qhs", "weekly", "at 8 am and 8 pm"]),
    st.sampled_from(["", "prn", "prn pain", "x 10 days", "#30", "max 4 tabs per day", "for 2 weeks"]),
)


@settings(deadline=None)
@given(SIGS)
def test_the_completed_order_means_what_the_typed_one_did(sig):
    typed = draft(f"naproxen {sig}")
    before, after = read(typed), read(finished(typed, sig))
    assert after.drugs == before.drugs
    assert after.sig.times_per_day == pytest.approx(before.sig.times_per_day)
    assert after.sig.daily("mg") == before.sig.daily("mg")
