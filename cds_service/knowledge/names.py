"""drugs.csv, combos.csv, same_drug.csv, classes.csv and products.csv -> the drug side of the vocabulary, and who is in
which class.

In the cell `uncertain` of drugs.csv a name with " /" behind it is an everyday word that names the drug only as a
component of a combination ("starch"), even where it is the row's own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

from cds_service.knowledge.cells import Cells, read_rows
from cds_service.knowledge.imported import read_imported
from cds_service.terminology.lexicon import Entry, Lexicon, Words, split_words
from cds_service.terminology.vocabulary import Drug

CLASS = "class:"
COMPONENT = " /"


@dataclass(frozen=True)
class DrugNames:
    """Ingredients and every name and code that stands for them. `classes` maps an RxCUI to its class keys, `products`
    an imported product's code to its full name."""

    drugs: Mapping[str, Drug]
    by_name: Mapping[str, str]
    classes: Mapping[str, frozenset[str]]
    class_labels: Mapping[str, str]
    lexicon: Lexicon
    rxnorm: Mapping[str, tuple[str, ...]]
    products: Mapping[str, str] = field(default_factory=dict)
    components: Lexicon = field(default_factory=Lexicon)

    def key(self, cells: Cells, name: str) -> str:
        """The look-up key of a drug cell: an RxCUI, or `class:KEY` as it stands."""
        if name.startswith(CLASS):
            if name.removeprefix(CLASS) not in self.class_labels:
                raise cells.wrong(f"{name!r} is not in classes.csv")
            return name
        if name not in self.by_name:
            raise cells.wrong(f"{name!r} is not an ingredient of drugs.csv")
        return self.by_name[name]

    def keys_of(self, rxcui: str) -> tuple[str, ...]:
        """Every key under which rows may speak of an ingredient: itself first, then its classes."""
        return self._keys.get(rxcui) or (rxcui,)

    @cached_property
    def _keys(self) -> Mapping[str, tuple[str, ...]]:
        return {rxcui: (rxcui, *sorted(CLASS + name for name in found)) for rxcui, found in self.classes.items()}

    def label(self, key: str) -> str:
        return self.class_labels[key.removeprefix(CLASS)] if key.startswith(CLASS) else self.drugs[key].name


def read_names(tables: Mapping[str, str]) -> DrugNames:
    """`tables` maps file names to their text."""
    classes = list(read_rows(tables, "classes.csv"))
    rows = list(read_rows(tables, "drugs.csv"))
    drugs = {cells.required("rxcui"): Drug(cells.required("rxcui"), cells.required("name")) for cells in rows}
    combos = list(read_rows(tables, "combos.csv"))
    same = list(read_rows(tables, "same_drug.csv"))
    apart = tuple(_same_entries(same, drugs))
    lexicon = _lexicon((*_drug_entries(rows), *apart, *_combo_entries(combos, drugs, _beginnings(apart))))
    products = list(read_rows(tables, "products.csv"))
    codes = _codes(drugs, [*products, *same, *(row for row in combos if row.text("rxcui"))])
    imported = read_imported(tables, drugs, lexicon)
    for entry in imported.entries:
        lexicon.add_unless_known(entry)
    drugs = {**imported.drugs, **drugs}
    by_name = {drug.name: rxcui for rxcui, drug in drugs.items()}
    return DrugNames(
        drugs=drugs,
        by_name=by_name,
        classes=_memberships(rows, classes, by_name),
        class_labels={cells.required("class"): cells.required("label") for cells in classes},
        lexicon=lexicon,
        components=_lexicon(_component_entries(rows)),
        rxnorm={**imported.codes, **codes},
        products=imported.products,
    )


def _memberships(rows: list[Cells], classes: list[Cells], by_name: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """RxCUI -> class keys: what the drug's own row says, and the `members` that a class lists."""
    keys = [cells.required("class") for cells in classes]
    member_of = {cells.required("rxcui"): set(cells.choices("classes", keys)) for cells in rows}
    for cells in classes:
        for name in cells.items("members", optional=True):
            if name not in by_name:
                raise cells.wrong(f"{name!r} is not an ingredient of drugs.csv")
            member_of[by_name[name]].add(cells.required("class"))
    return {rxcui: frozenset(found) for rxcui, found in member_of.items()}


def _lexicon(entries: Iterable[tuple[Cells, Entry]]) -> Lexicon:
    lexicon = Lexicon()
    for cells, entry in entries:
        try:
            lexicon.add(entry)
        except ValueError as error:
            raise cells.wrong(str(error)) from None
    return lexicon


def _drug_entries(rows: list[Cells]) -> Iterator[tuple[Cells, Entry]]:
    for cells in rows:
        rxcuis = (cells.required("rxcui"),)
        uncertain = cells.items("uncertain")
        for name in (cells.required("name"), *cells.items("brands"), *cells.items("synonyms")):
            if name + COMPONENT not in uncertain:
                yield cells, Entry(name, rxcuis)
        for name in uncertain:
            if not name.endswith(COMPONENT):
                yield cells, Entry(name, rxcuis, certain=False)


def _beginnings(apart: Iterable[tuple[Cells, Entry]]) -> Set[Words]:
    """The names and what they begin with: "petrolatum" may go on to "petrolatum, white"."""
    names = [_words(entry.name) for _, entry in apart]
    return {name[:length] for name in names for length in range(1, len(name) + 1)}


def _words(name: str) -> Words:
    return tuple(word.text for word in split_words(name))


def _component_entries(rows: list[Cells]) -> Iterator[tuple[Cells, Entry]]:
    for cells in rows:
        for name in cells.items("uncertain"):
            if name.endswith(COMPONENT):
                yield cells, Entry(name.removesuffix(COMPONENT), (cells.required("rxcui"),))


def _same_entries(rows: list[Cells], drugs: Mapping[str, Drug]) -> Iterator[tuple[Cells, Entry]]:
    """Concepts that RxNorm has beside the ingredient that they are to every check."""
    for cells in rows:
        for name in cells.items("names"):
            spellings = cells.items("of_ingredient", optional=True)
            yield (
                cells,
                Entry(name, _ingredients(cells, drugs), concept=cells.required("rxcui"), of_ingredient=spellings),
            )


def _combo_entries(rows: list[Cells], drugs: Mapping[str, Drug], apart: Set[Words]) -> Iterator[tuple[Cells, Entry]]:
    """Not the names of which a part is in `apart`: read part by part, they tell which concept was written."""
    for cells in rows:
        for name in (cells.required("name"), *cells.items("synonyms")):
            if not apart & {_words(part) for part in name.split("/")}:
                yield cells, Entry(name, _ingredients(cells, drugs))


def _codes(drugs: Mapping[str, Drug], rows: list[Cells]) -> dict[str, tuple[str, ...]]:
    """Every known RxCUI -> ingredients; one code with two meanings is an error."""
    codes: dict[str, tuple[str, ...]] = {rxcui: (rxcui,) for rxcui in drugs}
    for cells in rows:
        ingredients = _ingredients(cells, drugs)
        known = codes.setdefault(cells.required("rxcui"), ingredients)
        if set(known) != set(ingredients):
            raise cells.wrong(f"the RxCUI stands for {'|'.join(known)} elsewhere")
    return codes


def _ingredients(cells: Cells, drugs: Mapping[str, Drug]) -> tuple[str, ...]:
    ingredients = cells.items("ingredients")
    unknown = [rxcui for rxcui in ingredients if rxcui not in drugs]
    if unknown or not ingredients:
        raise cells.wrong(f"ingredient {unknown[0]} is not in drugs.csv" if unknown else "ingredients is empty")
    return ingredients
