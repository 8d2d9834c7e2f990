"""What is kept of elements depends on nothing that is not in them: order, patient and time stay each call's own."""

from __future__ import annotations

from cds_service.chart.measurements.reading import kinds_of
from cds_service.chart.memory import LONGEST, remembered
from tests.charts import chart, data, request


def test_the_same_words_of_two_orders_are_read_alike_and_each_order_stays_itself() -> None:
    first = request("warfarin 5 mg daily", id="active-1", status="active", authoredOn="2026-01-01")
    second = request("warfarin 5 mg daily", id="active-2", status="active", authoredOn="2020-01-01")
    one, other = chart(medications=data(first, second)).medications.items
    assert one.drugs == other.drugs
    assert one.sig == other.sig
    assert (one.ref.reference, other.ref.reference) == ("MedicationRequest/active-1", "MedicationRequest/active-2")
    assert one.on != other.on
    assert one.origin.reference != other.origin.reference


def test_an_element_is_read_once_and_a_long_one_each_time() -> None:
    seen: list[bytes] = []

    def counted(element: bytes) -> int:
        seen.append(element)
        return len(seen)

    read = remembered(counted)
    assert read({"code": "x"}) == read({"code": "x"}) == 1
    long = {"text": "x" * LONGEST}
    assert (read(long), read(long)) == (2, 3)


def test_an_odd_element_says_nothing() -> None:
    for odd in (None, "x", 7, [], {"coding": [None, "x"]}, {"coding": {"code": "98979-8"}}):
        assert kinds_of(odd) == {}
