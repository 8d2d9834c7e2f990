"""One note -> its mentions: sentence by sentence, by lexicon, each read with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from cds_service.terminology.lexicon import Mention
from cds_service.terminology.notes import allergies, conditions, medications
from cds_service.terminology.notes.layout import Sentence, sentences
from cds_service.terminology.notes.mention import NoteMention, NoteWords

READER, READER_VERSION = "note-rules", "4"
_OWN = {"allergies": "allergy", "past": "condition", "medications": "medication"}
# A name in these is no mention: addresses, file names, and the words of others.
_NO_MENTION = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")


def read_note(text: str, words: NoteWords, stop: Callable[[], bool] = lambda: False) -> tuple[list[NoteMention], bool]:
    """The mentions of a note in reading order, and whether it was read to its end; `stop` is asked at each sentence."""
    found: list[NoteMention] = []
    given: set[str] = set()  # drugs that are given here
    planned: list[int] = []
    for sentence in sentences(text):
        if stop():
            return found, False
        if sentence.section == "told":
            continue
        if sentence.section == "here":
            given.update(rxcui for one in words.drugs.find(sentence.text) for rxcui in one.rxcuis)
        before = len(found)
        listed = _OWN.get(sentence.section, "")
        found += (replace(one, listed=one.kind == listed) for one in _read(sentence, words))
        planned += range(before, len(found)) if sentence.section == "plan" else ()
    return _without_given(found, planned, given), True


def _without_given(found: list[NoteMention], planned: list[int], given: set[str]) -> list[NoteMention]:
    """ "Continue metoprolol" in the plan of a stay speaks of what is given here, and not of home."""
    gone = {at for at in planned if found[at].kind == "medication" and set(found[at].drugs) <= given}
    return [one for at, one in enumerate(found) if at not in gone]


def _read(sentence: Sentence, words: NoteWords) -> Iterator[NoteMention]:
    plain = _NO_MENTION.sub(lambda match: " " * len(match[0]), sentence.text)
    sentence = Sentence(plain, sentence.start, sentence.section)
    drugs = [one for one in words.drugs.find(plain) if one.certain and not words.in_a_test(plain, one.span[1])]
    groups = [one for one in words.groups.find(plain) if words.not_drugs not in one.rxcuis]
    yield from allergies.denials(sentence)
    if drugs or groups:
        allergens = _without_overlap(drugs, groups)
        about = list(allergies.read(sentence, allergens, drugs, groups))
        yield from about
        spoken_of = {one.span for one in about if one.says != "tolerated"}
        yield from medications.read(sentence, [one for one in drugs if one.span not in spoken_of])
    named = words.conditions.find(plain)
    yield from conditions.read(sentence, named)


def _without_overlap(drugs: list[Mention], groups: list[Mention]) -> list[Mention]:
    """Names of drugs and of groups in reading order; where both stand, the longer one, and a group before a drug:
    "penicillin" is the class, in a record that names no other."""
    ordered = sorted([*groups, *drugs], key=lambda one: (one.span[0], -one.span[1]))
    kept: list[Mention] = []
    for one in ordered:
        if not kept or one.span[0] >= kept[-1].span[1]:
            kept.append(one)
    return kept
