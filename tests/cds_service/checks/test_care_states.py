"""Each state of a checklist item, and for whom an item is: what is open, what is not known, what somebody decided."""

from __future__ import annotations

import pytest

from cds_service.chart import ABSENT, Supplied
from tests.cds_service.checks.care_charts import (
    chart_of,
    condition,
    looked,
    procedure,
    row,
    said,
    state,
    survey,
    taking,
    vaccine,
)
from tests.charts import allergy, data, observation, person

FAILED = Supplied("failed")


def hba1c(on: object, **members: object) -> dict[str, object]:
    return observation("4548-4", 7.1, "%", on=on, **members)


@pytest.mark.parametrize(
    ("on", "wanted"),
    [("2026-11-20", "met"), ("2026-05-23", "met"), ("2026-05-22", "unmet"), ("2027-01-01", "unknown")],
)
def test_a_result_counts_inside_the_window_to_the_day(on: str, wanted: str) -> None:
    assert state(chart_of(labs=data(hba1c(on)))) == wanted


def test_the_proof_is_shown_with_value_date_and_resource() -> None:
    found = looked(chart_of(labs=data(hba1c("2026-11-20"))), row())["care-x"]
    (fact,) = found.facts
    assert (fact.value, str(fact.on), fact.origin.reference) == ("7.1 %", "2026-11-20", "Observation/4548-4-2026-11-20")
    assert found.why == "7.1 % on 2026-11-20"


def test_an_open_item_says_the_last_one_or_among_how_many_there_was_none() -> None:
    old = looked(chart_of(labs=data(hba1c("2025-01-04"))), row())["care-x"]
    assert old.why == "last 7.1 % on 2025-01-04, none in the last 6 months"
    none = looked(chart_of(labs=data(observation("2823-3", 4.1, "mmol/L"))), row())["care-x"]
    assert none.why == "no HbA1c in the last 6 months among 1 observation"


@pytest.mark.parametrize("supplied", [ABSENT, FAILED, data(condition("asthma"))])
def test_a_list_that_nobody_could_read_leaves_it_unknown(supplied: Supplied) -> None:
    assert state(chart_of(labs=supplied)) == "unknown"


def test_a_list_that_goes_on_is_known_only_as_far_as_it_is_sorted() -> None:
    other = [observation("2823-3", 4.1, "mmol/L", on=on) for on in ("2026-11-01", "2026-09-01", "2026-04-01")]
    assert state(chart_of(labs=Supplied("data", tuple(other), complete=False))) == "unmet", "beyond the window"
    assert state(chart_of(labs=Supplied("data", tuple(other[:2]), complete=False))) == "unknown"
    assert state(chart_of(labs=Supplied("data", (other[2], *other[:2]), complete=False))) == "unknown", "not sorted"
    with_outcome = Supplied("data", tuple(other), complete=False, note="may lack entries")
    assert state(chart_of(labs=with_outcome)) == "unknown"


@pytest.mark.parametrize(
    "members",
    [
        {"effectiveDateTime": None},
        {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
        {"effectiveDateTime": "2026"},
    ],
)
def test_what_may_be_the_proof_and_cannot_be_used_leaves_it_unknown(members: dict[str, object]) -> None:
    assert state(chart_of(labs=data({**hba1c("2026-11-20"), **members}))) == "unknown"


@pytest.mark.parametrize(
    "members",
    [
        {"status": "cancelled"},
        {"status": "entered-in-error"},
        {"valueQuantity": None, "dataAbsentReason": {"text": "asked but declined"}},
    ],
)
def test_what_was_not_done_is_no_proof(members: dict[str, object]) -> None:
    assert state(chart_of(labs=data({**hba1c("2026-11-20"), **members}))) == "unmet"


def test_a_proof_that_may_stand_elsewhere_is_unknown_when_it_is_not_here() -> None:
    cells = {"proof": "set:mammography@2y", "elsewhere": "imaging reports"}
    assert state(chart_of(), **cells) == "unknown"
    assert state(chart_of(procedures=data(procedure("71651007"))), **cells) == "met"
    found = looked(chart_of(), row(**cells))["care-x"]
    assert found.why == "no procedures on record; it may stand in imaging reports, which are not read"


def test_a_procedure_counts_by_its_whole_name_and_one_of_a_strange_code_is_said() -> None:
    cells = {"proof": "set:mammography@2y"}
    cpt = procedure(None, text="Screening mammography", id="cpt")
    assert state(chart_of(procedures=data(cpt)), **cells) == "met"
    strange = {**cpt, "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "77067"}]}}
    assert state(chart_of(procedures=data(strange)), **cells) == "unknown"
    assert state(chart_of(procedures=data({**strange, "performedDateTime": "2019-01-01"})), **cells) == "unmet"


def test_doses_count_on_different_days() -> None:
    cells = {"proof": "set:zoster-rzv@ever,doses=2"}
    one, same, two = vaccine("187", "2026-01-10"), vaccine("187", "2026-01-10", id="b"), vaccine("187", "2026-04-10")
    assert state(chart_of(immunizations=data(one, two)), **cells) == "met"
    assert state(chart_of(immunizations=data(one, same)), **cells) == "unmet"
    found = looked(chart_of(immunizations=data(one)), row(**cells))["care-x"]
    assert found.why == "1 of 2 doses, the last on 2026-01-10"


def test_the_season_begins_with_july() -> None:
    cells = {"proof": "set:influenza-vaccine@season"}
    assert state(chart_of(immunizations=data(vaccine("88", "2026-07-01"))), **cells) == "met"
    assert state(chart_of(immunizations=data(vaccine("88", "2026-06-30"))), **cells) == "unmet"


def test_an_age_that_a_dose_asks_for() -> None:
    cells = {"proof": "set:zoster-rzv@ever,age>=65"}
    assert state(chart_of(immunizations=data(vaccine("187", "2021-05-01"))), **cells) == "met", "her 65th birthday"
    assert state(chart_of(immunizations=data(vaccine("187", "2021-04-30"))), **cells) == "unmet"


@pytest.mark.parametrize(
    ("reason", "on", "wanted"),
    [
        ({"coding": [{"code": "PATOBJ"}]}, "2026-10-02", "declined"),
        ({"text": "Patient refused"}, "2026-10-02", "declined"),
        ({"coding": [{"code": "PATOBJ"}]}, "2024-10-02", "unmet"),
        ({"coding": [{"code": "MEDPREC"}]}, "2019-10-02", "contraindicated"),
        ({"coding": [{"code": "IMMUNE"}]}, "2019-10-02", "immune"),
        ({"coding": [{"code": "OSTOCK"}]}, "2026-10-02", "unmet"),
        (None, "2026-10-02", "unmet"),
    ],
)
def test_what_was_not_given_is_shown_with_its_reason(reason: object, on: str, wanted: str) -> None:
    refused = vaccine("88", on, "not-done", **({"statusReason": reason} if reason else {}))
    assert state(chart_of(immunizations=data(refused)), proof="set:influenza-vaccine@season") == wanted


def test_a_dose_after_a_refusal_makes_the_refusal_old() -> None:
    refused = vaccine("187", "2026-01-02", "not-done", statusReason={"text": "declined"})
    given = vaccine("187", "2026-03-02")
    cells = {"proof": "set:zoster-rzv@ever,doses=2"}
    assert state(chart_of(immunizations=data(refused, given)), **cells) == "unmet"


def test_a_recorded_allergy_is_a_contraindication_and_no_open_item() -> None:
    statin = chart_of(allergies=data(allergy("simvastatin")))
    assert state(statin, proof="taking:class:statin", allergens="class:statin") == "contraindicated"


def test_what_is_taken_proves_it_and_what_was_only_read_does_not() -> None:
    cells = {"proof": "taking:class:statin"}
    assert state(chart_of(medications=data(taking("atorvastatin 40 mg daily"))), **cells) == "met"
    assert state(chart_of(medications=data(taking("metformin 500 mg"))), **cells) == "unmet"
    assert state(chart_of(medications=data(taking("qwxyzzol 40 mg daily"))), **cells) == "unknown"
    assert state(chart_of(medications=ABSENT), **cells) == "unknown"


def test_what_stands_on_the_problem_list_proves_it_unless_it_is_provisional() -> None:
    cells = {"proof": "problem:tobacco"}
    provisional = condition("current smoker", verificationStatus={"coding": [{"code": "provisional"}]})
    assert state(chart_of(problems=data(condition("current smoker"))), **cells) == "met"
    assert state(chart_of(problems=data(provisional)), **cells) == "unmet"
    assert state(chart_of(problems=FAILED), **cells) == "unknown"


def test_of_alternatives_one_is_enough_and_of_parts_all_are_needed() -> None:
    both = {"proof": "test:hba1c@6m&set:tobacco-status@1y"}
    either = {"proof": "test:hba1c@6m|set:tobacco-status@1y"}
    one = chart_of(labs=data(hba1c("2026-11-20")))
    assert (state(one, **both), state(one, **either)) == ("unmet", "met")
    assert state(chart_of(labs=data(hba1c("2026-11-20")), screenings=data(survey("72166-2"))), **both) == "met"
    assert state(chart_of(screenings=ABSENT), **either) == "unknown"
    assert state(chart_of(screenings=ABSENT), **both) == "unmet", "without HbA1c the other does not matter"


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ({"age_from": "70", "age_below": "71"}, "unmet"),
        ({"age_from": "71"}, "-"),
        ({"age_below": "70"}, "-"),
        ({"sex": "female"}, "unmet"),
        ({"sex": "male"}, "-"),
        ({"conditions": "diabetes"}, "-"),
        ({"conditions": "asthma|copd"}, "unmet"),
        ({"conditions": "asthma", "and_conditions": "ckd"}, "-"),
        ({"unless": "asthma"}, "-"),
        ({"unless": "copd"}, "unmet"),
        ({"drugs": "class:statin"}, "unmet"),
        ({"drugs": "lithium"}, "-"),
        ({"unless_drugs": "atorvastatin"}, "-"),
        ({"unless_done": "bilateral-mastectomy"}, "-"),
        ({"measured": "egfr<60@365"}, "unmet"),
        ({"measured": "egfr<30@365"}, "-"),
        ({"measured": "potassium>=5@365"}, "-"),
        ({"pregnancy": "only"}, "-"),
        ({"pregnancy": "never"}, "unmet"),
        ({"months": "11"}, "unmet"),
        ({"months": "6|7"}, "-"),
        ({"hooks": "appointment-book"}, "-"),
        ({"display": "off"}, "-"),
    ],
)
def test_for_whom_an_item_is(cells: dict[str, str], wanted: str) -> None:
    chart = chart_of(
        problems=data(condition("asthma")),
        medications=data(taking("atorvastatin 40 mg daily")),
        procedures=data(procedure("27865001", "2019-02-03")),
        labs=data(observation("98979-8", 45, "mL/min/1.73m2")),
    )
    assert state(chart, **cells) == wanted


def test_an_unknown_age_or_sex_leaves_open_whether_it_fits() -> None:
    ageless, sexless = person(), person(gender="unknown")
    del ageless["birthDate"]
    assert state(chart_of(who=ageless), age_from="50") == "unknown"
    assert state(chart_of(who=ageless)) == "unmet"
    assert state(chart_of(who=sexless), sex="female") == "unknown"


def test_a_pregnancy_asks_for_what_was_done_in_it() -> None:
    young = person(born="1996-05-01")
    week_30 = {**survey("11884-4", "2026-11-20"), "valueQuantity": {"value": 30, "code": "wk"}}
    week_30.pop("valueCodeableConcept")
    cells = {"pregnancy": "only", "proof": "set:zoster-rzv@pregnancy"}
    since = {"who": young, "labs": data(week_30)}
    assert state(chart_of(**since, immunizations=data(vaccine("187", "2026-10-01"))), **cells) == "met"
    assert state(chart_of(**since, immunizations=data(vaccine("187", "2026-03-01"))), **cells) == "unmet"


def test_nothing_open_gives_no_card_and_what_is_not_known_is_said() -> None:
    assert said(chart_of(labs=data(hba1c("2026-11-20"))), row()) == ([], [])
    findings, notes = said(chart_of(labs=ABSENT), row())
    assert findings == [] and [one.reason for one in notes] == ["Do it: labs were not supplied"]
    assert [one.prominent for one in notes] == [""], "an analyst may have left the key out: no card at every opening"
    _, broken = said(chart_of(labs=FAILED), row())
    assert [(one.reason, one.prominent) for one in broken] == [("Do it: labs could not be read", "info")]


def test_lists_without_which_nobody_knows_what_fits_are_said_once() -> None:
    rows = row("care-a", conditions="asthma"), row("care-b", conditions="copd"), row("care-c", drugs="lithium")
    findings, notes = said(chart_of(problems=ABSENT, medications=FAILED), *rows)
    assert findings == []
    assert [(one.reason, one.prominent) for one in notes] == [
        ("the problem list was not supplied: items for conditions were left out", ""),
        ("the medication list could not be read: items for medicines were left out", "info"),
    ]


def test_what_would_make_an_item_pointless_and_is_not_known_leaves_it_unknown() -> None:
    assert state(chart_of(problems=ABSENT), unless="breast-cancer") == "unknown"


def test_a_vaccine_is_not_offered_while_nobody_knows_the_allergies() -> None:
    cells = {"proof": "set:zoster-rzv@ever", "allergens": "zoster vaccine recombinant"}
    cells |= {"order": "cvx#187", "order_display": "zoster", "order_text": "zoster vaccine"}
    ((known,), _), ((unknown,), _) = said(chart_of(), row(**cells)), said(chart_of(allergies=FAILED), row(**cells))
    assert [one.label for one in known.proposals] == ["Recommend zoster vaccine"]
    assert unknown.proposals == ()


def test_monitoring_stands_before_prevention_and_open_before_met() -> None:
    rows = (
        row("care-minor", "Minor open", proof="set:tobacco-status@1y"),
        row("care-met", "Met"),
        row("care-moderate", "Moderate open", proof="test:tsh@1y", harm="moderate"),
        row("care-unknown", "Unknown", proof="set:mammography@2y", elsewhere="imaging reports"),
    )
    ((finding,), _) = said(chart_of(labs=data(hba1c("2026-11-20"))), *rows)
    assert [one.words for one in finding.items] == ["Moderate open", "Minor open", "Unknown", "Met"]
    assert finding.concepts == ("care-moderate", "care-minor", "care-unknown")
    assert finding.cites == ("care-checklist", "care-moderate", "care-minor", "care-unknown", "care-met")


@pytest.mark.parametrize("death", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-11"}])
def test_nobody_is_asked_to_screen_the_dead(death: dict[str, object]) -> None:
    findings, missing = said(chart_of(who={**person(), **death}), row())
    assert findings == []
    assert [one.reason for one in missing] == ["the chart says that the patient has died: no checklist"]


def test_who_is_said_to_live_has_a_checklist() -> None:
    assert said(chart_of(who={**person(), "deceasedBoolean": False}), row())[0]


def test_what_several_proofs_lack_alike_is_said_once() -> None:
    cells = {"proof": "set:colonoscopy@10y|set:sigmoidoscopy@5y|taking:class:statin|taking:class:pcsk9-inhibitor"}
    found = looked(chart_of(), row(**cells))["care-x"]
    assert found.why == "no procedures on record; no medication on the list"


def test_of_tests_that_prove_an_item_together_those_that_lack_are_offered_each_once() -> None:
    ordered = {"order": "loinc#2160-0", "order_display": "Creatinine", "order_text": "creatinine"}
    both = row(proof="test:creatinine@1y&test:cbc@1y", **ordered)
    other = row("care-y", proof="test:cbc@1y&test:tsh@1y", **ordered)
    ((found,), _) = said(chart_of(labs=data(observation("2160-0", 1.1, "mg/dL"))), both, other)
    assert [one.label for one in found.proposals] == ["Order complete blood count", "Order TSH"]
    ((alone,), _) = said(chart_of(), row(proof="test:creatinine@1y", **ordered))
    assert [one.label for one in alone.proposals] == ["Order creatinine"]


def test_the_unit_of_a_proof_is_written_as_people_write_it() -> None:
    egfr = observation("98979-8", 82, "mL/min/{1.73_m2}", on="2026-10-01")
    found = looked(chart_of(labs=data(egfr)), row(proof="test:creatinine@1y"))["care-x"]
    assert found.why == "82 mL/min/1.73 m2 on 2026-10-01"
