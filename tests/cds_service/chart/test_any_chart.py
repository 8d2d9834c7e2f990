"""Whatever JSON a prefetch holds, a chart comes of it, and what is not known stays not known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.chart import Readings, Supplied, build_chart, merge
from cds_service.chart.dates import day_of, last_day_of
from cds_service.chart.patient.kidney import creatinine_clearance, estimated_gfr
from cds_service.engine import assess
from cds_service.findings import DISPLAYS
from cds_service.hooks import HOOKS
from tests.charts import LOINC, NOW, RXNORM, SERVER, allergy, chart, creatinine, data, egfr, knowledge, person, request

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True),
    st.text(max_size=20),
    st.sampled_from(
        [
            "active",
            "final",
            "warfarin",
            "metformin 500 mg bid",
            "HCTZ",
            "lisinopril/x",
            RXNORM,
            LOINC,
            "11289",
            "2160-0",
        ]
    ),
    st.sampled_from(["2026", "2026-11-20", "0001-01-01", "9999-12-31T23:59:59-14:00", "#x", "Medication/x", "mg", "d"]),
)
MEMBERS = """
resourceType id status intent medicationCodeableConcept medicationReference contained reference code coding system text
display dosageInstruction dosage doseAndRate doseQuantity doseRange high value unit timing repeat frequency period when
periodUnit boundsPeriod start end effectivePeriod effectiveDateTime priorPrescription reasonCode route category type
clinicalStatus verificationStatus reaction manifestation substance description valueQuantity comparator birthDate gender
modifierExtension dispenseRequest validityPeriod asNeededCodeableConcept _status
"""
NAMES = st.sampled_from(MEMBERS.split())
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(
    ["MedicationRequest", "MedicationStatement", "AllergyIntolerance", "Observation", "Patient", "Medication", "Group"]
)
RESOURCES = st.builds(
    lambda kind, members: {**members, "resourceType": kind}, TYPES, st.dictionaries(NAMES, JSON, max_size=8)
)
SUPPLIED = st.builds(
    lambda state, resources, complete: Supplied(state, tuple(resources) if state == "data" else (), complete),
    st.sampled_from(["absent", "failed", "empty", "data"]),
    st.lists(RESOURCES, max_size=3),
    st.booleans(),
)
KEYS = st.sampled_from(["patient", "medications", "statements", "allergies", "labs", "vitals", "other"])


def built(order: dict[str, Any], supplied: dict[str, Supplied]) -> Any:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": {**order, "resourceType": "MedicationRequest", "id": "o"}}],
    }
    context = HOOKS["order-sign"].parse({"userId": "Practitioner/u", "patientId": "p1", "draftOrders": bundle})
    return build_chart(context, supplied, knowledge().vocabulary, NOW, SERVER)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(order=st.dictionaries(NAMES, JSON, max_size=8), supplied=st.dictionaries(KEYS, SUPPLIED, max_size=6))
def test_any_json_gives_a_chart_that_can_be_assessed(order: dict[str, Any], supplied: dict[str, Supplied]) -> None:
    found = merge(built(order, supplied), Readings(missing="not loaded"), knowledge().vocabulary)
    for kidney in (estimated_gfr(found, 365), creatinine_clearance(found, 365)):
        assert kidney.value is not None or kidney.reason
    assert assess("medication-safety", "order-sign", found, knowledge()).broken == ()


RICH: dict[str, tuple[dict[str, Any], ...]] = {
    "patient": (person(),),
    "medications": (
        request(
            None,
            id="m1",
            status="active",
            contained=[{"resourceType": "Medication", "id": "x", "code": {"text": "warfarin"}}],
            medicationReference={"reference": "#x", "display": "Coumadin"},
            dosageInstruction=[
                {
                    "text": "1 tablet daily",
                    "timing": {
                        "repeat": {
                            "frequency": 1,
                            "period": 1,
                            "periodUnit": "d",
                            "boundsPeriod": {"end": "2027-01-01"},
                        }
                    },
                    "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
                }
            ],
            dispenseRequest={"validityPeriod": {"start": "2026-01-01", "end": "2027-01-01"}},
        ),
    ),
    "allergies": (
        allergy(
            "Penicillin",
            (RXNORM, "723"),
            category=["medication"],
            clinicalStatus={"coding": [{"code": "active"}]},
            reaction=[{"manifestation": [{"text": "hives"}], "substance": {"text": "amoxicillin"}}],
        ),
    ),
    "labs": (creatinine(1.9), egfr(24)),
}


def paths(value: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    return [here, *(path for key, item in inner for path in paths(item, (*here, key)))]


def replaced(value: Any, path: tuple[Any, ...], odd: object) -> Any:
    if not path:
        return odd
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], odd)
    return changed


PLACES = [
    (key, number, path)
    for key, resources in RICH.items()
    for number, resource in enumerate(resources)
    for path in paths(resource)[1:]
]


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(PLACES), odd=JSON)
def test_an_odd_value_in_any_place_gives_a_chart_that_can_be_assessed(place: Any, odd: object) -> None:
    key, number, path = place
    changed = list(RICH[key])
    changed[number] = replaced(changed[number], path, odd)
    found = chart(request("bactrim ds"), **{**{k: data(*r) for k, r in RICH.items()}, key: data(*changed)})
    assert assess("medication-safety", "order-sign", found, knowledge()).broken == ()
    untouched = {"medications", "allergies", "labs"} - {key}
    assert all(found.latest("egfr") if name == "labs" else getattr(found, name).items for name in untouched)


@settings(max_examples=100, deadline=None)
@given(supplied=st.dictionaries(KEYS, SUPPLIED, max_size=6))
def test_a_list_that_was_not_read_is_never_known_to_be_empty(supplied: dict[str, Supplied]) -> None:
    found = built({}, supplied)
    for key in ("medications", "allergies", "labs", "vitals"):
        given_state = supplied[key].state if key in supplied else "absent"
        if given_state in ("absent", "failed"):
            assert getattr(found, key).state == given_state


@settings(max_examples=100, deadline=None)
@given(value=JSON | st.datetimes(min_value=datetime(1, 1, 1)).map(datetime.isoformat) | st.dates().map(date.isoformat))
def test_a_date_is_read_or_left_and_its_end_is_not_before_its_start(value: object) -> None:
    first, last = day_of(value), last_day_of(value)
    assert (first is None) == (last is None)
    assert first is None or last is None or first <= last


@settings(max_examples=100, deadline=None)
@given(moment=st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_one_instant_is_one_day_however_its_zone_is_written(moment: datetime) -> None:
    assert day_of(moment.isoformat()) == day_of(moment.isoformat().replace("+00:00", "Z")) == moment.date()


NAMED_ONCE = st.sampled_from(["methotrexate", "hydrochlorothiazide", "aspirin", "levothyroxine"])
ABBREVIATED = {"methotrexate": "MTX", "hydrochlorothiazide": "HCTZ", "aspirin": "ASA", "levothyroxine": "LT4"}


@settings(max_examples=60, deadline=None)
@given(
    drug=NAMED_ONCE,
    others=st.lists(st.sampled_from(["warfarin", "lithium", "ibuprofen", "aspirin", "trimethoprim"]), max_size=3),
    allergic=st.booleans(),
    kidney=st.sampled_from([None, 12, 28, 55, 95]),
)
def test_a_read_name_raises_what_the_exact_name_raises_and_nothing_louder(
    drug: str, others: list[str], allergic: bool, kidney: int | None
) -> None:
    """Reading adds the same concerns, each at most a warning; it takes none away."""

    def concerns(text: str) -> dict[str, str]:
        current = [request(name, id=f"m{n}", status="active") for n, name in enumerate(others)]
        found = chart(
            request(text),
            patient=data(person()),
            medications=data(*current),
            allergies=data(*([allergy(drug)] if allergic else [])),
            labs=data(*([egfr(kidney), creatinine(1.1)] if kidney else [])),
        )
        listed = assess("medication-safety", "order-sign", found, knowledge()).concerns
        return {concern.id: concern.finding.display for concern in listed}

    exact, doubtful = concerns(f"{drug} 5 mg daily"), concerns(f"{ABBREVIATED[drug]} 5 mg daily")
    assert exact.keys() == doubtful.keys()
    for concern, display in exact.items():
        assert doubtful[concern] == DISPLAYS[max(DISPLAYS.index(display), DISPLAYS.index("warning"))]
