"""Allergies and intolerances that a sentence names, how they showed, and what was tolerated or removed.

A name counts in a section of allergies, or where the sentence says that it is one ("allergic to", "penicillin allergy",
"hives after amoxicillin"). Denied, family and supposed ones are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cds_service.terminology.lexicon import Mention
from cds_service.terminology.notes import allergy_cues as cues
from cds_service.terminology.notes.around import Around
from cds_service.terminology.notes.layout import Sentence
from cds_service.terminology.notes.mention import NoteMention, Says
from cds_service.terminology.reactions import (
    ALLERGIC,
    ANAPHYLAXIS,
    ANGIOEDEMA,
    COUGH,
    HIT,
    INFUSION,
    ITCH,
    MUSCLE,
    SEVERE,
    STOMACH,
    kinds_in,
    named_in,
)

_TELLING = frozenset({ALLERGIC, ANAPHYLAXIS, ANGIOEDEMA, SEVERE, HIT, ITCH, INFUSION, COUGH, MUSCLE})


def denials(sentence: Sentence) -> Iterator[NoteMention]:
    """ "NKDA" and the like: the note knows of no drug allergy."""
    match = cues.NONE_KNOWN.search(sentence.text)
    bare = sentence.section == "allergies" and re.fullmatch(
        r"\W*(?:none(?: known| reported)?|nil|denies(?: any)?|no)\W*", sentence.text.lower()
    )
    if (match and not cues.OTHER_NONE.match(match[0])) or bare:
        span = match.span() if match else (0, len(sentence.text))
        if sentence.section != "family" and not re.search(
            r"\b(?:mother|father|sister|brother|if)\b", sentence.text.lower()
        ):
            yield NoteMention("allergy", "none", sentence.text[slice(*span)], sentence.text, span)


def read(
    sentence: Sentence, allergens: Sequence[Mention], drugs: Sequence[Mention], groups: Sequence[Mention]
) -> Iterator[NoteMention]:
    """Allergens among `allergens` that the sentence calls an allergy, and those that it calls tolerated."""
    by_group = {one.span: one.rxcuis for one in groups}
    by_drug = {one.span: one.rxcuis for one in drugs}
    for at, one in enumerate(allergens):
        said = Around(sentence, one.span)
        following = allergens[at + 1].span[0] if at + 1 < len(allergens) else len(sentence.text)
        says = _says(sentence, said, len(sentence.text) - following)
        if says is None:
            continue
        yield NoteMention(
            "allergy",
            says,
            one.text,
            sentence.text,
            one.span,
            drugs=by_drug.get(one.span, ()) if one.span not in by_group else (),
            groups=by_group.get(one.span, ()),
            reactions=() if says == "tolerated" else _reactions(sentence.text, said, one.span, following),
        )


def _says(sentence: Sentence, said: Around, beyond: int) -> Says | None:
    """`beyond` is how many characters follow after the next name."""
    own_after = said.after[: len(said.after) - beyond] if beyond else said.after
    tolerated = _tolerated(said, own_after)
    if not tolerated and sentence.section != "allergies" and not _is_called_one(said, own_after):
        return None
    if said.family:
        return None
    if tolerated:
        return "tolerated"
    if said.supposed or cues.DOUBTED.match(own_after) or cues.NO_ALLERGY_TO.search(said.before):
        return None
    if cues.TREATMENT.search(said.before) and not cues.WHILE_TAKING.search(said.before):
        return None
    return None if _denied(sentence, said) else "has"


def _tolerated(said: Around, own_after: str) -> bool:
    if cues.REMOVED.match(own_after) and "allerg" in said.before + said.after:
        return True
    before = cues.TOLERATED_BEFORE.search(said.before)
    if before and cues.PLAINLY.search(before[0]) and not said.supposed:
        return True
    return bool(cues.UNEVENTFUL.match(own_after)) and not said.supposed and "not tolerated" not in own_after


def _is_called_one(said: Around, own_after: str) -> bool:
    entry = cues.ENTRY.match(own_after)
    if entry and cues.AT_HEAD.search(said.before) and kinds_in(entry[1]) & (_TELLING - {COUGH}):
        return True
    if cues.NOT_TOLERATED.match(own_after):
        return True
    if cues.TO.search(said.before) or cues.DIRECTLY_AFTER.match(said.after) or cues.ALLERGY_AFTER.match(own_after):
        return True
    if re.match(r"[ ,]*(?:and|or|&|/|,) ?[\w-]+ allerg(?:y|ies)\b", said.after):
        return True
    shown = cues.SHOWED_AFTER.match(own_after)
    if shown and kinds_in(shown[1]) & (_TELLING | {STOMACH}):
        return True
    ahead = cues.SHOWED_BEFORE.search(said.before)
    telling = _TELLING if said.mention.endswith("pril") else _TELLING - {COUGH}
    return bool(ahead and kinds_in(ahead[1]) & telling and not re.search(r"\b(?:improv|resolv|reliev|treat)", ahead[1]))


def _denied(sentence: Sentence, said: Around) -> bool:
    """A denial of the allergy; "cannot tolerate" denies something else, and so does what stands behind in a list."""
    if re.search(
        r"(?:not|n't|unable to|poorly|cannot|never) (?:be able to )?tolerat", said.before
    ) or cues.NOT_TOLERATED.match(said.after):
        return False
    if sentence.section == "allergies":
        return bool(re.search(r"\b(?:no|not|denies|negative|without|never)\b[^.;,]*$", said.before)) or bool(
            re.match(r"\s*(?:[:?]|\()\s*(?:no|denies|negative|none)\b", said.after)
        )
    return said.denied


def _reactions(text: str, said: Around, span: tuple[int, int], following: int) -> tuple[str, ...]:
    """The words of the reaction: behind the name up to the next one, else before it ("hives with amoxicillin")."""
    behind = cues.REACTION_AFTER.match(text[span[1] : following])
    found = named_in(re.split(r"\b(?:but|tolerat)", behind[1])[0]) if behind else ()
    shown = cues.SHOWED_AFTER.match(text[span[1] : following])
    found = found or (named_in(shown[1]) if shown else ())
    if not found:
        ahead = cues.SHOWED_BEFORE.search(said.before)
        found = named_in(ahead[1]) if ahead else ()
    if not found and re.match(r"[ -]+anaphylaxis\b", said.after):
        found = ("anaphylaxis",)
    return found
