"""`evaluate sig` keeps to its stated formats and counts harm as harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.terminology.directions.reading import read_directions
from model_export.__main__ import main
from model_export.directions.evaluation import Answer, evaluate_table, score

RETAIL = Path(__file__).parents[1] / "data" / "sig_retail.tsv"
APART = RETAIL.with_name("sig_apart.tsv")
FRESH = RETAIL.with_name("sig_fresh.tsv")
HEADER = "sig\tdose_qty\tdose_unit\ttimes_per_day\tprn\tduration_days"
READ = {"dose_qty": 2.0, "dose_unit": "tablet", "times_per_day": 2.0, "prn": False, "duration_days": None}


def evaluated(tmp_path: Path, *lines: str) -> tuple[dict[str, float], list[dict[str, object]]]:
    table, predictions = tmp_path / "sigs.tsv", tmp_path / "out.jsonl"
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["evaluate", "sig", "--data", str(table), "--predictions", str(predictions)])
    assert result.exit_code == 0, result.output
    written = [json.loads(line) for line in predictions.read_text("utf-8").splitlines()]
    return json.loads(result.stdout.splitlines()[-1]), written


def test_scores_and_predictions_come_in_the_stated_form(tmp_path):
    scores, written = evaluated(
        tmp_path,
        HEADER,
        "1 tab po bid x 5d\t1\tTAB\t2\t0\t5",
        "10 mg prn\t10\tmg\t\t1\t",
        "insulin sliding scale\t\t\t\t0\t",
        "2 tabs daily\t1\ttablet\t1\t0\t",
    )
    assert scores == {
        "n": 4,
        "answered": 0.75,
        "right_when_answered": pytest.approx(2 / 3),
        "abstained": 0.25,
        "wrong": 0.25,
        "harmful": 1,
    }
    assert [line["row"] for line in written] == [0, 1, 2, 3]
    assert [line["abstained"] for line in written] == [False, False, True, False]
    assert written[0] == {"row": 0, "abstained": False} | READ | {"dose_qty": 1.0, "duration_days": 5.0}


def test_without_gold_the_predictions_are_still_written(tmp_path):
    scores, written = evaluated(tmp_path, "sig", "1 tab po bid")
    assert scores == {"n": 1}
    assert written[0]["times_per_day"] == 2.0


@pytest.mark.parametrize(
    ("gold", "harmful"),
    [
        ({"dose_qty": "2", "times_per_day": "2", "prn": "0"}, False),
        ({"dose_qty": "1", "times_per_day": "2"}, True),
        ({"dose_qty": "3", "times_per_day": "2"}, False),
        ({"dose_qty": "8", "times_per_day": "1"}, True),
        ({"prn": "1"}, True),
    ],
)
def test_a_dose_off_by_two_or_a_turned_prn_is_harm(gold, harmful):
    assert Answer(gold, READ).harmful is harmful


def test_milligrams_read_for_micrograms_are_harm():
    read = READ | {"dose_qty": 50.0, "dose_unit": "mg"}
    assert Answer({"dose_qty": "50", "dose_unit": "mcg"}, read).harmful


def test_reading_what_should_abstain_is_wrong_and_harm():
    assert score([Answer({"abstain": "1"}, READ)])["harmful"] == 1
    assert score([Answer({"abstain": "1"}, None)])["wrong"] == 0


def test_directions_as_us_pharmacies_get_them_are_read():
    """137 directions written apart from the grammar in the manner of US e-prescribing; 15 should be declined."""
    scores = evaluate_table(RETAIL, None)
    assert scores["n"] == 137
    assert (scores["wrong"], scores["harmful"]) == (0, 0)
    assert scores["abstained"] <= 0.15


def test_directions_written_apart_are_read_or_declined_and_tapers_phase_by_phase():
    """286 directions whose results stood first (204 before the grammar was mended on them, 82 after): Latin, weekdays,
    hours, fractions, tapers, contradictions, insulin scales; 66 should be declined, 15 of these or give phases."""
    scores = evaluate_table(APART, None)
    assert scores["n"] == 286
    assert (scores["wrong"], scores["harmful"]) == (0, 0)
    assert scores["abstained"] <= 0.27
    assert scores["phases"] == {"n": 15, "right": 15, "abstained": 0, "wrong": 0}


def test_fresh_directions_of_five_ways_of_writing_are_read_or_declined():
    """205 directions whose results stood first (144 before the grammar was mended on them, 61 after): retail, hospital,
    e-prescribing, shorthand, spoken; 30 should be declined, 7 of these or give phases."""
    scores = evaluate_table(FRESH, None)
    assert scores["n"] == 205
    assert (scores["wrong"], scores["harmful"]) == (0, 0)
    assert scores["abstained"] <= 0.18
    assert scores["phases"] == {"n": 7, "right": 7, "abstained": 0, "wrong": 0}


@pytest.mark.parametrize(
    "text",
    [
        "TAKE 1 TABLET BY MOUTH TWICE DAILY, MAY TAKE A THIRD TABLET IF NEEDED",
        "1 tab bid, may take an extra dose",
        "ss tab po daily",
    ],
)
def test_a_dose_on_top_of_the_stated_one_is_declined(text):
    assert read_directions(text).abstained
