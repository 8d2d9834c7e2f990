"""Which drug a resource names.

Concepts come best first: the coded concept, a contained resource, a sibling entry, the words of the reference. Several
codings are reconciled by ingredient; codings or names that contradict each other are "not recognised", never a guess. A
code outweighs what the text says, and the contradiction is noted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cds_service.chart.fhir_json import (
    LONGEST_TEXT,
    Resource,
    codings,
    label_of,
    labels_of,
    obj,
    objects,
    relative,
    text,
)
from cds_service.terminology.laboratory_tests import is_a_test
from cds_service.terminology.systems import RXNORM
from cds_service.terminology.vocabulary import Drug, Naming, Vocabulary

NOT_RECOGNISED = "not recognised"
NAMELESS = "ingredient without a name"
NAMES_NO_DRUG = "it names no drug"
CONTRADICTED = "the code was used"  # a note about a text that names another drug than its code


@dataclass(frozen=True, slots=True)
class Named:
    """`text` is the name as written, `span` the drug's place in it. `certain` is False for a doubtful abbreviation.

    `text_is_its_own` is False when the text speaks of another drug, so that its dose must not be used. `written` is
    what the words name where no code does, as RxNorm has it. `unread` are words that stand as further components and
    are not known.
    """

    text: str
    drugs: tuple[Drug, ...] = ()
    span: tuple[int, int] | None = None
    certain: bool = True
    problem: str | None = None
    notes: tuple[str, ...] = ()
    text_is_its_own: bool = True
    written: tuple[Drug, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def order_words(self) -> str:
        """The text with a plain word in place of the name, whose digits ("70/30", "#3") are no dose."""
        if not self.text_is_its_own:
            return ""
        return self.text if self.span is None else without_name(self.text, self.span)


def without_name(words: str, span: tuple[int, int]) -> str:
    return f"{words[: span[0]]}drug{words[span[1] :]}"


def concepts_of(resource: Resource, siblings: Mapping[str, Resource], fhir_server: str | None) -> Iterator[object]:
    """Where the drug may be named, best first."""
    if resource.get("medicationCodeableConcept"):
        yield resource["medicationCodeableConcept"]
    for medication in medications_of(resource, siblings, fhir_server):
        yield from _named_by(medication)
    if shown := _display(resource.get("medicationReference")):
        yield {"text": shown}


def medications_of(resource: Resource, siblings: Mapping[str, Resource], fhir_server: str | None) -> Iterator[Resource]:
    """What its reference points to: a contained resource, and a sibling entry."""
    target = relative(obj(resource.get("medicationReference")), fhir_server)
    for contained in objects(resource.get("contained")):
        if target and target == f"#{text(contained.get('id'))}":
            yield contained
    if target in siblings:
        yield siblings[target]


def _named_by(medication: Resource) -> Iterator[object]:
    """What a Medication says it is: its code, and by words its active ingredients, as a pharmacy's own mixture has it.

    An ingredient's own code speaks only where it is the one ingredient and nothing else says what the medication is.
    """
    code = medication.get("code")
    yield code
    active = [part for part in objects(medication.get("ingredient")) if part.get("isActive") is not False]
    parts = [obj(part.get("itemCodeableConcept")) or {"text": _display(part.get("itemReference"))} for part in active]
    if len(parts) == 1 and not (codings(code) or labels_of(code)):
        yield parts[0]
    elif parts:
        yield {"text": " / ".join(label_of(part) or NAMELESS for part in parts)}


def _display(pointer: object) -> str:
    return text(obj(pointer).get("display"))


def name_drug(concepts: list[object], vocabulary: Vocabulary) -> Named:
    """What the concepts name together; `problem` says why when it is no drug that we know."""
    labels = tuple(dict.fromkeys(label for concept in concepts for label in labels_of(concept)))
    written = next(iter(labels), "")
    for concept in concepts:
        rxcuis = [code for system, code, _ in codings(concept) if system == RXNORM]
        found = [drugs for code in rxcuis if (drugs := vocabulary.by_code(code))]
        if len({frozenset(drugs) for drugs in found}) > 1:
            return Named(written, problem="its codes name different drugs")
        if found:
            # A bare code of an imported product says strength and form by the product's name.
            named = (vocabulary.products[code] for code in rxcuis if code in vocabulary.products)
            return _coded(found[0], written or next(named, ""), vocabulary)
    return _written(labels, vocabulary)


def _coded(drugs: tuple[Drug, ...], written: str, vocabulary: Vocabulary) -> Named:
    naming = vocabulary.named_in(written)
    if naming is None:
        return Named(written, drugs, notes=_length(written))
    own = set(naming.drugs) <= set(drugs)
    coded = " + ".join(drug.name for drug in drugs)
    said = () if own else (f"the text says {naming.text}, the code says {coded}; {CONTRADICTED}",)
    return Named(
        written, drugs, naming.span if own else None, notes=(*said, *_besides(naming, written)), text_is_its_own=own
    )


def _written(labels: tuple[str, ...], vocabulary: Vocabulary) -> Named:
    named = [(label, naming) for label in labels if (naming := vocabulary.named_in(label))]
    if not named:
        written = next(iter(labels), "")
        return Named(written, problem=_why_none(written))
    label, naming = next(((label, naming) for label, naming in named if naming.certain), named[0])
    if any(other.certain and not set(other.drugs) & set(naming.drugs) for _, other in named):
        return Named(label, problem="its text and the names beside its codes mean different drugs")
    notes, unread = _besides(naming, label), naming.unknown if naming.certain else ()
    return Named(label, naming.drugs, naming.span, naming.certain, None, notes, written=naming.written, unread=unread)


def _why_none(written: str) -> str:
    """Only what may be a drug that we do not know is handed on to be read."""
    if is_a_test(written):
        return "it names a laboratory test and no drug"
    return NOT_RECOGNISED if written else NAMES_NO_DRUG


def _besides(naming: Naming, written: str) -> tuple[str, ...]:
    unknown = (not_recognised_beside(word, naming.drugs) for word in naming.unknown)
    others = (f"the text also names {other}, which was not assessed with this order" for other in naming.others)
    return (*unknown, *others, *_length(written))


def not_recognised_beside(word: str, drugs: Iterable[Drug]) -> str:
    known = " + ".join(drug.name for drug in drugs)
    return f"{word!r} beside {known} was not recognised: only {known} was assessed"


def _length(written: str) -> tuple[str, ...]:
    too_long = len(written) >= LONGEST_TEXT
    return (f"only the first {LONGEST_TEXT} characters of its text were read",) if too_long else ()
