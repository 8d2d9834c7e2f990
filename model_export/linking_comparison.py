"""What the linker adds: generated misspellings read without it, by the nearest spelling alone, and with it.

The texts are made with a seed that nothing was fitted or chosen on; all families of slips take part, and half of the
texts name no drug of the lexicon.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from cds_service.models.drug_candidates import CandidateSearch, Rxcuis
from cds_service.models.drug_linker import DrugLinker
from cds_service.models.manifest import WeightsFolder
from model_export.linking_data import Example, examples, lexicon_names, world
from model_export.linking_scores import Answer, score
from model_export.misspellings import CALIBRATION, REPORTED, TRAINING
from model_export.task import Score
from model_export.wordlists import COMMON_WORDS, OTHER_DRUGS

_SEED, _TEXTS = 41, 4000
_NEAR, _AHEAD = 0.8, 0.05  # the best of a few cut-offs that were tried for the look-up alone

_Read = Callable[[str], Rxcuis]


def compare(weights: Path) -> Mapping[str, Score]:
    """Scores of the three ways over the same texts, single slips and all slips apart."""
    dice = Random(_SEED)  # noqa: S311 - a reproducible choice of examples, nothing secret
    drugs, words = ((weights / file).read_text("utf-8").split() for file in (OTHER_DRUGS, COMMON_WORDS))
    names = lexicon_names()
    around = world(names, drugs, words, dice)
    linker = DrugLinker.load(WeightsFolder.open(weights), names)
    ways: Mapping[str, _Read] = {
        "lexicon alone": lambda _: (),  # a text is only here because the lexicon found nothing in it
        "nearest spelling": _nearest(around.search()),
        "with the model": lambda text: linker.link(text).ingredients,
    }
    sets = {
        "single slips": {name: TRAINING[name] for name in ("keyboard", "omission", "doubling", "transposition")},
        "all slips": {**TRAINING, **CALIBRATION, **REPORTED},
    }
    made = {name: list(examples(around, slips, _TEXTS, dice)) for name, slips in sets.items()}
    return {f"{name}, {way}": _scored(read, made[name]) for name in sets for way, read in ways.items()}


def _nearest(search: CandidateSearch) -> _Read:
    def read(text: str) -> Rxcuis:
        best = next(iter(search.candidates(text)), None)
        sure = best and best.similarity >= _NEAR and best.similarity - max(best.runner_up, best.other_drug) >= _AHEAD
        return best.name.rxcuis if best and sure else ()

    return read


def _scored(read: _Read, texts: Sequence[Example]) -> Score:
    answered = ((one.rxcuis, read(one.text)) for one in texts)
    return score([Answer(meant, found, abstained=not found) for meant, found in answered])
