"""What our tables do not cover, as a reader is told it: one line for the topics of the same drugs."""

from __future__ import annotations

from cds_service.facts import OrderRef
from cds_service.findings import NotAssessed, not_covered, told

FIRST, SECOND = OrderRef("MedicationRequest/m1", "diltiazem 120 mg"), OrderRef("MedicationRequest/m2", "zolpidem 5 mg")


def gap(topic: str, *drugs: str, subject: OrderRef = FIRST) -> NotAssessed:
    return NotAssessed(not_covered(drugs, topic), subject, topic, uncovered=drugs)


def test_topics_of_the_same_drugs_stand_in_one_line_at_the_place_of_the_first() -> None:
    other = NotAssessed("no creatinine on record", FIRST, "renal-dosing")
    notes = (gap("drug-allergy", "diltiazem"), other, gap("qt-prolongation", "diltiazem"), gap("age", "diltiazem"))
    assert [note.reason for note in told(notes)] == [
        "our tables do not cover diltiazem for allergies to related drugs, QT prolongation or age",
        "no creatinine on record",
    ]


def test_other_drugs_and_other_orders_keep_lines_of_their_own() -> None:
    notes = (gap("age", "diltiazem"), gap("renal-dosing", "zolpidem"), gap("lactation", "zolpidem", subject=SECOND))
    assert told(notes) == notes
