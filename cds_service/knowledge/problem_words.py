"""The words of an entry of a problem list: in one spelling, without what it says is absent, in each order it may have.

Titles of ICD-9 and ICD-10 say in one breath what is there and what is not: "Herpes zoster without mention of
complication", "Cellulitis and abscess of leg, except foot". What is denied names no problem, and says nothing of it.
"""

from __future__ import annotations

import re
from itertools import chain

from cds_service.terminology.lexicon import Words, split_words

_DENIED = re.compile(
    r"\b(?:without|w/o|except|excluding|not (?:stated|specified|classified) as|no mention of)\b"
    r"[^,;()\[\]]*?(?=$|[,;()\[\]]|\bwith\b)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_SILENT = frozenset({"of", "the", "s"})
_MOST_SEGMENTS = 4  # an index turns two or three words round, a sentence with more commas is none
# Words that say where, when and how badly, and not what: an entry says its problem wholly with them or without them.
_QUALIFIER_WORDS = """
    a active acute adult affected affecting an and any associated at benign bilateral both by cause caused childhood
    chronic classified closed complete complicated complicating complication condition continuous controlled current
    degree disease disorder due elsewhere encounter episode essential ethiology etiology except exacerbation
    first for from full healed healing history hx idiopathic in infection initial intermittent intractable involvement
    involving juvenile left lower major manifestation mention mild moderate most multiple nec nontraumatic nonspecific
    nos not of on open or organism other otherwise p part partial perennial persistent pertaining poorly pre primary
    recent recurrent refractory region related remission right routine s second secondary senile sequela severe simple
    single site so specified stable stage state stated status subsequent symptom symptomatic syndrome the to type
    uncomplicated uncontrolled undetermined unspecified upper well with without
    ankle arm chest ear elbow extremity eye face finger foot forearm hand hip knee leg limb neck shoulder skin thigh
    toe trunk wrist i ii 1 2
"""
QUALIFIERS = frozenset(_QUALIFIER_WORDS.split())


def readings(label: str) -> tuple[Words, ...]:
    """The ways to read an entry, each as its words: whole, without its brackets, what a bracket explains, and turned
    round at the commas that an index has ("Anemia, hemolytic", "Leukemia, Lymphocytic, Chronic")."""
    said = _DENIED.sub(" ", label)
    outside = _BRACKETED.sub(" ", said)
    explained = _BRACKETED.findall(said)
    ways = (words_of(way) for way in chain((said, outside), _turned(outside), explained))
    return tuple(dict.fromkeys(way for way in ways if way))


def _turned(text: str) -> tuple[str, ...]:
    segments = [segment.strip() for segment in text.split(",") if segment.strip()]
    if not 2 <= len(segments) <= _MOST_SEGMENTS:
        return ()
    first, second, *rest = segments
    return (" ".join((second, first, *rest)), " ".join(reversed(segments)))


def words_of(text: str) -> Words:
    """Words in one spelling, singular and American, without the small ones: "of the breast", "of breast"."""
    return tuple(_plain(word.text) for word in split_words(text) if word.text not in _SILENT)


def _plain(word: str) -> str:
    """One spelling for singular and plural, American and British: "anaemias" is "anemia"."""
    word = word.replace("ae", "e").replace("oe", "e")
    if len(word) <= 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]
