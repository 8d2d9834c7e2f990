"""A combination that the lexicon knows in part: the known stays coded, and what is read stands beside it."""

from __future__ import annotations

import pytest

from cds_service.chart import Chart, Readings, merge
from cds_service.chart.readings import DrugReading
from cds_service.chart.revise import revised
from cds_service.engine import assess
from tests.charts import chart, data, knowledge, names, request

EZETIMIBE, SIMVASTATIN, METFORMIN = "341248", "36567", "6809"
TEXT = "simvastatni/ezetimibe 20/10 mg daily"


def reading(name: str, *rxcuis: str, span: tuple[int, int]) -> DrugReading:
    return DrugReading(rxcuis, name, span, 0.96, "drug-linker", "3")


WHOLE = {TEXT: reading("simvastatin/ezetimibe", EZETIMIBE, SIMVASTATIN, span=(0, 21))}
HALF = {"simvastatni": reading("simvastatin", SIMVASTATIN, span=(0, 11))}


def merged(drugs: dict[str, DrugReading], text: str = TEXT) -> Chart:
    return merge(chart(request(text)), Readings(drugs), knowledge().vocabulary)


def test_the_text_and_its_unknown_words_wait_for_a_reading() -> None:
    assert [unread.text for unread in chart(request(TEXT)).texts] == [TEXT, "simvastatni"]


@pytest.mark.parametrize(("drugs", "span"), [(WHOLE, (0, 21)), (HALF, (0, 11))])
def test_what_was_read_stands_beside_what_is_coded(drugs: dict[str, DrugReading], span: tuple[int, int]) -> None:
    coded, beside = merged(drugs).orders
    assert (names(coded), names(beside)) == (["ezetimibe"], ["simvastatin"])
    assert not coded.origin.is_read and coded.notes == () and coded.unread == ()
    assert beside.origin.is_read and beside.origin.span == span and beside.component
    assert beside.ref == coded.ref
    assert coded.sig.dose_value is None and beside.sig.dose_value is None  # 20/10 mg are of both


@pytest.mark.parametrize(
    "drugs",
    [
        {},
        {TEXT: reading("", span=(0, 11))},
        {TEXT: reading("ezetimibe", EZETIMIBE, span=(0, 11))},  # nothing new
        {"simvastatni": reading("metformin", METFORMIN, span=(0, 11))},  # no product holds it with ezetimibe
        {TEXT: reading("metformin", METFORMIN, span=(0, 11))},
    ],
)
def test_what_makes_no_product_with_it_is_not_taken(drugs: dict[str, DrugReading]) -> None:
    (order,) = merged(drugs).orders
    assert names(order) == ["ezetimibe"] and not order.origin.is_read
    assert order.notes == ("'simvastatni' beside ezetimibe was not recognised: only ezetimibe was assessed",)


def test_it_is_one_order_still() -> None:
    found = merged(WHOLE)
    coded, beside = found.orders
    assert beside not in found.company_of(coded) and coded not in found.company_of(beside)
    again = revised(found, coded.ref.reference, "simvastatin/ezetimibe 20/10 mg daily", knowledge().vocabulary)
    assert [names(order) for order in again.orders] == [["ezetimibe", "simvastatin"]]


def test_a_concern_about_the_half_that_was_read_is_at_most_a_warning_and_it_asks_to_be_confirmed() -> None:
    taken = {"medications": data(request("clarithromycin 500 mg bid", id="m1", status="active"))}
    read = merge(chart(request(TEXT), **taken), Readings(WHOLE), knowledge().vocabulary)
    found = assess("medication-safety", "order-sign", read, knowledge())
    displays = {c.finding.display for c in found.concerns if SIMVASTATIN in c.finding.concepts}
    assert displays == {"warning"}
    (asked,) = [note for note in found.not_assessed if "please confirm" in note.reason]
    assert asked.proposals[0].content["order_text"] == "simvastatin/ezetimibe 20/10 mg daily"
