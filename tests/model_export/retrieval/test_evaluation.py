"""`evaluate retrieval` over a small BEIR folder, and its two measures by hand."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from model_export.__main__ import main
from model_export.retrieval.evaluation import ndcg, reciprocal_rank, scores

DOCUMENTS = {
    "d1": ("Warfarin", "Trimethoprim-sulfamethoxazole raises the INR of people who take warfarin."),
    "d2": ("Metformin", "Metformin is stopped when the estimated GFR falls below 30."),
    "d3": ("Gout", "Colchicine eases an attack of gout."),
}
QUERIES = {"q1": "Does warfarin interact with sulfa antibiotics?", "q2": "At which GFR is metformin stopped?"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COUNTERSIGN_RUN_DIR", str(tmp_path / "run"))
    corpus = [{"_id": key, "title": title, "text": text} for key, (title, text) in DOCUMENTS.items()]
    queries = [{"_id": key, "text": text} for key, text in QUERIES.items()]
    (tmp_path / "corpus.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, corpus)).encode()))
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\n")
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", "retrieval", *map(str, arguments)])


def test_the_last_line_holds_the_scores_and_predictions_rank_documents(folder: Path) -> None:
    out = folder / "out.jsonl"
    result = run("--data", folder, "--no-rerank", "--predictions", out)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout.splitlines()[-1])
    assert list(found) == ["n", "ndcg_at_10", "mrr_at_10", "p50_ms"]
    assert (found["n"], found["ndcg_at_10"], found["mrr_at_10"]) == (2, 1.0, 1.0)
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert (first["query-id"], first["ranking"][0]) == ("q1", "d1")
    assert (second["query-id"], second["ranking"][0]) == ("q2", "d2")


def test_without_judgements_rankings_are_written_and_nothing_is_scored(folder: Path) -> None:
    (folder / "qrels.tsv").unlink()
    result = run("--data", folder, "--no-rerank", "--predictions", folder / "out.jsonl")
    assert set(json.loads(result.stdout.splitlines()[-1])) == {"n", "p50_ms"}
    assert len((folder / "out.jsonl").read_text().splitlines()) == 2


def test_a_folder_without_a_corpus_is_refused(folder: Path) -> None:
    (folder / "corpus.jsonl.gz").unlink()
    result = run("--data", folder, "--no-rerank")
    assert result.exit_code == 1
    assert "corpus" in result.output


def test_gain_grows_as_two_to_the_score() -> None:
    ranked_last_first = ndcg(["weak", "strong"], {"strong": 2, "weak": 1})
    assert ranked_last_first == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_only_the_first_ten_count() -> None:
    ranking = [f"other{place}" for place in range(10)] + ["right"]
    assert ndcg(ranking, {"right": 1}) == 0.0
    assert reciprocal_rank(ranking, {"right": 1}) == 0.0
    assert reciprocal_rank(ranking[1:], {"right": 1}) == 0.1


def test_queries_without_a_relevant_document_are_not_scored() -> None:
    assert scores({"q1": ["d1"], "q2": ["d1"]}, {"q1": {"d1": 1}, "q2": {"d1": 0}}) == {
        "ndcg_at_10": 1.0,
        "mrr_at_10": 1.0,
    }
    assert scores({"q1": ["d1"]}, {}) == {}


def test_the_four_ways_stand_side_by_side_with_their_intervals(folder: Path) -> None:
    result = CliRunner().invoke(main, ["compare-retrieval", "--data", str(folder)])
    found = json.loads(result.stdout.splitlines()[-1])
    assert list(found) == ["n", "bm25", "embedder", "fused", "reranked"]
    assert found["fused"] == {"ndcg_at_10": 1.0, "interval": [1.0, 1.0]}
