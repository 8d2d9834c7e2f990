"""Where a label was read and gives no advice the answer says so, in the label's topic and of that drug alone."""

from __future__ import annotations

import pytest

from cds_service.engine import assess
from cds_service.findings import not_covered
from cds_service.knowledge.kinds.coverage import CoverageCell
from tests.cds_service.checks.safety_cases import case
from tests.charts import knowledge

SILENT = [cell for cell in knowledge().all(CoverageCell) if cell.state == "no-guidance"]


def reasons(order: str, topic: str) -> list[str]:
    notes = assess("medication-safety", "order-sign", case(order, labs={"egfr": 12}), knowledge()).not_assessed
    return [note.reason for note in notes if note.topic == topic and note.subject is not None]


@pytest.mark.parametrize("cell", SILENT, ids=lambda cell: f"{cell.drug}-{cell.of_topic}")
def test_what_the_label_does_not_say_is_said_at_order_time(cell: CoverageCell) -> None:
    drug = knowledge().names.drugs[cell.drug]
    said = reasons(f"{drug.name} iv once", cell.of_topic)
    assert f"{drug.name}: {cell.note}" in said
    assert not_covered([drug.name], cell.of_topic) not in said


@pytest.mark.parametrize("order", ["warfarin 5 mg daily", "metformin 500 mg twice daily", "rocuronium 50 mg iv once"])
def test_a_label_that_speaks_or_needs_nothing_is_not_called_silent(order: str) -> None:
    assert not any("the label" in reason for reason in reasons(order, "renal-dosing"))
