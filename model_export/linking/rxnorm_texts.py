"""Combinations as an RxNorm release words them, and as an EHR prints them, with the ingredients that the words name.

    names = ReleaseNames.read(path)              # rxnorm_names_2014.tsv.gz: rxcui, name, synonyms, semantic_type, kind
    list(names.combinations(700, Random(7)))     # Example: text, ingredient RxCUIs, kind of text

The release says of no drug what it is made of: the wording does. An ingredient is what the release's own combinations
are made of; where the wording has a salt that stands in none of them ("Hydrocodone Bitartrate"), the base counts.
Nothing of our own tables goes in, so that what they lack is seen. A drug with a component that the release does not
name so is left out.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from model_export.linking.data import Example

_LEADING = re.compile(r"(?:\d[\d.,]*\s+(?:HR|ML|ACTUAT|MG|UNT|DAY|SQCM)\s+)+", re.IGNORECASE)
_STRENGTH = re.compile(
    r"\s+(\d[\d.,]*)\s*((?:MG|MCG|UNT|MEQ|ML|CELLS|PNU|%|MMOL|BAU|AU|ACTUAT)\S*)(?!\S)", re.IGNORECASE
)
_FORM = re.compile(
    r"\s+(?=(?:Extended Release|Enteric Coated|Delayed Release|12 hour|24 hour|Disintegrating|Sublingual|Chewable|"
    r"Buccal|Oral|Topical|Ophthalmic|Otic|Nasal|Rectal|Vaginal|Injectable|Intravenous|Inhalant|Transdermal|Irrigation|"
    r"Metered|Dry Powder|Prefilled|Medicated|Effervescent|Mucosal|Urethral|Lozenge|Tablet|Capsule|Douche|Paste|"
    r"Toothpaste|Mouthwash|Cream|Lotion|Pad|Soap|Shampoo|Powder|Granules|Enema|Suppository|Intra\S*)(?:\s|$)).*$",
    re.IGNORECASE,
)
_BRAND = re.compile(r"\s*\[[^\]]+\]\s*$")
_SALTS = frozenset(
    """acetate acetonide anhydrous aspartate axetil benzathine besylate bitartrate bromide butyrate calcium camsylate
    caproate chloride cilexetil citrate cypionate decahydrate dibasic dihydrate dihydrochloride dipropionate
    disodium edisylate enanthate estolate etabonate ethanolate ethylsuccinate fumarate furoate gluconate hbr hcl
    hemihydrate heptahydrate hippurate hyclate hydrate hydrobromide hydrochloride hydroxynaphthoate lactate
    magnesium malate maleate mandelate medoxomil meglumine mesylate methylbromide monobasic monohydrate
    mononitrate napsylate nitrate palmitate pamoate phosphate pivalate polistirex potassium procaine propionate
    proxetil resinate saccharate sodium stearate succinate sulfate tannate tartrate tosylate trihydrate
    tromethamine valerate zinc""".split()  # noqa: SIM905
)

_ELEMENTS = frozenset("aluminum ammonium calcium copper iron lithium magnesium manganese potassium sodium zinc".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a drug: as it is worded, its strength with unit ("" where none is said), and its ingredient."""

    name: str
    strength: str
    rxcui: str


@dataclass(frozen=True, slots=True)
class Combination:
    """A drug of several ingredients: `written` are the release's own wordings of it, `form` the words behind the last
    strength."""

    kind: str
    written: tuple[str, ...]
    components: tuple[Component, ...]
    form: str

    @property
    def rxcuis(self) -> tuple[str, ...]:
        return tuple(sorted({one.rxcui for one in self.components}))


@dataclass(frozen=True, slots=True)
class ReleaseNames:
    """The combinations of a release whose every component it names."""

    drugs: Sequence[Combination]

    @classmethod
    def read(cls, path: Path) -> ReleaseNames:
        """Raises OSError or KeyError when the file is not there or has other columns."""
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        ingredients = _ingredients(rows)
        read = (_combination(row, ingredients) for row in rows)
        return cls([drug for drug in read if drug is not None and len(drug.rxcuis) > 1])

    def combinations(self, count: int, dice: Random) -> Iterator[Example]:
        """`count` texts at most, no drug twice: the release's wordings and an EHR's, in turn."""
        for drug in dice.sample(self.drugs, min(count, len(self.drugs))):
            kind, way = drug.kind, dice.random()
            text = drug.written[0]
            if kind == "clinical_drug" and way < 0.5:
                kind, text = "as an EHR prints it", _printed(drug, dice)
            elif len(drug.written) > 1 and way > 0.8:
                kind, text = "as the release abbreviates it", dice.choice(drug.written[1:])
            yield Example(text, drug.rxcuis, kind)


_KINDS = ("ingredient_combination", "clinical_drug", "branded_drug")


def _ingredients(rows: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """By name in small letters, the RxCUI of what the release's combinations are made of; of a salt, its base."""
    codes = {
        name.lower(): row["rxcui"]
        for row in rows
        if row["kind"] == "ingredient"
        for name in (row["name"], *filter(None, row["synonyms"].split("|")))
    }
    parts = {part for row in rows if row["kind"] == "ingredient_combination" for part in _salt_free(row["name"])}
    named = {name: name if name in parts else _base(name, codes) for name in codes}
    return {name: codes[base] for name, base in named.items() if base in codes}


def _salt_free(combination: str) -> Iterator[str]:
    """The parts of a combination's name, but for those that stand there as two salts of one drug."""
    parts = combination.lower().split(" / ")
    firsts = [part.split()[0] for part in parts]
    yield from (part for part, first in zip(parts, firsts, strict=True) if firsts.count(first) == 1)


def _base(name: str, codes: Mapping[str, str]) -> str:
    """The name itself where no salt ends it, else without its salts; "" when that is no ingredient, or an element."""
    words = name.replace(",", "").split()
    if words[-1] not in _SALTS:
        return name
    while len(words) > 1 and words[-1] in _SALTS:
        words = words[:-1]
        if " ".join(words) in codes and words[0] not in _ELEMENTS:
            return " ".join(words)
    return ""


def _combination(row: Mapping[str, str], ingredients: Mapping[str, str]) -> Combination | None:
    if row["kind"] not in _KINDS or " / " not in row["name"]:
        return None
    parts = _BRAND.sub("", row["name"]).split(" / ")
    components = tuple(filter(None, (_component(part, ingredients) for part in parts)))
    if len(components) < len(parts):
        return None
    form = _FORM.search(parts[-1])
    written = (row["name"], *filter(None, row["synonyms"].split("|")))
    return Combination(row["kind"], written, components, form[0].strip() if form else "")


def _component(part: str, ingredients: Mapping[str, str]) -> Component | None:
    worded = _LEADING.sub("", part.strip(), count=1)
    strength = _STRENGTH.search(worded)
    name = worded[: strength.start()] if strength else _FORM.sub("", worded)
    rxcui = ingredients.get(name.lower()) or ingredients.get(_base(name.lower(), ingredients))
    return Component(name, f"{strength[1]} {strength[2]}" if strength else "", rxcui) if rxcui else None


def _printed(drug: Combination, dice: Random) -> str:
    """As order entry and medication lists print it: the names first, or each with its strength."""
    names = [one.name for one in drug.components]
    numbers = [one.strength.split(" ")[0] for one in drug.components]
    unit = drug.components[-1].strength.split(" ")[-1]
    beside = [f"{one.name} {one.strength}".strip() for one in drug.components]
    text = dice.choice(
        (
            f"{'-'.join(names)} {'-'.join(numbers)} {unit} {drug.form}",
            f"{'/'.join(names)} {'/'.join(numbers)} {unit} {drug.form}",
            f"{' / '.join(names)} {drug.form}",
            f"{' and '.join(names)} {'-'.join(numbers)} {unit}",
            f"{' & '.join(names)} {drug.form}",
            f"{'/'.join(beside)} {drug.form}",
            f"{' + '.join(beside)} {drug.form}, 1 daily",
            f"{'-'.join(names)} {'-'.join(numbers)}",
        )
    )
    return dice.choice((text, text.lower(), text.upper(), text.title()))
