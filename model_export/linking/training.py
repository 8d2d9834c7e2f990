"""How the linker is fitted: worlds to learn from, a held-out one to calibrate and choose the threshold on, and what the
network does with a kind of text that it was not fitted on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import onnxruntime as ort

from cds_service.models.drug_candidates import Candidate, CandidateSearch
from cds_service.models.drug_features import features
from cds_service.models.drug_linker import NAME, DrugLinker
from model_export.linking.data import Example, World, examples
from model_export.linking.misspellings import CALIBRATION, TRAINING
from model_export.linking.network import Matrix, calibrate, fit, raw_scores, to_onnx
from model_export.linking.scores import Answer, score
from model_export.task import Rows, Score, TaskFailed

VERSION = "3.0.0"
MARGIN = 0.3  # over the next drug at the same place
# On the held-out families. What is read is shown as read and asks to be confirmed: a name that is not read is no
# smaller loss than a wrong one.
MOST_WRONG, MOST_NON_DRUGS = 0.01, 0.02
_ACCEPT = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Table:
    """Features (n, width) and labels (n,) of every candidate, and of which kind of text each is."""

    rows: Matrix
    labels: Matrix
    kinds: Sequence[str]

    def without(self, kind: str) -> Table:
        kept = np.array([one != kind for one in self.kinds])
        return Table(self.rows[kept], self.labels[kept], [one for one in self.kinds if one != kind])


def table(texts: Iterable[tuple[Example, CandidateSearch]]) -> Table:
    """The candidates of every text, each with whether it is what the text means."""
    rows, labels, kinds = [], [], []
    for example, search in texts:
        candidates = search.candidates(example.text)
        rows.append(features(example.text, candidates))
        labels += [example.means(candidate.name.rxcuis) for candidate in candidates]
        kinds += [example.kind] * len(candidates)
    return Table(np.concatenate(rows), np.array(labels, dtype=np.float32), kinds)


def learnt_from(worlds: Sequence[World], texts: int, dice: Random) -> Table:
    """`texts` misspelt by the families of the training in each world, some of them typed in haste."""

    def all_texts() -> Iterator[tuple[Example, CandidateSearch]]:
        for around in worlds:
            search = around.search()
            yield from ((example, search) for example in examples(around, TRAINING, texts, dice, hasty=True))

    return table(all_texts())


class Remembering(CandidateSearch):
    """Keeps the candidates of each text: the same texts are judged under many thresholds and by many networks."""

    def __init__(self, around: World) -> None:
        super().__init__(around.names, around.other_drugs, around.common)
        self._kept: dict[str, tuple[Candidate, ...]] = {}

    def candidates(self, text: str) -> tuple[Candidate, ...]:
        if text not in self._kept:
            self._kept[text] = super().candidates(text)
        return self._kept[text]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A world that was not learnt from: its search, its texts, and the candidates of these."""

    around: World
    search: CandidateSearch
    texts: Sequence[Example]
    candidates: Table

    @classmethod
    def of(cls, around: World, texts: int, dice: Random) -> HeldOut:
        search, made = Remembering(around), list(examples(around, CALIBRATION, texts, dice))
        return cls(around, search, made, table((text, search) for text in made))

    def network(self, learnt: Table) -> bytes:
        """The network fitted on what was learnt and calibrated here, as ONNX."""
        layers = fit(learnt.rows, learnt.labels)
        line = calibrate(raw_scores(layers, self.candidates.rows), self.candidates.labels)
        return to_onnx(layers, line)

    def linker(self, model: bytes, accept: float) -> DrugLinker:
        session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
        return DrugLinker(session, self.search, {"accept": accept, "margin": MARGIN}, VERSION)

    def threshold(self, model: bytes) -> float:
        """The lowest that keeps wrong answers and accepted non-drugs few. Raises TaskFailed when none does."""
        for accept in _ACCEPT:
            found = score(answers(self.linker(model, accept), self.texts))
            if found["wrong"] <= MOST_WRONG and found["accepted_non_drugs"] <= MOST_NON_DRUGS:
                return accept
        raise TaskFailed(f"{NAME}: no threshold keeps wrong answers at or below {MOST_WRONG}")

    def left_out(self, learnt: Table, model: bytes, accept: float, texts: int, dice: Random) -> Rows:
        """Each family of slips and kind of other text: how it is read by the network, and by one fitted without it."""
        rows: list[Mapping[str, object]] = []
        kinds = sorted(set(learnt.kinds))
        for kind in kinds:
            made = self._of_kind(kind, texts, dice)
            other = self.network(learnt.without(kind))
            with_it, without = (score(answers(self.linker(one, accept), made)) for one in (model, other))
            rows.append({"left out": kind, "n": len(made), **_beside(with_it, without, drugs=kind in TRAINING)})
        return rows

    def _of_kind(self, kind: str, texts: int, dice: Random) -> list[Example]:
        slips = {kind: TRAINING[kind]} if kind in TRAINING else TRAINING
        many = texts * (2 if kind in TRAINING else 8)
        return [one for one in examples(self.around, slips, many, dice) if one.kind == kind]


def _beside(with_it: Score, without: Score, *, drugs: bool) -> Mapping[str, object]:
    measure = "exact" if drugs else "accepted_non_drugs"
    found = {"measure": measure, "fitted with": with_it[measure], "fitted without": without[measure]}
    return {**found, "wrong, fitted with": with_it["wrong"], "wrong, fitted without": without["wrong"]}


def answers(linker: DrugLinker, texts: Iterable[Example]) -> list[Answer]:
    """What the linker says to each text, beside what the text means."""
    links = ((example, linker.link(example.text)) for example in texts)
    return [Answer(example.rxcuis, link.ingredients, link.abstained) for example, link in links]


def reliability(linker: DrugLinker, texts: Iterable[Example], bins: int = 10) -> Rows:
    """By tenths of the probability that is given: how many likeliest candidates, their mean probability, how many were
    right."""
    found: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for example in texts:
        link = linker.link(example.text)
        if link.candidates:
            _, rxcuis, probability = link.candidates[0]
            found[min(int(probability * bins), bins - 1)].append((probability, set(rxcuis) == set(example.rxcuis)))
    return [
        {
            "probability": f"{number / bins:.1f} to {(number + 1) / bins:.1f}",
            "n": len(one),
            "said": round(sum(p for p, _ in one) / len(one), 3),
            "found": round(sum(right for _, right in one) / len(one), 3),
        }
        for number, one in enumerate(found)
        if one
    ]
