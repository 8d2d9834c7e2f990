"""A row that was held against a page says so, as long as it says what it said then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cds_service.knowledge.kinds.discharge_words import DischargeWords
from cds_service.knowledge.kinds.indications import Indication
from cds_service.knowledge.kinds.interactions import Interaction
from cds_service.knowledge.kinds.source_checks import SourceCheck
from tests.charts import knowledge

ROW = "ddi-sildenafil--nitrate"


def test_every_shipped_check_is_of_a_row_that_says_what_was_checked() -> None:
    fallen = {one.row for one in knowledge().all(SourceCheck)} - set(knowledge().source_checks)
    assert fallen == set(), {row.id: row.told for row in knowledge().all(DischargeWords) if row.id in fallen}


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


@pytest.mark.parametrize(
    "change",
    [{"lay": "another"}, {"watch": ("Rest.",)}, {"help": ()}, {"routes": frozenset({"nasal"})}, {"drug": "class:x"}],
    ids=lambda change: next(iter(change)),
)
def test_words_at_discharge_that_say_something_else_since_count_as_unchecked(change: dict[str, Any]) -> None:
    row = "dis-warfarin"
    changed = tuple(replace(one, **change) if one.id == row else one for one in knowledge().all(DischargeWords))
    rows = {**knowledge().rows, DischargeWords.table: changed}
    assert row in knowledge().source_checks
    assert row not in replace(knowledge(), rows=rows).source_checks


def test_a_sentence_that_moves_from_watch_to_help_is_another_text() -> None:
    row = next(one for one in knowledge().all(DischargeWords) if one.id == "dis-warfarin")
    assert replace(row, watch=row.watch[:-1], help=(row.watch[-1], *row.help)).told != row.told
