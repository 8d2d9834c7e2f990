"""Dose, timing, route and stated use of an order, from its fields and from its words."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.chart.dates import age_in_years, day_of, last_day_of, moment_of
from cds_service.chart.revise import revised
from tests.charts import RXNORM, SNOMED, chart, concept, knowledge, read, request

METFORMIN_500 = concept("metformin 500 MG Oral Tablet", (RXNORM, "6809"))


def daily(*dosages: dict[str, Any], drug: dict[str, Any] = METFORMIN_500, assume: bool = False) -> float | None:
    order = read(request(medicationCodeableConcept=drug, dosageInstruction=list(dosages)))
    quantity = order.sig.daily(assume=assume)
    return None if quantity is None else float(quantity.value)


def dose(value: object, unit: str, repeat: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    timing = {"timing": {"repeat": repeat}} if repeat else {}
    return {"doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}], **timing, **members}


TWICE = {"frequency": 2, "period": 1, "periodUnit": "d"}


def test_a_typed_order_has_its_dose_in_its_words() -> None:
    assert daily(drug={"text": "metformin 1000 mg bid"}) == 2000
    assert daily(drug={"text": "take 2 tabs of metformin 500 mg bid"}) == 2000
    assert daily({"text": "1000 mg twice daily"}, drug={"text": "metformin"}) == 2000


def test_a_bare_number_is_milligrams_only_by_assumption() -> None:
    assert daily(drug={"text": "metformin 1000 bid"}) is None
    assert daily(drug={"text": "metformin 1000 bid"}, assume=True) == 2000


def test_a_coded_order_keeps_the_dose_of_its_text() -> None:
    assert daily(drug=concept("metformin 1000 mg bid", (RXNORM, "6809"))) == 2000


def test_tablets_are_counted_with_the_strength_of_the_product() -> None:
    assert daily(dose(2, "tablet", TWICE)) == 2000
    assert daily(dose(2, "{tbl}", TWICE)) == 2000
    assert daily(dose(2, "tablet", TWICE, text="take 2 tablets twice daily")) == 2000


def test_a_structured_mass_is_not_multiplied_by_the_strength() -> None:
    assert daily(dose(1000, "mg", TWICE, text="take 2 tablets")) == 2000
    assert daily(dose(1, "g", TWICE)) == 2000


@pytest.mark.parametrize(
    "odd", [dose("1000", "mg", TWICE), dose(-1, "mg", TWICE), dose(1000, "", TWICE), dose(1e300, "mg", TWICE)]
)
def test_a_structured_dose_that_is_not_readable_leaves_the_dose_unknown(odd: dict[str, Any]) -> None:
    assert daily(odd) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rateQuantity": {"value": 5, "unit": "mcg/min", "code": "ug/min"}}, "5 ug/min"),
        ({"rateRange": {"high": {"value": 0.7, "code": "ug/kg/h"}}}, "0.7 ug/kg/h"),
        (
            {"rateRatio": {"numerator": {"value": 18, "code": "[U]"}, "denominator": {"value": 1, "code": "h"}}},
            "18 units/h",
        ),
        ({"rateRatio": {"numerator": {"value": 18, "code": "[U]"}, "denominator": {"value": 8, "code": "h"}}}, ""),
        ({"rateQuantity": {"value": "5", "code": "ug/min"}}, ""),
    ],
)
def test_a_structured_rate_stands_in_the_words_of_the_order(fields: dict[str, Any], words: str) -> None:
    order = read(request("heparin iv", dosageInstruction=[{"doseAndRate": [fields]}]))
    assert order.sig.text.rpartition(" iv")[2].strip() == words


def test_several_dosages_and_the_dose_of_a_combination_are_not_guessed() -> None:
    assert daily(dose(500, "mg", TWICE), dose(1000, "mg", TWICE)) is None
    assert daily(drug={"text": "sitagliptin 50 mg / metformin 1000 mg bid"}) is None
    assert daily(drug={"text": "metformin 1000 mg / sitagliptin 50 mg bid"}) is None


@pytest.mark.parametrize(
    ("timing", "times"),
    [
        ({"repeat": TWICE}, 2),
        ({"repeat": {"frequency": 1, "frequencyMax": 3, "period": 1, "periodUnit": "d"}}, 3),
        ({"repeat": {"period": 8, "periodUnit": "h"}}, 3),
        ({"repeat": {"period": 1, "periodUnit": "d", "when": ["MORN", "EVE"]}}, 2),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "timeOfDay": ["08:00", "20:00"]}}, 2),
        ({"code": {"coding": [{"code": "BID"}]}}, 2),
        ({"code": {"text": "three times daily"}}, 3),
        ({"repeat": {"frequency": -2, "period": 1, "periodUnit": "d"}}, None),
        ({"repeat": {"frequency": 1e14, "period": 1e-300, "periodUnit": "s"}}, None),
        ({"repeat": {"frequency": 2, "period": 0, "periodUnit": "d"}}, None),
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "fortnight"}}, None),
        ({"repeat": "twice"}, None),
    ],
)
def test_a_timing_is_read_as_the_most_that_it_allows(timing: dict[str, Any], times: float | None) -> None:
    order = read(request("metformin", dosageInstruction=[{"timing": timing}]))
    assert order.sig.times_per_day == times


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("diclofenac 1% gel", {"topical"}),
        ("ibuprofen gel caps 200 mg", {"oral"}),
        ("advil liqui-gels", {"oral"}),
        ("ciprofloxacin ophth drops", {"ophthalmic"}),
        ("cefazolin 1 g IVPB", {"injection"}),
        ("warfarin", set()),
    ],
)
def test_a_route_is_read_from_the_words(text: str, routes: set[str]) -> None:
    assert read(request(text)).routes == routes


def test_a_coded_route_outweighs_the_words() -> None:
    route = concept(None, (SNOMED, "47625008"))
    assert read(request("morphine tablet", dosageInstruction=[{"route": route}])).routes == {"injection"}


def test_a_use_is_stated_by_reason_by_the_word_for_and_by_what_it_is_needed_for() -> None:
    order = read(
        request(
            "ibuprofen 400 mg tid for back pain",
            reasonCode=[concept("Headache", (SNOMED, "25064002"))],
            dosageInstruction=[{"asNeededCodeableConcept": concept("fever")}],
        )
    )
    assert order.uses == {"back pain", "headache", "fever", f"{SNOMED}#25064002"}


def test_a_revised_order_keeps_what_it_renews_and_its_reason_and_drops_the_old_dose() -> None:
    prior = {"priorPrescription": {"reference": "MedicationRequest/m1"}, "reasonCode": [{"text": "reflux"}]}
    before = chart(request("famotidine", dosageInstruction=[dose(40, "mg", TWICE)], **prior))
    (after,) = revised(before, "MedicationRequest/o1", "famotidine 20 mg daily", knowledge().vocabulary).orders
    quantity = after.sig.daily()
    assert quantity is not None and quantity.value == 20
    assert after.replaces == "MedicationRequest/m1" and after.uses == {"reflux"}


@pytest.mark.parametrize(
    ("value", "day"),
    [
        *(("2026", "2026-01-01"), ("2026-02", "2026-02-01"), ("2024-02-29", "2024-02-29"), ("2026-02-29", None)),
        *(("2026-11-22T23:30:00-05:00", "2026-11-23"), ("2026-11-22T23:30:00", "2026-11-22")),
        *(("2026-11-22T23:59:60Z", "2026-11-22"), ("2026-11-22T10:00:00.123456789Z", "2026-11-22")),
        *(("0001-01-01", "0001-01-01"), ("0001-01-01T00:00:00+05:00", None), ("9999-12-31T23:00:00-05:00", None)),
        *(("2026-W47-1", None), ("20261122", None), ("٢٠٢٦", None), ("", None), (20261122, None), (None, None)),
    ],
)
def test_a_date_has_one_reading_or_none(value: object, day: str | None) -> None:
    found = day_of(value)
    assert (found.isoformat() if found else None) == day
    assert (moment_of(value) is None) == (day is None)


def test_an_end_is_the_last_day_of_what_is_stated() -> None:
    assert [str(last_day_of(value)) for value in ("2024-02", "2026", "2026-11-23")] == [
        *("2024-02-29", "2026-12-31", "2026-11-23")
    ]


def test_a_birth_in_the_future_or_too_long_ago_gives_no_age() -> None:
    today = day_of("2026-11-23")
    born = [day_of(value) for value in ("2099-01-01", "1800-01-01", "2008-11-24", "2008-11-23", "2004-02-29")]
    assert today is not None
    assert [age_in_years(day, today) for day in born if day] == [None, None, 17, 18, 22]
