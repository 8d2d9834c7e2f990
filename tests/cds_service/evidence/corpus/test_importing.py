"""Imports that are repeated, broken off, newer, older, retired: nothing doubled, nothing lost, everything citable."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from cds_service.evidence.corpus import importing
from cds_service.evidence.corpus.passages import LONGEST, pieces
from cds_service.store.corpus.corpus import Corpus
from tests.cds_service.evidence.corpus import samples
from tests.cds_service.evidence.corpus.conftest import TakesIn
from tests.databases import ON_SQLITE

TODAY = date(2026, 11, 27)
INTERACTIONS = "openfda:set-1#drug_interactions-1"


def test_a_finished_file_is_passed_over_and_the_same_label_in_another_file_adds_nothing(
    take_in: TakesIn, corpus: Corpus
) -> None:
    first = take_in("openfda", "a.json", samples.openfda(samples.label()))
    assert (first.documents, first.passages.added, first.problems) == (1, 2, [])
    assert take_in("openfda", "renamed.json", samples.openfda(samples.label())).passed_over == 1
    other = take_in("openfda", "b.json", samples.openfda(samples.label(), samples.label("set-9")))
    assert (other.passages.unchanged, other.passages.added) == (2, 2)
    assert len(list(corpus.every())) == 4


def test_a_new_version_is_found_and_the_old_one_stays_citable(take_in: TakesIn, corpus: Corpus) -> None:
    take_in("openfda", "a.json", samples.openfda(samples.label()))
    newer = samples.label(version="2", effective_time="20250101", drug_interactions=["Invented: other words."])
    report = take_in("openfda", "b.json", samples.openfda(newer))
    assert (report.passages.added, report.passages.superseded) == (2, 2)
    assert {row["version"] for row in corpus.living(TODAY)} == {"2"}
    old, new = corpus.get(INTERACTIONS, "1"), corpus.get(INTERACTIONS)
    assert old is not None and "sample juice" in old["text"] and not old["current"]
    assert new is not None and new["text"] == "Invented: other words." and new["current"]


def test_an_older_version_that_comes_late_is_kept_and_not_found(take_in: TakesIn, corpus: Corpus) -> None:
    take_in("openfda", "b.json", samples.openfda(samples.label(version="10", effective_time="20250101")))
    take_in("openfda", "a.json", samples.openfda(samples.label(version="9", effective_time="20240101")))
    assert {row["version"] for row in corpus.living(TODAY)} == {"10"}
    assert corpus.get(INTERACTIONS, "9") is not None


def test_a_version_with_other_words_is_refused_and_what_was_imported_stays(take_in: TakesIn, corpus: Corpus) -> None:
    take_in("openfda", "a.json", samples.openfda(samples.label()))
    altered = samples.label(drug_interactions=["Invented: silently altered."])
    report = take_in("openfda", "b.json", samples.openfda(altered))
    (problem,) = report.problems
    assert problem.startswith("b.json, openfda:set-1: version 1 was imported before with other words")
    kept = corpus.get(INTERACTIONS)
    assert kept is not None and "sample juice" in kept["text"]


def test_an_import_that_was_broken_off_goes_on(
    take_in: TakesIn, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PORTION", 2)
    content = samples.openfda(*(samples.label(f"set-{number}") for number in range(7)))
    whole = Corpus.put
    calls = iter(range(100))

    def breaks_off(self: Corpus, *given: object) -> object:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return whole(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Corpus, "put", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        take_in("openfda", "many.json", content)
    assert len({row["document"] for row in corpus.every()}) == 4
    again = take_in("openfda", "many.json", content)
    assert (again.documents, again.passages.added, again.passages.unchanged) == (3, 6, 0)
    assert len({row["document"] for row in corpus.every()}) == 7


def test_what_is_retired_is_no_longer_found_and_stays_citable(take_in: TakesIn, corpus: Corpus) -> None:
    take_in("openfda", "a.json", samples.openfda(samples.label()))
    assert corpus.retire("openfda:set-1", TODAY) == 2
    assert list(corpus.living(TODAY)) == []
    assert corpus.get(INTERACTIONS) is not None
    assert corpus.retire("nothing", TODAY) == 0


@ON_SQLITE
def test_the_whole_corpus_is_walked_in_portions(
    take_in: TakesIn, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_service.store.corpus.corpus.PORTION", 3)
    take_in("openfda", "many.json", samples.openfda(*(samples.label(f"set-{number}") for number in range(5))))
    ids = [row["id"] for row in corpus.every()]
    assert ids == sorted(ids) and len(set(ids)) == 10
    assert len(list(islice(corpus.living(TODAY), 4))) == 4


def test_long_text_is_parted_between_sentences_and_no_word_is_lost() -> None:
    text = " ".join(f"Sentence number {number} says something of its own." for number in range(200))
    parted = list(pieces(f"{text}\n\nA short paragraph. {'x' * 3000}"))
    assert all(len(piece) <= LONGEST for piece in parted)
    assert "".join(parted).replace(" ", "") == f"{text}A short paragraph. {'x' * 3000}".replace(" ", "")
    assert all(piece[0].isupper() for piece in parted[:5])
