"""What the linker adds: generated misspellings read without it, by the nearest spelling alone, and with it.

The texts are made with a seed that nothing was fitted or chosen on; all families of slips take part, and half of the
texts name no drug of the lexicon. Every way searches the same lexicon and the same words, a fifth of which are hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from cds_service.models.drug_candidates import CandidateSearch, Rxcuis
from cds_service.models.drug_linker import NAME, DrugLinker
from cds_service.models.manifest import WeightsFolder
from cds_service.models.onnx_session import open_session
from model_export.linking.data import Example, examples, lexicon_names, named_in_tables, world
from model_export.linking.misspellings import CALIBRATION, REPORTED, TRAINING
from model_export.linking.scores import Answer, score
from model_export.linking.wordlists import COMMON_WORDS, OTHER_DRUGS
from model_export.task import Rows, Score

_SEED, _TEXTS, _OUTSIDE = 41, 4000, 0.01
_NEAR, _AHEAD = 0.8, 0.05  # the best of a few cut-offs that were tried for the look-up alone
MIX = "mix, three of single slips to two of all"
SINGLE = ("keyboard", "omission", "doubling", "transposition")

_Read = Callable[[str], Rxcuis]


def compare(weights: Path) -> Mapping[str, Score]:
    """Scores of the three ways over the same texts: single slips, those of names of one word, all slips, the mix."""
    search, made = _texts(weights)
    linker = _linker(weights, search)
    ways: Mapping[str, _Read] = {
        "lexicon alone": lambda _: (),  # a text is only here because the lexicon found nothing in it
        "nearest spelling": _nearest(search),
        "with the model": lambda text: linker.link(text).ingredients,
    }
    return {f"{name}, {way}": _scored(read, made[name]) for name in made for way, read in ways.items()}


def tables(weights: Path) -> Mapping[str, Rows]:
    """With the model over all slips: by the kind of name, by its length, by what was done to it, and what is wrong."""
    search, made = _texts(weights)
    linker = _linker(weights, search)
    columns = {name: column for name, (_, column) in named_in_tables().items()}
    read = [(one, linker.link(one.text)) for one in made["all slips"]]
    answered = [(one, Answer(one.rxcuis, link.ingredients, link.abstained)) for one, link in read]
    groups: defaultdict[tuple[str, str], list[Answer]] = defaultdict(list)
    for one, answer in answered:
        for group in _groups_of(one, columns):
            groups[group].append(answer)
    return {
        "subgroups": [
            {"group": group, "value": value, **score(answers)} for (group, value), answers in sorted(groups.items())
        ],
        "errors": [
            {"text": one.text, "kind": one.kind, "meant": one.name or "no drug of the lexicon", "read as": link.name}
            for one, link in read
            if not link.abstained and set(link.ingredients) != set(one.rxcuis)
        ],
    }


def _texts(weights: Path) -> tuple[CandidateSearch, Mapping[str, Sequence[Example]]]:
    dice = Random(_SEED)  # noqa: S311 - a reproducible choice of examples, nothing secret
    drugs, words = ((weights / file).read_text("utf-8").split() for file in (OTHER_DRUGS, COMMON_WORDS))
    around = world(lexicon_names(), drugs, words, dice, outside=_OUTSIDE)
    single = list(examples(around, {name: TRAINING[name] for name in SINGLE}, _TEXTS, dice))
    every = list(examples(around, {**TRAINING, **CALIBRATION, **REPORTED}, _TEXTS, dice))
    one_word = [one for one in single if not one.name or one.name.isalpha()]
    # Of five slips that are typed some three are single ones; the two others are of any kind, the worst included.
    mix = [*single, *every[: len(single) * 2 // 3]]
    made = {"single slips": single, "single slips, names of one word": one_word, "all slips": every, MIX: mix}
    return around.search(), made


def _linker(weights: Path, search: CandidateSearch) -> DrugLinker:
    folder = WeightsFolder.open(weights)
    entry = folder.entry(NAME)
    return DrugLinker(open_session(folder, NAME), search, entry.thresholds, entry.release)


def _groups_of(one: Example, columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield ("slip", one.kind) if one.name else ("no drug of the lexicon", one.kind)
    if one.name:
        synonym = "synonym, or name of a combination"
        kinds = {"name": "generic name", "brands": "brand", "synonyms": synonym, "names": synonym}
        letters = sum(map(str.isalpha, one.name))
        yield "name", kinds[columns[one.name]]
        yield "letters of the name", "4 or 5" if letters < 6 else "6 to 8" if letters < 9 else "9 and more"
        yield "words of the name", "one" if one.name.isalpha() else "several, or with a number"
        yield "ingredients", "one" if len(one.rxcuis) == 1 else "several"


def _nearest(search: CandidateSearch) -> _Read:
    def read(text: str) -> Rxcuis:
        best = next(iter(search.candidates(text)), None)
        sure = best and best.similarity >= _NEAR and best.similarity - max(best.runner_up, best.other_drug) >= _AHEAD
        return best.name.rxcuis if best and sure else ()

    return read


def _scored(read: _Read, texts: Sequence[Example]) -> Score:
    answered = ((one.rxcuis, read(one.text)) for one in texts)
    return score([Answer(meant, found, abstained=not found) for meant, found in answered])
