"""Pairs of drugs that prolong QT, what in the patient raises the concern, and charts in which it stays quiet."""

from __future__ import annotations

from itertools import combinations

import pytest

from cds_service.knowledge.kinds.qt import QtDrug
from tests.cds_service.checks.safety_cases import Chart, case, loudest, not_assessed, said
from tests.charts import chart, data, knowledge, request

CHECK = "qt-prolongation"
KNOWN = sorted(row.drugs[0] for row in knowledge().all(QtDrug) if row.risk == "known")


def both(order: str, medication: str) -> tuple[str, str]:
    """The loudest card of either check about a pair, both ways round."""
    ways = case(order, medication), case(medication, order)
    one, other = (tuple(loudest(check, given) for check in (CHECK, "drug-interaction")) for given in ways)
    assert one == other
    return one[0], one[1]


@pytest.mark.parametrize(
    ("order", "medication", "expected"),
    [
        ("haloperidol 2 mg bid", "methadone 10 mg tid", "warning"),
        ("citalopram 20 mg daily", "methadone 10 mg tid", "warning"),
        ("ondansetron 4 mg prn", "methadone 10 mg tid", "info"),
        ("ondansetron 4 mg prn", "escitalopram 10 mg daily", "info"),
        ("sertraline 50 mg daily", "ondansetron 4 mg prn", "silent"),  # at high levels only, and none of known risk
        ("amitriptyline 25 mg qhs", "trazodone 50 mg qhs", "silent"),
        ("amitriptyline 25 mg qhs", "methadone 10 mg tid", "info"),
        ("haloperidol 2 mg bid", "metformin 500 mg bid", "silent"),
        ("ciprofloxacin 0.3% otic drops bid", "methadone 10 mg tid", "silent"),
        ("erythromycin ophthalmic ointment", "haloperidol 2 mg bid", "silent"),
    ],
)
def test_a_pair_speaks_by_the_risk_of_both(order: str, medication: str, expected: str) -> None:
    assert loudest(CHECK, case(order, medication)) == expected
    assert loudest(CHECK, case(medication, order)) == expected


def test_every_pair_of_known_risk_interrupts_once() -> None:
    """Either as a QT pair, or by a row of the interaction table: never by both, never by neither."""
    names = knowledge().names
    for one, other in combinations(KNOWN, 2):
        shown = both(names.drugs[one].name, names.drugs[other].name)
        loud = [display for display in shown if display in ("warning", "critical")]
        assert len(loud) == 1, (names.drugs[one].name, names.drugs[other].name, shown)


@pytest.mark.parametrize(
    ("order", "labs", "problems", "expected"),
    [
        ("haloperidol 2 mg bid", {"potassium": 3.4}, (), "warning"),
        ("haloperidol 2 mg bid", {"potassium": 3.5}, (), "silent"),
        ("ondansetron 4 mg prn", {"potassium": 3.4}, (), "silent"),
        ("ondansetron 4 mg prn", {"potassium": 2.9}, (), "warning"),
        ("sertraline 50 mg daily", {"potassium": 2.9}, (), "silent"),
        ("haloperidol 2 mg bid", {"qtc": 480}, (), "warning"),
        ("haloperidol 2 mg bid", {"qtc": 479}, (), "silent"),
        ("ondansetron 4 mg prn", {"qtc": 499}, (), "silent"),
        ("ondansetron 4 mg prn", {"qtc": 500}, (), "warning"),
        ("haloperidol 2 mg bid", {}, ("Long QT syndrome",), "critical"),
        ("ondansetron 4 mg prn", {}, ("Congenital long QT syndrome",), "warning"),
        ("sertraline 50 mg daily", {}, ("Long QT syndrome",), "silent"),
        ("haloperidol 2 mg bid", {}, ("Hypokalemia",), "warning"),
        ("acetaminophen 500 mg prn", {"qtc": 520, "potassium": 2.5}, ("Long QT syndrome",), "silent"),
    ],
)
def test_a_risk_of_the_patient_raises_the_concern(
    order: str, labs: dict[str, float], problems: tuple[str, ...], expected: str
) -> None:
    assert loudest(CHECK, case(order, labs=labs, problems=problems)) == expected


def test_a_risk_factor_takes_the_place_of_the_quieter_pairs_and_names_them() -> None:
    given = case("ondansetron 4 mg prn", "escitalopram 10 mg daily", labs={"qtc": 510})
    (found,) = said(CHECK, given)
    assert (found.rule, found.display) == ("qt-factor-qtc-500", "warning")
    assert "escitalopram 10 mg daily" in [fact.value for fact in found.facts]


def test_sotalol_leaves_potassium_to_its_own_gate() -> None:
    given = case("sotalol 80 mg bid", labs={"potassium": 3.2})
    assert loudest(CHECK, given) == "silent" and loudest("lab-gated", given) == "critical"


def test_what_is_missing_is_said_for_known_risk_only() -> None:
    unknown = chart(request("haloperidol 2 mg bid"))
    assert len(not_assessed(CHECK, unknown)) == 3
    assert not_assessed(CHECK, chart(request("ondansetron 4 mg prn"))) == []
    assert not_assessed(CHECK, chart(request("acetaminophen 500 mg prn"))) == []


def test_a_drug_is_no_pair_with_itself() -> None:
    again: Chart = chart(
        request("methadone 10 mg tid"),
        medications=data(request("methadone 5 mg bid", id="m1", status="active")),
        problems=data(),
        labs=data(),
    )
    assert said(CHECK, again) == []


def test_the_class_of_known_risk_holds_the_drugs_whose_rows_say_so() -> None:
    names = knowledge().names
    members = {rxcui for rxcui, classes in names.classes.items() if "qt-known" in classes}
    assert members == set(KNOWN)
