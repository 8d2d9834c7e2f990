"""Texts to train and measure the drug linker on: misspelt lexicon names in orders, and much that is no lexicon drug.

Nothing here comes from a third party's medication strings. The lexicon's own names are put through the misspelling
families; the negatives are drugs outside the lexicon (some of them hidden from the search, as a drug of next year would
be), words of notes and orders, and blends of two look-alike names, of which nobody could say which was meant. The
lexicon has nearly every drug there is, so drugs outside it are made by taking some out of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

import cds_service
from cds_service.models.drug_candidates import CandidateSearch, Rxcuis
from cds_service.models.drug_windows import SHORTEST
from cds_service.terminology.lexicon import Entry, Lexicon, split_words
from model_export.linking.misspellings import TRAINING, Slip, misspelt

TABLES = Path(cds_service.__path__[0]) / "knowledge" / "tables"  # as a path: the package needs the whole service

_NAMES = {
    "drugs.csv": ("name", "brands", "synonyms"),
    "same_drug.csv": ("names",),
    "combos.csv": ("name", "synonyms"),
}
ORDERS = (
    "{}", "{}", "{} 500", "{} 10 mg", "{} 5mg po bid", "{} 20 mg oral tablet", "{} 0.5 MG Oral Tablet", "{} hcl 25 mg",
    "take {} 40 mg daily", "start {} 1 tab qhs", "{} 100 mg tid x 7 days", "{} prn", "pt takes {} at home",
    "{} 250 MG/5ML Oral Suspension", "{} cream apply bid", "{} 1 g iv q8h", "{} ER 500 mg tablet", "home med: {} 81",
    "{} 2 puffs q4h prn wheezing", "refill {} #30", "{}, one every morning", "{}-10mg nightly",
)  # fmt: skip
# Only to learn from: how often a second misspelt drug stands beside, and how often another word has a slip, too.
_TWO_DRUGS, _HASTY = 0.12, 0.15
_PAIRED = (
    "{} and {}", "{}, {}", "{} / {}", "{} plus {}", "{} with {} daily", "{} 10 mg and {} 500 mg", "start {} and {}",
    "{} 5mg, {} 20 mg po bid", "take {} + {} every morning", "home meds: {}, {}",
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

_LOOK_ALIKE = 0.6  # similarity from which two names are taken for look-alikes, as hydroxyzine and hydralazine are
_PAIRS = 4000  # of look-alikes, by chance, from which blends are made
_NEGATIVES = {
    "a drug outside": 0.1,
    "a drug outside, misspelt": 0.12,
    "a blend of two": 0.1,
    "letters": 0.05,
}  # the rest words


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the ingredients it means; none when no lexicon drug is meant or nobody could tell.

    `kind` is the family of slips, or what stands there in place of a drug; `name` the lexicon name that was meant;
    `beside` are the ingredients of a second drug in the text.
    """

    text: str
    rxcuis: Rxcuis
    kind: str = ""
    name: str = ""
    beside: Rxcuis = ()

    def means(self, rxcuis: Rxcuis) -> bool:
        """True when these are the ingredients of one of the text's drugs."""
        return rxcuis in (self.rxcuis, self.beside)


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
    return sorted((name, rxcuis) for name, (rxcuis, _) in named_in_tables(tables).items())


def named_in_tables(tables: Path = TABLES) -> dict[str, tuple[Rxcuis, str]]:
    """By name: its ingredient RxCUIs and the column that it stands in (name, brands, synonyms)."""
    names: dict[str, tuple[Rxcuis, str]] = {}
    for file, columns in _NAMES.items():
        with (tables / file).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                rxcuis = tuple(row.get("ingredients", row["rxcui"]).split("|"))
                components = row.get("uncertain", "").split("|")  # what is a name only as a component
                found = ((name, column) for column in columns for name in row[column].split("|"))
                names.update(
                    (name, (rxcuis, column)) for name, column in found if name and f"{name} /" not in components
                )
    return names


def world(
    names: Sequence[tuple[str, Rxcuis]], drugs: Sequence[str], words: Sequence[str], dice: Random, *, outside: float = 0
) -> World:
    """Put the share `outside` of the ingredients out of the lexicon; hide half of what is outside and a fifth of the
    words."""
    meant = sorted({rxcuis for _, rxcuis in names})
    put_out = frozenset(dice.sample(meant, round(outside * len(meant))))
    kept = [(name, rxcuis) for name, rxcuis in names if rxcuis not in put_out]
    own = {word.text for name, _ in kept for word in split_words(name)}
    taken = {name for name, rxcuis in names if rxcuis in put_out and name.isalpha() and len(name) >= SHORTEST}
    around = sorted({*taken, *drugs} - own)
    around = dice.sample(around, len(around))
    words = dice.sample(words, len(words))
    hidden, heard = len(around) // 2, len(words) // 5
    return World(kept, around[hidden:], words[heard:], around[:hidden], words[:heard])


def examples(
    around: World, slips: Mapping[str, Slip], count: int, dice: Random, *, hasty: bool = False
) -> Iterator[Example]:
    """Almost `count` texts, half of them lexicon drugs misspelt by `slips`; `hasty` puts more amiss into some."""
    meant = dict(around.names)
    spelt_right = frozenset((*around.other_drugs, *around.common))
    lexicon = Lexicon(Entry(name, rxcuis) for name, rxcuis in around.names)
    names, families = sorted(meant), sorted(slips)
    blends = _blends(meant, dice)
    for number in range(count):
        if number % 2:
            example = _negative(around, blends, dice)
        else:
            name, kind = dice.choice(names), dice.choice(families)
            slip = {kind: slips[kind]}
            written = misspelt(name, slip, dice)
            form, other = _in_haste(names, slip, dice) if hasty else (dice.choice(ORDERS), "")
            rxcuis = () if written in spelt_right else tuple(sorted(meant[name]))
            beside = tuple(sorted(meant[other])) if other else ()
            example = Example(_cased(form.format(written), dice), rxcuis, kind, name, beside)
        if not lexicon.find(example.text):  # the linker is asked only where the exact lexicon found nothing
            yield example


def _in_haste(names: Sequence[str], slip: Mapping[str, Slip], dice: Random) -> tuple[str, str]:
    """The form of an order, and the name of the second drug that is misspelt in it, or ""."""
    form, other = dice.choice(ORDERS), ""
    if dice.random() < _TWO_DRUGS:
        other = dice.choice(names)
        form = dice.choice(_PAIRED).format(*dice.sample(("{}", misspelt(other, slip, dice)), 2))
    return (misspelt(form, slip, dice) if dice.random() < _HASTY else form), other


def _negative(around: World, blends: Sequence[str], dice: Random) -> Example:
    kind = dice.choices([*_NEGATIVES, "words"], [*_NEGATIVES.values(), 1 - sum(_NEGATIVES.values())])[0]
    if kind == "words":
        return Example(_cased(_words(around, dice), dice), (), kind)
    if kind == "a drug outside":
        written = dice.choice(around.hidden_drugs)
    elif kind == "a drug outside, misspelt":
        written = misspelt(dice.choice((*around.hidden_drugs, *around.other_drugs)), TRAINING, dice)
    elif kind == "a blend of two" and blends:
        written = dice.choice(blends)
    else:
        written = "".join(dice.choices("aeioulnrstmcpd", k=dice.randint(5, 12)))
    return Example(_cased(dice.choice(ORDERS).format(written), dice), (), kind)


def _words(around: World, dice: Random) -> str:
    form = dice.choice(_OTHER_TEXTS)
    words = [
        dice.choice(around.hidden_words if dice.random() < 0.7 else around.common) for _ in range(form.count("{}"))
    ]
    return form.format(*(misspelt(word, TRAINING, dice) if dice.random() < 0.4 else word for word in words))


def _blends(meant: Mapping[str, Rxcuis], dice: Random) -> list[str]:
    """Spellings between two look-alikes of other ingredients, about as far from the one as from the other."""
    names = sorted(name for name in meant if name.isalpha())
    likeness = cdist(names, names, scorer=OSA.normalized_similarity, score_cutoff=_LOOK_ALIKE, dtype=np.float32)
    pairs = [(names[row], names[column]) for row, column in zip(*np.nonzero(np.triu(likeness, 1)), strict=True)]
    alike = [(one, other) for one, other in pairs if meant[one] != meant[other]]
    crossed = (
        (one, other, one[:at] + other[at:])
        for one, other in dice.sample(alike, min(_PAIRS, len(alike)))
        for at in range(2, min(len(one), len(other)) - 1)
    )
    return sorted({blend for one, other, blend in crossed if blend not in meant and _between(one, other, blend)})


def _between(one: str, other: str, blend: str) -> bool:
    return abs(OSA.normalized_similarity(one, blend) - OSA.normalized_similarity(other, blend)) <= 0.05


def _cased(text: str, dice: Random) -> str:
    return dice.choice((text, text, text.upper(), text.title()))
