"""Lines of a release -> concepts, each with its names and the ingredients it is made of.

Only RxNorm's own names (SAB RXNORM) that are not suppressed count. Its relations stand in both directions; which end
is made of which the term types tell: a pack contains drugs, a drug consists of components, a component has an
ingredient. A branded drug is resolved by what it consists of, by its brand only where nothing else is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from cds_service.terminology.rxnorm.rows import ATTRIBUTES, CONCEPTS, RELATIONS, RrfError, cells, column

# Term types from what is simple to what is made of it.
_RANK = {
    tty: rank
    for rank, group in enumerate(
        ("IN", "PIN", "MIN", "SCDC SCDF SCDG SCDFP SCDGP BN", "SBDC SBDF SBDG SBDFP", "SCD", "SBD", "GPCK", "BPCK")
    )
    for tty in group.split()
}
_SYNONYMS = frozenset({"SY", "TMSY", "PSN"})
_MADE_OF = frozenset(
    """has_ingredient ingredient_of has_ingredients ingredients_of has_precise_ingredient precise_ingredient_of
    consists_of constitutes tradename_of has_tradename form_of has_form has_part part_of contains
    contained_in""".split()  # noqa: SIM905
)
_STRENGTH, _FORM = "RXN_AVAILABLE_STRENGTH", "RXTERM_FORM"
_KEPT = frozenset({"N", ""})  # SUPPRESS: not suppressed
_SAB, _RXCUI, _RXAUI, _TTY, _STR, _SUPPRESS = (
    column(CONCEPTS, name) for name in ("SAB", "RXCUI", "RXAUI", "TTY", "STR", "SUPPRESS")
)
_ONE, _OTHER, _RELA, _REL_SAB, _REL_SUPPRESS = (
    column(RELATIONS, name) for name in ("RXCUI1", "RXCUI2", "RELA", "SAB", "SUPPRESS")
)
_OF, _ATN, _ATV, _ATTRIBUTE_SUPPRESS = (column(ATTRIBUTES, name) for name in ("RXCUI", "ATN", "ATV", "SUPPRESS"))


@dataclass(frozen=True, slots=True)
class Concept:
    """`tty`: RxNorm's term type (IN, BN, SCD ...). `ingredients`: sorted RxCUIs of type IN."""

    rxcui: str
    tty: str
    name: str
    synonyms: tuple[str, ...]
    ingredients: tuple[str, ...]
    strength: str = ""
    form: str = ""


@dataclass
class Release:
    """Filled line by line, concepts before relations and attributes; then `concepts` gives what came of it."""

    _names: dict[str, tuple[str, str]] = field(default_factory=dict)
    _synonyms: defaultdict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    _atoms: set[str] = field(default_factory=set)
    _parts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _said: dict[tuple[str, str], str] = field(default_factory=dict)
    unresolved: int = 0  # concepts whose ingredients the release does not give

    def add(self, file: str, line: bytes) -> None:
        """Take one line in. RrfError: it is not what the file should hold; the text names the record."""
        {CONCEPTS: self._concept, RELATIONS: self._relation, ATTRIBUTES: self._attribute}[file](cells(file, line))

    def _concept(self, row: list[str]) -> None:
        if row[_SAB] != "RXNORM" or row[_SUPPRESS] not in _KEPT:
            return
        rxcui, tty, name = row[_RXCUI], row[_TTY], row[_STR].strip()
        if tty not in _RANK and tty not in _SYNONYMS:
            return
        if not rxcui.isdigit() or not name:
            raise RrfError(f"record {row[_RXAUI]}: RXCUI is {rxcui!r} and the name {name!r}")
        if row[_RXAUI] in self._atoms:
            raise RrfError(f"record {row[_RXAUI]} (RXAUI) stands in the file twice")
        self._atoms.add(row[_RXAUI])
        if tty in _SYNONYMS:
            self._synonyms[rxcui][name] = None
        elif self._names.setdefault(rxcui, (tty, name)) != (tty, name):
            raise RrfError(f"record {row[_RXAUI]}: RXCUI {rxcui} has the name {self._names[rxcui][1]!r} already")

    def _relation(self, row: list[str]) -> None:
        if row[_RELA] not in _MADE_OF or row[_REL_SAB] != "RXNORM" or row[_REL_SUPPRESS] not in _KEPT:
            return
        one, other = row[_ONE], row[_OTHER]
        if one not in self._names or other not in self._names:
            return
        ranks = _RANK[self._names[one][0]], _RANK[self._names[other][0]]
        if ranks[0] != ranks[1]:
            whole, part = (one, other) if ranks[0] > ranks[1] else (other, one)
            self._parts[whole].add(part)

    def _attribute(self, row: list[str]) -> None:
        if row[_ATN] in (_STRENGTH, _FORM) and row[_ATTRIBUTE_SUPPRESS] in _KEPT and row[_OF] in self._names:
            self._said.setdefault((row[_OF], row[_ATN]), row[_ATV].strip())

    def concepts(self) -> Iterator[Concept]:
        """Every concept whose ingredients are known, by RxCUI; a stable order, so that an import can go on."""
        known: dict[str, frozenset[str]] = {}
        self.unresolved = 0
        for rxcui in sorted(self._names, key=int):
            ingredients = self._ingredients(rxcui, known)
            if not ingredients:
                self.unresolved += 1
                continue
            tty, name = self._names[rxcui]
            yield Concept(
                rxcui,
                tty,
                name,
                tuple(one for one in self._synonyms.get(rxcui, ()) if one != name),
                tuple(sorted(ingredients, key=int)),
                self._said.get((rxcui, _STRENGTH), ""),
                self._said.get((rxcui, _FORM), ""),
            )

    def _ingredients(self, rxcui: str, known: dict[str, frozenset[str]]) -> frozenset[str]:
        """Empty when one part has none: a combination of which half is known is not known. Parts rank lower, so the
        recursion ends."""
        if rxcui not in known:
            tty = self._names[rxcui][0]
            parts = self._parts.get(rxcui, set())
            parts = {part for part in parts if self._names[part][0] != "BN"} or parts
            found = [self._ingredients(part, known) for part in parts]
            made_of = frozenset().union(*found) if found and all(found) else frozenset()
            known[rxcui] = frozenset({rxcui}) if tty == "IN" else made_of
        return known[rxcui]
