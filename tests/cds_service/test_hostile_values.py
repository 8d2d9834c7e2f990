"""Hostile inputs C and E over HTTP: values that cannot be, dates of every kind, odd resources, scores out of range."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.chart.dates import age_in_years, last_day_of, moment_of
from cds_service.errors import KnowledgeError, SettingsError
from cds_service.knowledge.sources import read_sources
from cds_service.models.drug_linker import DrugLinker
from cds_service.settings import Settings
from tests.hook_calls import active, bundle, chart, creatinine, draft, egfr, order_sign, person, weight
from tests.running_service import RunningService

Resource = dict[str, Any]
METFORMIN = "metformin 1000 mg bid"


def quantity(resource: Resource, **members: Any) -> Resource:
    return {**resource, "valueQuantity": {**resource["valueQuantity"], **members}}


IMPOSSIBLE: dict[str, Resource] = {
    "an eGFR below zero": egfr(-1),
    "an eGFR in the thousands": egfr(24000),
    "a value as text": quantity(egfr(1), value="24,5"),
    "a value that is a bound": quantity(egfr(24), comparator="<"),
    "no unit": {**egfr(24), "valueQuantity": {"value": 24}},
    "a unit of another kind": quantity(egfr(24), unit="kg", code="kg"),
    "a unit that its code contradicts": quantity(egfr(24), unit="mL/s", code="mL/min"),
    "no value": {name: value for name, value in egfr(24).items() if name != "valueQuantity"},
}


@pytest.mark.covers("C-64")
@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_hostile_64_an_impossible_value_is_not_used_in_silence(service: RunningService, name: str) -> None:
    reply = service.ask(order_sign(draft(METFORMIN), prefetch=chart(labs=bundle(IMPOSSIBLE[name]))))
    assert (
        "renal-metformin-egfr-0-30" not in {one["rule"] for one in reply.findings} or name == "a value that is a bound"
    )
    said = " ".join([*reply.not_assessed, *(card["detail"] for card in reply.cards)])
    assert "metformin" in said


@pytest.mark.covers("C-64")
def test_hostile_64_a_weight_of_tons_and_a_birth_in_the_future_are_not_reckoned_with(service: RunningService) -> None:
    famotidine = draft("famotidine 40 mg daily")
    for changed in (
        {"vitals": bundle(weight(7000)), "labs": bundle(creatinine(2.5))},
        {"patient": person(birthDate="2099-01-01"), "vitals": bundle(weight(60)), "labs": bundle(creatinine(2.5))},
    ):
        reply = service.ask(order_sign(famotidine, prefetch=chart(**changed)))
        assert "renal-dosing" not in {one["topic"] for one in reply.findings}
        assert any("famotidine" in said for said in reply.not_assessed)


DATES = {
    "2026-02": ("2026-02-01T00:00:00+00:00", "2026-02-28"),
    "2026": ("2026-01-01T00:00:00+00:00", "2026-12-31"),
    "0001-01-01": ("0001-01-01T00:00:00+00:00", "0001-01-01"),
    "9999-12-31": ("9999-12-31T00:00:00+00:00", "9999-12-31"),
    "2028-02-29": ("2028-02-29T00:00:00+00:00", "2028-02-29"),
    "2026-03-29T02:30:00+01:00": ("2026-03-29T01:30:00+00:00", "2026-03-29"),
    "2026-10-25T02:30:00": ("2026-10-25T02:30:00+00:00", "2026-10-25"),
    "2026-12-31T23:59:60Z": ("2026-12-31T23:59:59+00:00", "2026-12-31"),
}
NO_DATES = ("2027-02-29", "2026-13-01", "0000-01-01", "26-1-1", "01/02/2026", "yesterday", "", 20260101, None)


@pytest.mark.covers("C-65")
def test_hostile_65_each_kind_of_date_has_one_reading() -> None:
    for written, (begins, ends) in DATES.items():
        moment, last = moment_of(written), last_day_of(written)
        assert moment is not None and moment.isoformat() == begins
        assert last is not None and last.isoformat() == ends
    assert [moment_of(one) for one in NO_DATES] == [None] * len(NO_DATES)
    today = datetime(2026, 11, 23, tzinfo=UTC).date()
    assert age_in_years(datetime(2099, 1, 1, tzinfo=UTC).date(), today) is None


@pytest.mark.covers("C-65")
@given(st.text(max_size=30) | st.integers() | st.none() | st.datetimes().map(lambda one: one.isoformat()))
def test_hostile_65_no_date_is_an_exception(written: object) -> None:
    moment_of(written)
    last_day_of(written)


@pytest.mark.covers("C-65")
@pytest.mark.parametrize("written", [*DATES, *NO_DATES])
def test_hostile_65_a_result_of_any_date_is_answered(service: RunningService, written: object) -> None:
    result = {**egfr(24), "effectiveDateTime": written}
    reply = service.ask(order_sign(draft(METFORMIN), prefetch=chart(labs=bundle(result))))
    assert reply.findings or reply.not_assessed


ITSELF = {"itemReference": {"reference": "#m"}}
NOT = {"url": "https://ehr.example/not", "valueBoolean": True}
ODD: dict[str, Resource] = {
    "another type": {"resourceType": "Banana", "id": "b"},
    "a primitive extension in place of a value": {**active("warfarin 5 mg"), "_status": {"extension": []}},
    "a contained resource that contains itself": {
        **active(""),
        "contained": [
            {"resourceType": "Medication", "id": "m", "ingredient": [{"itemReference": {"reference": "#m"}}]}
        ],
        "medicationReference": {"reference": "#m"},
    },
    "a modifier extension": {
        **active("aspirin 81 mg"),
        "modifierExtension": [NOT],
    },
    "a type that was swapped": {**active("warfarin 5 mg"), "resourceType": "AllergyIntolerance"},
}


@pytest.mark.covers("C-62")
@pytest.mark.parametrize("name", ODD)
def test_hostile_62_an_odd_resource_beside_a_good_one_is_passed_over(service: RunningService, name: str) -> None:
    known = chart(medications=bundle(active("warfarin 5 mg daily", 2), ODD[name]))
    assert service.ask(order_sign(draft("bactrim ds bid"), prefetch=known)).card("drug-interaction")


@pytest.mark.covers("C-67")
def test_hostile_67_a_code_of_an_unknown_system_leaves_the_words(
    service: RunningService,
) -> None:
    concept = {"coding": [{"system": "https://local.example/codes", "code": "11289"}], "text": "bactrim ds bid"}
    known = chart(medications=bundle(active("warfarin 5 mg daily")))
    order = draft("", medicationCodeableConcept=concept)
    assert service.ask(order_sign(order, prefetch=known)).card("drug-interaction")


class Scores:
    """A network that answers what it should not."""

    def __init__(self, like: DrugLinker, score: float) -> None:
        self._inputs = like._session.get_inputs()
        self._score = score

    def get_inputs(self) -> Any:
        return self._inputs

    def run(self, _outputs: object, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        return [np.full(len(feeds["features"]), self._score, dtype=np.float32)]


@pytest.mark.covers("E-94")
@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_hostile_94_a_score_that_is_none_is_not_shown(service: RunningService, score: float) -> None:
    assert service.rooms is not None
    linker = service.rooms.models.drug_linker
    assert linker is not None
    kept = linker._session
    linker._session = Scores(linker, score)  # type: ignore[assignment]
    try:
        known = chart(medications=bundle(active("warfarin 5 mg daily")))
        reply = service.ask(order_sign(draft("metforninz 500"), draft("bactrim ds bid", 2), prefetch=known))
    finally:
        linker._session = kept
        service.rooms.readings._kept.clear()
    assert reply.card("drug-interaction")
    assert "nan" not in reply.text.lower().replace("finance", "") and "probability" not in reply.text


@pytest.mark.covers("E-97", "F28")
def test_hostile_97_the_handle_holds_no_phi_and_a_changed_one_opens_nothing(service: RunningService) -> None:
    known = chart(medications=bundle(active("warfarin 5 mg daily")))
    card = service.ask(order_sign(draft("bactrim ds bid"), prefetch=known)).card("drug-interaction")
    handle = card["links"][0]["appContext"]
    assert len(handle) == 32 and handle.isascii()
    assert not [part for part in ("ruth", "warfarin", card["uuid"]) if part in handle.lower()]
    assert service.rooms is not None
    store = service.rooms.store
    found = store.card_by_handle(handle)
    assert found is not None and found.uuid == card["uuid"]
    for changed in (handle[:-1] + ("A" if handle[-1] != "A" else "B"), handle[::-1], handle.lower() + "x", ""):
        assert store.card_by_handle(changed) is None


@pytest.mark.covers("E-92", "SC18")
@pytest.mark.parametrize("url", ["http://fda.gov/x", "data:text/html,x", "javascript:alert(1)", "//evil.example/x"])
def test_hostile_92_a_source_whose_link_is_not_https_never_gets_into_the_tables(url: str) -> None:
    source = f"a: {{title: t, publisher: p, year: 2020, identifier: i, url: '{url}', kind: label}}"
    with pytest.raises(KnowledgeError, match="https"):
        read_sources({"sources.yaml": source})
    with pytest.raises(SettingsError, match="APP_URL"):
        Settings.from_env({"COUNTERSIGN_APP_URL": url})
