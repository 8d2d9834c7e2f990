"""The drug linker: which drug a misspelt name in an order means, or that it cannot say.

It is asked only about text in which the exact lexicon found nothing. Candidates come from spelling
(drug_candidates.py), a small network judges each by the features of drug_features.py, and the answer is given only when
it is likely, clearly ahead of every other drug at the same place, no drug known outside the lexicon is nearer, and the
words that follow do not go on to another drug's longer name ("advil" in "adivl cold").
Otherwise it abstains and shows the candidates. A read name adds a concern or a question; it never counts as coded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnxruntime as ort

from cds_service.errors import ModelRefused
from cds_service.models.drug_candidates import Candidate, CandidateSearch, Rxcuis
from cds_service.models.drug_features import FEATURES, features, in_short_text, usable
from cds_service.models.manifest import WeightsFolder
from cds_service.models.onnx_session import open_session

NAME = "drug-linker"
SHOWN = 3
_WORTH_SHOWING = 0.05

Judged = tuple[Candidate, float]


@dataclass(frozen=True, slots=True)
class Link:
    """What was read. `abstained`: no ingredients; `candidates` holds what it might have been, likeliest first.

    `span` is (start, end) in characters of the text; `probability` that the ingredients are the meant ones.
    """

    ingredients: Rxcuis
    name: str
    span: tuple[int, int]
    probability: float
    candidates: tuple[tuple[str, Rxcuis, float], ...]
    abstained: bool


class DrugLinker:
    """Deterministic; a text's answer depends on that text alone. Safe to call from several threads."""

    def __init__(
        self, session: ort.InferenceSession, search: CandidateSearch, thresholds: Mapping[str, float], version: str
    ) -> None:
        width = session.get_inputs()[0].shape[-1]
        if width != len(FEATURES):
            raise ModelRefused(f"{NAME}: the network reads {width} features, the service makes {len(FEATURES)}")
        if not {"accept", "margin"} <= thresholds.keys():
            raise ModelRefused(f"{NAME}: the manifest lacks the thresholds accept and margin")
        self.version = version
        self._session = session
        self._search = search
        self._accept = thresholds["accept"]
        self._margin = thresholds["margin"]

    @classmethod
    def load(cls, weights: WeightsFolder, names: Sequence[tuple[str, Rxcuis]]) -> DrugLinker:
        """Open the linker for a lexicon's certain names with their ingredient RxCUIs. Raises ModelRefused."""
        entry = weights.entry(NAME)
        other_drugs, common = (weights.read(NAME, part).decode("utf-8").split() for part in ("other-drugs", "words"))
        search = CandidateSearch(names, other_drugs, common)
        return cls(open_session(weights, NAME), search, entry.thresholds, entry.release)

    def link(self, text: str) -> Link:
        """Read `text`; see Link. Text without anything like a drug name abstains without candidates."""
        candidates = self._search.candidates(text)
        judged = self._judge(text, candidates)
        accepted = [found for found in judged if self._stands(found, judged)]
        shown = tuple((found.name.text, found.name.rxcuis, p) for found, p in judged if p >= _WORTH_SHOWING)[:SHOWN]
        if not accepted:
            span, probability = (judged[0][0].window.span, judged[0][1]) if judged else ((0, 0), 0.0)
            return Link((), "", span, probability, shown, abstained=True)
        accepted.sort(key=lambda found: found[0].window.span)
        return Link(
            ingredients=tuple(dict.fromkeys(rxcui for found, _ in accepted for rxcui in found.name.rxcuis)),
            name=" / ".join(found.name.text for found, _ in accepted),
            span=(accepted[0][0].window.span[0], max(found.window.span[1] for found, _ in accepted)),
            probability=min(p for _, p in accepted),
            candidates=shown,
            abstained=False,
        )

    def _judge(self, text: str, candidates: Sequence[Candidate]) -> list[Judged]:
        """Candidates with their probability, likeliest first; an answer that is no probability counts as 0."""
        if not candidates:
            return []
        rows = features(text, candidates)
        # The network grows surer with every word around a name, which says nothing about the name: it is asked about
        # the same candidates in a short text too, and the smaller answer counts.
        both = np.concatenate([rows, in_short_text(rows)])
        logits = self._session.run(None, {"features": both})[0].reshape(2, -1).min(axis=0)
        with np.errstate(over="ignore"):
            probabilities = 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))
        probabilities[~(np.isfinite(logits) & usable(rows))] = 0.0
        judged = zip(candidates, probabilities.tolist(), strict=True)
        return sorted(judged, key=lambda found: (-found[1], -found[0].similarity, found[0].name.text))

    def _stands(self, judged: Judged, everyone: Sequence[Judged]) -> bool:
        found, probability = judged
        if probability < self._accept or found.other_drug > found.similarity or found.goes_on:
            return False
        rivals = (
            p
            for other, p in everyone
            if other is not found and other.window.overlaps(found.window) and not _gives_way(other, found)
        )
        return probability - max(rivals, default=0.0) >= self._margin


def _gives_way(shorter: Candidate, longer: Candidate) -> bool:
    """A shorter name is no rival of a longer one that goes on from it, or that has its ingredients and more."""
    (start, end), (from_, to) = shorter.window.span, longer.window.span
    within = from_ <= start and end <= to and end - start < to - from_
    return shorter.goes_on or (within and set(shorter.name.rxcuis) < set(longer.name.rxcuis))
