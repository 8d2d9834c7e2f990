"""Texts to train and measure the drug linker on: misspelt lexicon names in orders, and much that is no lexicon drug.

Nothing here comes from a third party's medication strings. The lexicon's own names are put through the misspelling
families; the negatives are drugs outside the lexicon (some of them hidden from the search, as a drug of next year would
be), words of notes and orders, and blends of two look-alike names, of which nobody could say which was meant.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random

from rapidfuzz.distance import OSA

import cds_service
from cds_service.models.drug_candidates import CandidateSearch, Rxcuis
from cds_service.terminology.lexicon import Entry, Lexicon, split_words
from model_export.misspellings import TRAINING, Slip, misspelt

TABLES = Path(cds_service.__path__[0]) / "knowledge" / "tables"  # as a path: the package needs the whole service

_DRUG_ORDERS = (
    "{}", "{}", "{} 500", "{} 10 mg", "{} 5mg po bid", "{} 20 mg oral tablet", "{} 0.5 MG Oral Tablet", "{} hcl 25 mg",
    "take {} 40 mg daily", "start {} 1 tab qhs", "{} 100 mg tid x 7 days", "{} prn", "pt takes {} at home",
    "{} 250 MG/5ML Oral Suspension", "{} cream apply bid", "{} 1 g iv q8h", "{} ER 500 mg tablet", "home med: {} 81",
    "{} 2 puffs q4h prn wheezing", "refill {} #30", "{}, one every morning", "{}-10mg nightly",
)  # fmt: skip
_OTHER_TEXTS = (
    "{}",
    "{} {}",
    "{} {} {}",
    "{} daily",
    "apply {} twice daily",
    "check {} and {}",
    "{} for {}",
    "{} 10 units",
)

_LOOK_ALIKE = 0.55  # similarity from which two names are taken for look-alikes, as hydroxyzine and hydralazine are


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the ingredients it means; none when no lexicon drug is meant or nobody could tell."""

    text: str
    rxcuis: Rxcuis


@dataclass(frozen=True, slots=True)
class World:
    """A lexicon and what surrounds it. `hidden` drugs and words exist but the search does not know them."""

    names: Sequence[tuple[str, Rxcuis]]
    other_drugs: Sequence[str]
    common: Sequence[str]
    hidden_drugs: Sequence[str]
    hidden_words: Sequence[str]

    def search(self) -> CandidateSearch:
        return CandidateSearch(self.names, self.other_drugs, self.common)


def lexicon_names(tables: Path = TABLES) -> list[tuple[str, Rxcuis]]:
    """Every certain name of the knowledge tables with its ingredient RxCUIs, as the service hands them over."""
    names: dict[str, Rxcuis] = {}
    for file, columns in (("drugs.csv", ("name", "brands", "synonyms")), ("combos.csv", ("name", "synonyms"))):
        with (tables / file).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                rxcuis = tuple(row.get("ingredients", row["rxcui"]).split("|"))
                names.update((name, rxcuis) for column in columns for name in row[column].split("|") if name)
    return sorted(names.items())


def world(
    names: Sequence[tuple[str, Rxcuis]], drugs: Sequence[str], words: Sequence[str], dice: Random, *, promoted: int = 0
) -> World:
    """Hide a quarter of the outside drugs and a fifth of the words; take `promoted` outside drugs into the lexicon."""
    own = {word.text for name, _ in names for word in split_words(name)}
    outside = [drug for drug in drugs if drug not in own]
    drugs = dice.sample(outside, len(outside))
    words = dice.sample(words, len(words))
    taken, rest = drugs[:promoted], drugs[promoted:]
    hidden, heard = len(rest) // 4, len(words) // 5
    return World(
        names=[*names, *((name, (f"outside {name}",)) for name in taken)],
        other_drugs=rest[hidden:],
        common=words[heard:],
        hidden_drugs=rest[:hidden],
        hidden_words=words[:heard],
    )


def examples(around: World, slips: Mapping[str, Slip], count: int, dice: Random) -> Iterator[Example]:
    """Almost `count` texts, half of them lexicon drugs misspelt by `slips`."""
    meant = dict(around.names)
    spelt_right = frozenset((*around.other_drugs, *around.common))
    lexicon = Lexicon(Entry(name, rxcuis) for name, rxcuis in around.names)
    names = sorted(meant)
    blends = _blends(meant)
    for number in range(count):
        name = dice.choice(names)
        if number % 2:
            example = _negative(around, blends, dice)
        else:
            written = misspelt(name, slips, dice)
            rxcuis = () if written in spelt_right else tuple(sorted(meant[name]))
            example = Example(_cased(dice.choice(_DRUG_ORDERS).format(written), dice), rxcuis)
        if not lexicon.find(example.text):  # the linker is asked only where the exact lexicon found nothing
            yield example


def _negative(around: World, blends: Sequence[str], dice: Random) -> Example:
    kind = dice.random()
    if kind < 0.25:
        text = dice.choice(_DRUG_ORDERS).format(dice.choice(around.hidden_drugs))
    elif kind < 0.5:
        drug = dice.choice((*around.hidden_drugs, *around.other_drugs))
        text = dice.choice(_DRUG_ORDERS).format(misspelt(drug, TRAINING, dice))
    elif kind < 0.6 and blends:
        text = dice.choice(_DRUG_ORDERS).format(dice.choice(blends))
    elif kind < 0.65:
        text = dice.choice(_DRUG_ORDERS).format("".join(dice.choices("aeioulnrstmcpd", k=dice.randint(5, 12))))
    else:
        text = _words(around, dice)
    return Example(_cased(text, dice), ())


def _words(around: World, dice: Random) -> str:
    form = dice.choice(_OTHER_TEXTS)
    words = [
        dice.choice(around.hidden_words if dice.random() < 0.7 else around.common) for _ in range(form.count("{}"))
    ]
    return form.format(*(misspelt(word, TRAINING, dice) if dice.random() < 0.4 else word for word in words))


def _blends(meant: Mapping[str, Rxcuis]) -> list[str]:
    """Spellings between two look-alikes of other ingredients, about as far from the one as from the other."""
    names = sorted(name for name in meant if name.isalpha())
    alike = (
        (one, other)
        for one, other in combinations(names, 2)
        if meant[one] != meant[other] and OSA.normalized_similarity(one, other, score_cutoff=_LOOK_ALIKE)
    )
    crossed = (
        (one, other, one[:at] + other[at:]) for one, other in alike for at in range(2, min(len(one), len(other)) - 1)
    )
    return sorted({blend for one, other, blend in crossed if _between(one, other, blend)})


def _between(one: str, other: str, blend: str) -> bool:
    return abs(OSA.normalized_similarity(one, blend) - OSA.normalized_similarity(other, blend)) <= 0.05


def _cased(text: str, dice: Random) -> str:
    return dice.choice((text, text, text.upper(), text.title()))
