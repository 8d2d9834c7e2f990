"""The index on disk: the same answers as the one in memory, filters, retirement, damage, and a newer one taken up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cds_service.errors import CorpusError
from cds_service.evidence import Filters, HybridIndex, Passage, mapped
from cds_service.evidence.filters import NEVER
from cds_service.evidence.near import NearVectors, as_bytes, from_bytes
from cds_service.evidence.opening import SearchOnDisk
from cds_service.models import Models
from tests.cds_service.evidence.test_hybrid_index import PASSAGES, WordHashEmbedder, ids

DATED = (
    Passage("a", "Warfarin", "Warfarin bleeds.", section="warnings", date="2024-05", jurisdiction="US", drugs=("1",)),
    Passage("b", "Warfarin", "Dose of warfarin.", section="dosage", date="2020", jurisdiction="EU", drugs=("1", "2")),
    Passage("c", "Warfarin", "More on warfarin.", section="warnings", drugs=("2",)),
)  # fmt: skip
TODAY = date(2026, 11, 27)


def written(folder: Path, passages: tuple[Passage, ...], state: str = "k 1", **retires: int) -> mapped.About:
    model = WordHashEmbedder()
    kept = [from_bytes(as_bytes(model.embed(passage.content))) for passage in passages]
    entries = [
        mapped.Entry(passage, scale, codes, retires.get(passage.id, NEVER))
        for passage, (scale, codes) in zip(passages, kept, strict=True)
    ]
    return mapped.write(folder, entries, state, model.version)


def opened(folder: Path, passages: tuple[Passage, ...], **retires: int) -> HybridIndex:
    return HybridIndex.of(mapped.open_parts(folder, written(folder, passages, **retires)), WordHashEmbedder())


@pytest.mark.parametrize("query", ["warfarin with an NSAID bleeding", "metformin eGFR risk", "zebra"])
def test_it_finds_what_the_index_in_memory_finds(tmp_path: Path, query: str) -> None:
    in_memory = HybridIndex(PASSAGES, WordHashEmbedder())
    assert ids(opened(tmp_path, PASSAGES).search(query)) == ids(in_memory.search(query))


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), "abc"),
        (Filters(drugs=("1",)), "ab"),
        (Filters(drugs=("9",)), ""),
        (Filters(sections=("warnings",)), "ac"),
        (Filters(jurisdictions=("US", "EU")), "ab"),
        (Filters(since="2024-05-01"), "a"),
        (Filters(since="2020", until="2024-04"), "b"),
        (Filters(until="2024-05"), "ab"),
        (Filters(drugs=("2",), sections=("warnings",)), "c"),
    ],
)
def test_filters_narrow_and_what_is_not_stated_does_not_pass(tmp_path: Path, filters: Filters, found: str) -> None:
    for index in (opened(tmp_path, DATED), HybridIndex(DATED, WordHashEmbedder()), HybridIndex(DATED, None)):
        assert sorted(ids(index.search("warfarin", filters=filters))) == list(found)


def test_what_has_retired_by_today_is_not_found(tmp_path: Path) -> None:
    index = opened(tmp_path, DATED, a=20261127, b=20261128)
    assert sorted(ids(index.search("warfarin", today=TODAY))) == ["b", "c"]


def test_the_shortlist_finds_nearly_all_of_the_true_neighbours() -> None:
    random = np.random.default_rng(3)
    centers = random.standard_normal((60, 384))
    rows = centers[random.integers(0, 60, 8000)] + random.standard_normal((8000, 384))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    near, shares = NearVectors.of(rows), []
    for row in rows[:20]:
        true = np.argsort(-(rows @ row))[:10]
        found, cosines = near.nearest(row, 100, None)
        shares.append(len(set(true) & set(found)) / 10)
        assert (np.diff(cosines) <= 0).all()
    assert np.mean(shares) > 0.95


def test_a_worker_takes_up_a_newer_index_and_says_when_it_is_behind(tmp_path: Path) -> None:
    clock = [0.0]
    own = HybridIndex(PASSAGES[:1], WordHashEmbedder())
    models = Models(embedder=WordHashEmbedder())  # type: ignore[arg-type]
    search = SearchOnDisk(tmp_path, lambda: own, models, "k", lambda: clock[0])
    assert ids(search.search("warfarin")) == ["p1"] and search.degraded is None
    written(tmp_path, DATED)
    clock[0] += 10
    assert sorted(ids(search.search("warfarin"))) == ["a", "b", "c"] and search.degraded is None
    written(tmp_path, DATED[:1], "other tables")
    clock[0] += 10
    assert ids(search.search("warfarin")) == ["a"]
    assert "behind the tables" in str(search.degraded)
    assert len(list(tmp_path.glob("index-*"))) == 1


@pytest.mark.parametrize("file", ["codes.npy", "starts.npy", "names.json", "dates.npy"])
def test_a_damaged_index_is_refused_and_our_own_statements_are_still_searched(tmp_path: Path, file: str) -> None:
    about = written(tmp_path, DATED)
    (tmp_path / about.folder / file).write_bytes(b"torn")
    with pytest.raises(CorpusError, match=r"cannot be read|hold together"):
        mapped.open_parts(tmp_path, about)
    models = Models(embedder=WordHashEmbedder())  # type: ignore[arg-type]
    search = SearchOnDisk(tmp_path, lambda: HybridIndex(PASSAGES, WordHashEmbedder()), models, "k")
    assert ids(search.search("metformin"))[0] == "p2"
    assert "only our own statements" in str(search.degraded)


def test_an_index_of_another_embedder_is_ranked_by_words(tmp_path: Path) -> None:
    written(tmp_path, DATED)
    models = Models(embedder=WordHashEmbedder("another"))  # type: ignore[arg-type]
    search = SearchOnDisk(tmp_path, lambda: HybridIndex(PASSAGES, None), models, "k")
    assert all(hit.ranks.keys() == {"bm25"} for hit in search.search("warfarin"))
    assert "another embedder" in str(search.degraded)
