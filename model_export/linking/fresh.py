"""Fresh texts for the whole of drug linking, made anew with each seed and read on the service's own way.

    python -m model_export compare-linking --rxnorm rxnorm_names_2014.tsv.gz --seed 31

Combinations as a release words them (rxnorm_texts), misspelt names of one word, of several and of brands, and texts
that name no drug. Nothing is hidden from the search here: what is measured is the service as it is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cds_service.models import Models, load_models
from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from cds_service.terminology.vocabulary import Vocabulary
from model_export.linking.data import ORDERS, Example, World, examples, lexicon_names, named_in_tables, world
from model_export.linking.evaluation import read_order
from model_export.linking.misspellings import CALIBRATION, REPORTED, TRAINING, misspelt
from model_export.linking.rxnorm_texts import ReleaseNames
from model_export.linking.scores import Answer, score
from model_export.linking.wordlists import COMMON_WORDS, OTHER_DRUGS
from model_export.task import WEIGHTS, Rows, TaskFailed

_ALL_SLIPS = {**TRAINING, **CALIBRATION, **REPORTED}
_SINGLE = ("keyboard", "omission", "doubling", "transposition", "vowel", "insertion")
_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Service:
    """What reads an order's text; `names` says the name of an ingredient."""

    vocabulary: Vocabulary
    models: Models

    @classmethod
    def load(cls) -> Service:
        """Raises TaskFailed when the linker cannot be loaded."""
        settings = Settings.from_env({})
        vocabulary = knowledge_of(settings).vocabulary
        models = load_models(settings, vocabulary.names())
        if models.drug_linker is None:
            raise TaskFailed("; ".join(models.problems))
        return cls(vocabulary, models)

    def answer(self, text: str, meant: Sequence[str]) -> Answer:
        found = read_order(text, self.vocabulary, self.models)
        return Answer(tuple(meant), found, abstained=not found)


def compare(release: Path, texts: int, seed: int) -> Mapping[str, object]:
    """By kind of text its scores, the components that are missed most often, and the texts that are read wrongly."""
    dice = Random(seed)  # noqa: S311 - a reproducible choice of examples, nothing secret
    service = Service.load()
    made = [*ReleaseNames.read(release).combinations(texts, dice), *slips(texts, dice), *no_drugs(texts, dice)]
    read = [(one, service.answer(one.text, one.rxcuis)) for one in made]
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for one, answer in read:
        groups[one.kind].append(answer)
    return {
        "seed": seed,
        "scores": {kind: score(answers) for kind, answers in sorted(groups.items())},
        "missed": missed(read),
        "wrong": wrong(read),
    }


def slips(texts: int, dice: Random) -> Iterator[Example]:
    """Names of the lexicon with one slip of any family, in an order; `kind` tells what sort of name, and single slips
    from the harder kinds."""
    columns = {name: column for name, (_, column) in named_in_tables().items()}
    meant = dict(lexicon_names())
    right = {name.lower() for name in meant}
    for name in dice.choices(sorted(meant), k=texts):
        family = dice.choice(sorted(_ALL_SLIPS))
        written = misspelt(name, {family: _ALL_SLIPS[family]}, dice)
        if written in right:
            continue
        sort = "one word" if name.isalpha() else "several words, or with a number"
        kind = f"misspelt {'brand' if columns[name] == 'brands' else 'name'}, {sort}"
        how = "single slip" if family in _SINGLE else "slip of a harder kind"
        yield Example(dice.choice(ORDERS).format(written), meant[name], f"{kind}, {how}", name)


def no_drugs(texts: int, dice: Random) -> Iterator[Example]:
    """Words of notes and orders, right and misspelt, and letters that mean nothing; `texts` of them at most."""
    around = _world(dice)
    made = (one for one in examples(around, TRAINING, 4 * texts, dice) if one.kind in ("words", "letters"))
    for one, _ in zip(made, range(texts), strict=False):
        yield Example(one.text, (), f"no drug: {one.kind}")


def _world(dice: Random) -> World:
    drugs, words = ((WEIGHTS / file).read_text("utf-8").split() for file in (OTHER_DRUGS, COMMON_WORDS))
    return world(lexicon_names(), drugs, words, dice)


def missed(read: Sequence[tuple[Example, Answer]]) -> Rows:
    """The ingredients of combinations that are missed most often, and whether nothing was answered or something."""
    counts: Counter[tuple[str, str]] = Counter()
    for one, answer in read:
        if len(one.rxcuis) > 1:
            how = "abstained" if answer.abstained else "answered without it"
            counts.update((rxcui, how) for rxcui in set(one.rxcuis) - set(answer.answered))
    return [{"rxcui": rxcui, "how": how, "texts": number} for (rxcui, how), number in counts.most_common(_MOST_SHOWN)]


def wrong(read: Sequence[tuple[Example, Answer]]) -> Rows:
    """Every text that was answered with other ingredients than it means."""
    return [
        {"text": one.text, "kind": one.kind, "meant": one.name or "|".join(one.rxcuis), "read": list(answer.answered)}
        for one, answer in read
        if not answer.abstained and set(answer.answered) != set(one.rxcuis)
    ]
