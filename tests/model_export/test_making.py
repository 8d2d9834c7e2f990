"""What makes the models: tasks by folder, the manifest, the cards, and generated examples."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.models import WEIGHTS
from cds_service.models.cards import WAYS, columns_of, named, read_cards
from cds_service.models.embedder import ABOUT
from cds_service.models.manifest import WeightsFolder
from model_export.__main__ import main
from model_export.cards.attributes import source_attributes
from model_export.cards.card import markdown, write_card
from model_export.linking.comparison import MIX
from model_export.linking.data import examples, lexicon_names, world
from model_export.linking.misspellings import CALIBRATION, REPORTED, TRAINING, Slip, misspelt
from model_export.making.manifest import Release, publish, read_entry, sha256
from model_export.making.sentences import SENTENCES
from model_export.retrieval import searched
from model_export.task import CARDS
from model_export.tasks import discover, reranker

FAMILIES = (TRAINING, CALIBRATION, REPORTED)


def test_tasks_are_found_by_folder_and_every_model_of_the_manifest_has_a_card() -> None:
    tasks = discover()
    assert {"embedder", "drug-linking", "retrieval"} <= set(tasks)
    with_card = {task.model for task in tasks.values() if task.card}
    assert with_card == set(WeightsFolder.open(WEIGHTS).entries)


def test_an_unknown_task_is_named_with_the_known_ones() -> None:
    result = CliRunner().invoke(main, ["evaluate", "nothing", "--data", str(CARDS)])
    assert result.exit_code == 2
    assert "drug-linking" in result.output


@pytest.mark.covers(*(f"Q{number}" for number in range(14, 45)))
@pytest.mark.parametrize("card", read_cards().values(), ids=read_cards())
def test_a_card_answers_every_source_attribute_or_says_that_nothing_is_known(card: Mapping[str, Any]) -> None:
    answered = {one["id"]: one["value"] for one in card["attributes"]}
    assert list(answered) == [f"Q{number}" for number in range(14, 45)]
    assert all(len(value) > 10 for value in answered.values())
    known = {number for number, value in answered.items() if not value.startswith("Information not available")}
    assert {"Q14", "Q16", "Q17", "Q18", "Q19", "Q20", "Q21", "Q22", "Q23", "Q24", "Q25", "Q27", "Q34"} <= known


@pytest.mark.parametrize("name", read_cards())
def test_a_card_to_read_says_what_its_json_says(name: str) -> None:
    assert (CARDS / f"{name}.md").read_text("utf-8") == markdown(read_cards()[name])


def test_rows_of_a_card_stand_set_by_set_with_the_model_last() -> None:
    given = {f"{of}, {way}": {"wrong": 0.1, "exact": 0.9, "n": 3} for of in ("b", "a, c") for way in reversed(WAYS)}
    rows = named(given)
    assert [row["measured"] for row in rows] == [f"{of}, {way}" for of in ("a, c", "b") for way in WAYS]
    assert list(rows[0]) == ["measured", "n", "exact", "wrong"] == columns_of(rows)


def test_a_card_that_answers_an_unknown_attribute_is_refused() -> None:
    with pytest.raises(ValueError, match="Q99"):
        source_attributes({"title": "T", "limits": [], "training": "", "data": "", "attributes": {"Q99": "x"}})


@pytest.mark.parametrize("model", ["embedder", "drug-linker", "reranker"])
def test_a_card_tells_of_the_weights_that_are_shipped(model: str) -> None:
    card = json.loads((CARDS / f"{model}.json").read_bytes())
    assert card["files"] == read_entry(model, WEIGHTS)["files"]
    assert card["thresholds"] == read_entry(model, WEIGHTS)["thresholds"]
    assert all(card[part] for part in ("intended_use", "out_of_scope", "training", "data", "licence", "limits"))


def test_the_manifest_names_every_file_of_the_weights_folder() -> None:
    named = {file.name for entry in WeightsFolder.open(WEIGHTS).entries.values() for file in entry.files.values()}
    assert named == {path.name for path in WEIGHTS.iterdir()} - {"manifest.json"}


def test_publishing_keeps_the_other_entries(tmp_path: Path) -> None:
    for model in ("one", "two"):
        file = tmp_path / f"{model}.onnx"
        file.write_bytes(model.encode())
        parts = {"model": (file, file.name)}
        publish(Release(model, "1", parts, "none", "Apache-2.0", {"fp32": None}, {"accept": 0.5}), tmp_path / "weights")
    folder = WeightsFolder.open(tmp_path / "weights")
    assert [folder.read(model, "model") for model in ("one", "two")] == [b"one", b"two"]
    assert folder.entry("two").files["model"].sha256 == sha256(tmp_path / "two.onnx")


def test_a_card_drops_evaluations_of_other_weights(tmp_path: Path) -> None:
    task = replace(
        discover()["drug-linking"], compare=None, tables=None
    )  # the altered weights are for looking at, not for use
    weights = Path(shutil.copytree(WEIGHTS, tmp_path / "weights", ignore=shutil.ignore_patterns("embedder*")))
    write_card(task, weights, tmp_path, {"mine": {"n": 1}})
    plain, _ = write_card(task, weights, tmp_path, {})
    assert "mine" in json.loads(plain.read_bytes())["evaluations"]
    manifest = json.loads((weights / "manifest.json").read_bytes())
    manifest["models"]["drug-linker"]["files"]["model"]["sha256"] = "0" * 64
    (weights / "manifest.json").write_text(json.dumps(manifest))
    plain, _ = write_card(task, weights, tmp_path, {})
    assert json.loads(plain.read_bytes())["evaluations"] == {}


@pytest.mark.parametrize(
    ("model", "command", "said"),
    [
        ("embedder", "card", "retrieval_dev has neither corpus.jsonl nor corpus.jsonl.gz"),
        ("reranker", "card", "retrieval_dev has neither corpus.jsonl nor corpus.jsonl.gz"),
        ("reranker", "train", "medquad_qa.jsonl.gz is not there"),
        ("sig", "card", "sig has no model card"),
    ],
)
def test_what_is_missing_ends_a_command_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str, command: str, said: str
) -> None:
    monkeypatch.setattr(searched, "DATA", tmp_path)  # a clone without the data beside it
    monkeypatch.setattr(reranker, "DATA", tmp_path)
    result = CliRunner().invoke(main, [command, model])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ") and result.output.endswith(f"{said}\n")
    assert result.output.count("\n") == 1


def test_no_family_serves_two_purposes() -> None:
    names = [name for family in FAMILIES for name in family]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("slips", FAMILIES)
def test_misspellings_are_reproducible_and_mostly_differ(slips: Mapping[str, Slip]) -> None:
    names = [name for name, _ in lexicon_names()]
    once, again = ([misspelt(name, slips, Random(7)) for name in names] for _ in range(2))  # a new source for each name
    assert once == again
    assert sum(name != written for name, written in zip(names, once, strict=True)) > 0.8 * len(names)


def test_examples_hold_lexicon_drugs_and_others_and_no_name_that_is_spelt_right() -> None:
    names = [("metformin", ("6809",)), ("metoprolol", ("6918",)), ("warfarin", ("11289",)), ("metolazone", ("6916",))]
    around = world(
        names, ["prednisolone", "betamethasone", "dupilumab", "nadolol"], ["tablet", "glucose"] * 5, Random(1)
    )
    made = list(examples(around, TRAINING, 200, Random(1)))
    assert any(example.rxcuis for example in made)
    assert any(not example.rxcuis for example in made)
    assert not any(name in example.text.lower().split() for name, _ in names for example in made)


def test_the_parity_sentences_are_all_different() -> None:
    assert len(SENTENCES) == len(set(SENTENCES)) > 100


def test_the_linkers_card_shows_what_is_lost_without_it() -> None:
    shown = read_cards()["drug-linker"]["comparison"]
    least = {"single slips": 0.95, "single slips, names of one word": 0.97, "all slips": 0.88, MIX: 0.93}
    for texts, exact in least.items():
        alone, with_model = shown[f"{texts}, nearest spelling"], shown[f"{texts}, with the model"]
        assert with_model["exact"] >= exact
        # A single slip in one word is what the nearest spelling is best at; it answers more, and more of it wrongly.
        assert with_model["exact"] > alone["exact"] + (-0.01 if "one word" in texts else 0.01)
        assert with_model["wrong"] < alone["wrong"]
        # Half of these texts are no drug of the lexicon, the hardest of them made to be taken for one.
        assert with_model["wrong"] <= 0.01
        assert with_model["accepted_non_drugs"] <= 0.02
        assert with_model["accepted_non_drugs"] < alone["accepted_non_drugs"]


def test_the_linkers_card_says_how_sure_it_is_and_what_it_does_with_kinds_that_it_never_saw() -> None:
    tables = read_cards()["drug-linker"]["tables"]
    assert {row["left out"] for row in tables["left_out"]} > set(TRAINING)
    explained = next(limit for limit in read_cards()["drug-linker"]["limits"] if "left out of the training" in limit)
    for row in tables["left_out"]:
        apart = abs(row["fitted with"] - row["fitted without"])
        assert apart <= 0.05 or f"{row['left out'].replace('_', ' ')} ({apart:.2f})" in explained
        if row["measure"] == "exact":  # some 300 texts, all of drugs: one of them is .003
            assert row["wrong, fitted without"] <= max(0.01, row["wrong, fitted with"] + 0.005)
    answered = [row for row in tables["reliability"] if row["said"] >= 0.8]
    assert answered and all(row["found"] >= row["said"] - 0.03 for row in answered)  # an answer is as sure as it says
    wrong = sum(
        row["wrong"] * row["n"] for row in tables["subgroups"] if row["group"] in ("slip", "no drug of the lexicon")
    )
    assert round(wrong) == len(tables["errors"])


@pytest.mark.parametrize(("model", "without"), [("embedder", "BM25 alone"), ("reranker", "search alone")])
def test_a_card_of_the_search_shows_what_is_lost_without_its_model(model: str, without: str) -> None:
    comparison = read_cards()[model]["comparison"]
    with_it, alone = comparison["development set, with the model"], comparison[f"development set, {without}"]
    assert with_it["n"] == alone["n"] == 300
    assert with_it["ndcg_at_10"] > alone["ndcg_at_10"] + 0.01


@pytest.mark.parametrize(("model", "without"), [("embedder", "BM25 alone"), ("reranker", "search alone")])
def test_what_a_model_gains_in_phrasings_that_it_never_saw_is_measured_and_a_gap_is_told(
    model: str, without: str
) -> None:
    comparison = read_cards()[model]["comparison"]
    gains = [
        comparison[f"{of}, with the model"]["ndcg_at_10"] - comparison[f"{of}, {without}"]["ndcg_at_10"]
        for of in ("development set", "development set, in phrasings apart")
    ]
    assert gains[1] > 0.01
    told = any("phrasings that it never saw" in limit for limit in read_cards()[model]["limits"])
    assert gains[0] - gains[1] <= 0.05 or told


def test_the_reranker_stays_away_from_our_rules_while_its_card_says_that_it_harms_them() -> None:
    card = read_cards()["reranker"]
    with_it, alone = (
        card["comparison"][f"own rules, {way}"]["mrr_at_10"] for way in ("with the model", "search alone")
    )
    assert with_it < alone  # when it helps there, `answering` is to use it, and the card is to say so
    assert any("own rules it does harm" in limit for limit in card["limits"])


def test_the_likeness_that_the_service_uses_is_the_one_of_the_manifest() -> None:
    assert read_entry("embedder", WEIGHTS)["thresholds"] == {"about": ABOUT}
    found = {row["questions"]: row["from 0.50"] for row in read_cards()["embedder"]["tables"]["near_enough"]}
    for name in ("first", "second"):
        assert found[f"our rules, {name} set: of a rule"] >= 0.95
        assert found[f"our rules, {name} set: medicine, no rule"] <= 0.1
        assert found[f"our rules, {name} set: everyday"] == 0.0
