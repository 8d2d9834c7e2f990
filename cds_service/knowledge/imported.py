"""Names that a site has imported from RxNorm, beside ours: what our tables say of a name or code stands.

An imported ingredient that our tables know under another code is that ingredient. One that they do not know is a drug
of its own: it is recognised, found as the same drug and as an allergy, and named as not covered. A name that stands for
two things is left out, and so is a brand made of everyday words ("Today"): its codes still count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cds_service.knowledge.cells import Cells, read_rows
from cds_service.terminology.lexicon import Entry, Lexicon, split_words
from cds_service.terminology.vocabulary import Drug

TABLE = "imported_names.csv"
COLUMNS = ("rxcui", "tty", "name", "synonyms", "ingredients", "everyday")
_NAMING = frozenset({"IN", "PIN", "MIN", "BN"})  # the others are strengths and forms of these names
_SHORTEST = 3  # letters; shorter ones are abbreviations of many things
_PRODUCTS = frozenset({"SCD", "SBD", "GPCK", "BPCK"})


@dataclass(frozen=True)
class ImportedNames:
    """`drugs`: ingredients that our tables lack; `codes`: RxCUI -> ingredients; `products`: a product's code ->
    its full name, with strength and form."""

    drugs: Mapping[str, Drug] = field(default_factory=dict)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()
    products: Mapping[str, str] = field(default_factory=dict)


def read_imported(tables: Mapping[str, str], drugs: Mapping[str, Drug], lexicon: Lexicon) -> ImportedNames:
    """Nothing when nothing was imported. `drugs` and `lexicon` are those of our own tables."""
    if TABLE not in tables:
        return ImportedNames()
    rows = list(read_rows(tables, TABLE, ("rxcui",)))
    meant = {row.required("rxcui"): _ours(row, drugs, lexicon) for row in rows if row.text("tty") == "IN"}
    codes: dict[str, tuple[str, ...]] = {}
    for row in rows:
        parts = row.items("ingredients")
        if all(part in meant or part in drugs for part in parts):
            found = (meant.get(part, part) for part in parts)
            codes[row.required("rxcui")] = tuple(dict.fromkeys(found))
    known = [row for row in rows if row.values["rxcui"] in codes]
    return ImportedNames(
        drugs={rxcui: Drug(rxcui, _name(row)) for rxcui, row in _new(known, drugs, meant)},
        codes=codes,
        entries=tuple(_entries(known, codes)),
        products={row.values["rxcui"]: row.required("name") for row in known if row.text("tty") in _PRODUCTS},
    )


def _ours(row: Cells, drugs: Mapping[str, Drug], lexicon: Lexicon) -> str:
    """The RxCUI under which our tables have this ingredient, or its own."""
    rxcui, name = row.required("rxcui"), row.required("name")
    if rxcui in drugs:
        return rxcui
    words = [word.text for word in split_words(name)]
    for found in lexicon.find(name):
        whole = [word.text for word in split_words(found.text)] == words
        if whole and found.certain and len(found.rxcuis) == 1:
            return found.rxcuis[0]
    return rxcui


def _new(rows: list[Cells], drugs: Mapping[str, Drug], meant: Mapping[str, str]) -> Iterator[tuple[str, Cells]]:
    for row in rows:
        rxcui = row.values["rxcui"]
        if row.text("tty") == "IN" and meant[rxcui] == rxcui and rxcui not in drugs:
            yield rxcui, row


def _name(row: Cells) -> str:
    name = row.required("name")
    return name if name.isupper() else name.lower()


def _entries(rows: list[Cells], codes: Mapping[str, tuple[str, ...]]) -> Iterator[Entry]:
    """One entry for each name that has one meaning."""
    found: defaultdict[tuple[str, ...], dict[frozenset[str], Entry]] = defaultdict(dict)
    for row in rows:
        if row.text("tty") not in _NAMING or row.text("everyday"):
            continue
        for name in (row.required("name"), *row.items("synonyms")):
            words = tuple(word.text for word in split_words(name))
            if sum(len(word) for word in words if word.isalpha()) >= _SHORTEST:
                rxcuis = codes[row.values["rxcui"]]
                found[words].setdefault(frozenset(rxcuis), Entry(name, rxcuis))
    yield from (entry for meanings in found.values() if len(meanings) == 1 for entry in meanings.values())
