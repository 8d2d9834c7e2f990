"""A row that was held against a page says so, as long as it says what it said then."""

from __future__ import annotations

from dataclasses import replace

from cds_service.knowledge.kinds.indications import Indication
from cds_service.knowledge.kinds.interactions import Interaction
from cds_service.knowledge.kinds.source_checks import SourceCheck
from tests.charts import knowledge

ROW = "ddi-sildenafil--nitrate"


def test_every_shipped_check_is_of_a_row_that_says_what_was_checked() -> None:
    assert {one.row for one in knowledge().all(SourceCheck)} == set(knowledge().source_checks)


def test_a_row_whose_harm_was_changed_since_counts_as_unchecked() -> None:
    changed = tuple(replace(row, harm="moderate") if row.id == ROW else row for row in knowledge().all(Interaction))
    rows = {**knowledge().rows, Interaction.table: changed}
    assert ROW in knowledge().source_checks
    assert ROW not in replace(knowledge(), rows=rows).source_checks


def test_a_row_of_indications_that_names_another_problem_since_counts_as_unchecked() -> None:
    row = "ind-alfuzosin"
    changed = tuple(
        replace(one, problems=(*one.problems, "cough")) if one.id == row else one for one in knowledge().all(Indication)
    )
    rows = {**knowledge().rows, Indication.table: changed}
    assert row in knowledge().source_checks
    assert row not in replace(knowledge(), rows=rows).source_checks
