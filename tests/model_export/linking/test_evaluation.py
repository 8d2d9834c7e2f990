"""`evaluate drug-linking` reads each string as the service reads an order, and keeps to the stated formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from model_export.__main__ import main
from model_export.linking.scores import Answer, score

ROWS = (
    ("metformin 500 mg", "6809"),
    ("metforminn 500", "6809"),
    ("blood glucose test strips", ""),
    ("bactrim ds bid x 10d", "10180|10829"),
    ("warfarin 5 mg", "6809"),  # a wrong gold answer, so that something is wrong
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", "drug-linking", *map(str, arguments)])


def last_line(result: Result) -> dict[str, float]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "rows.tsv"
    lines = ["medication_text\tingredient_rxcuis", *("\t".join(row) for row in ROWS)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_last_line_holds_the_scores(table: Path) -> None:
    assert last_line(run("--data", table)) == {
        "n": 5,
        "exact": 0.75,
        "abstained": 0.0,
        "wrong": 0.2,
        "accepted_non_drugs": 0.0,
    }


def test_predictions_stand_in_the_order_of_the_rows(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run("--data", table, "--predictions", out)
    predictions = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["row"] for line in predictions] == [0, 1, 2, 3, 4]
    assert predictions[1] == {"row": 1, "ingredient_rxcuis": ["6809"], "abstained": False}
    assert predictions[2] == {"row": 2, "ingredient_rxcuis": [], "abstained": True}
    assert set(predictions[3]["ingredient_rxcuis"]) == {"10180", "10829"}


def test_without_a_gold_column_predictions_are_written_and_nothing_is_scored(tmp_path: Path) -> None:
    data, out = tmp_path / "texts.tsv", tmp_path / "out.jsonl"
    data.write_text("medication_text\nmetforminn 500\n\n", encoding="utf-8")
    assert last_line(run("--data", data, "--predictions", out)) == {"n": 1}
    assert json.loads(out.read_text())["ingredient_rxcuis"] == ["6809"]


def test_a_row_is_answered_the_same_in_any_company(table: Path, tmp_path: Path) -> None:
    alone, out, together = tmp_path / "one.tsv", tmp_path / "one.jsonl", tmp_path / "all.jsonl"
    alone.write_text(f"medication_text\tingredient_rxcuis\n{ROWS[1][0]}\t\n", encoding="utf-8")
    run("--data", alone, "--predictions", out)
    run("--data", table, "--predictions", together)
    assert json.loads(out.read_text()) == {**json.loads(together.read_text().splitlines()[1]), "row": 0}


def test_a_table_without_texts_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "wrong.tsv"
    data.write_text("a\tb\n1\t2\n", encoding="utf-8")
    result = run("--data", data)
    assert result.exit_code == 1
    assert "medication_text" in result.output


def test_abstaining_on_a_non_drug_is_not_wrong_and_answering_is() -> None:
    silent, spoken = Answer((), (), abstained=True), Answer((), ("6809",), abstained=False)
    right, held_back = Answer(("6809",), ("6809",), abstained=False), Answer(("6809",), (), abstained=True)
    assert score([silent, spoken, right, held_back]) == {
        "n": 4,
        "exact": 0.5,
        "abstained": 0.5,
        "wrong": 0.25,
        "accepted_non_drugs": 0.5,
    }


def test_part_of_a_combination_is_wrong() -> None:
    assert score([Answer(("10180", "10829"), ("10180",), abstained=False)])["wrong"] == 1.0
