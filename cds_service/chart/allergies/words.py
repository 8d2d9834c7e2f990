"""What the words of an allergy entry say besides the allergen: that there is none, what is tolerated, how it showed."""

from __future__ import annotations

import re

from cds_service.terminology.reactions import ANGIOEDEMA, HIT, SEVERE, kinds_in

_NONE = r"nk(?:d|m|f|e)?a|none(?: known| reported)?|no (?:known |active |current )?(?:[\w-]+ ){0,3}allerg(?:y|ies)"
_DENIED = r"denies (?:any |all )?(?:[\w-]+ ){0,2}allerg(?:y|ies)|not allergic(?: to .*)?"
_NO_KNOWN = re.compile(
    rf"(?:patient )?(?:has |reports )?(?:{_NONE}|{_DENIED})(?:\W*\((?:{_NONE})\))?(?: on file| reported| recorded)?\W*",
    re.IGNORECASE,
)
# From here on a text says what is no allergy, unless it says "does not tolerate".
_TOLERATED = re.compile(
    r"[\s,;:(/.-]*\b(?:but |and |has |she |he |pt |patient )*"
    r"(?:tolerat\w+|(?:can|may|able to) (?:take|have|use|tolerate)|"
    r"(?:is )?ok(?:ay)? with|does (?:ok|okay|fine|well) (?:on|with)|no (?:problems?|reactions?|issues?) (?:with|to)|"
    r"not allergic to|had no reaction|does not react)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_NOT_TOLERATED = re.compile(r"(?:\bnot|n'?t|\bunable to|\bpoorly|\bnever|\bcannot)\s+(?:be\s+)?tolerat", re.IGNORECASE)
# "Child had hives" is of a child who is the patient; "her child" is not.
_RELATIVE = (
    r"(?:mother|father|sister|brother|mom|mum|dad|son|daughter|(?:(?<=his )|(?<=her )|(?<='s ))child|children|parents?|"
    r"siblings?|aunt|uncle|cousin|"
    r"grand(?:mother|father|ma|pa|parents?|son|daughter)|wife|husband|spouse|twin|family(?: members?)?)"
)
# Whose allergy it is, said before it ("mother allergic to ...") or after it ("... in mother"). "Mother reports" is not.
_OF_A_RELATIVE = re.compile(
    r"[\s,;:(/.-]*\b(?:(?:strong |positive )?(?:family (?:history|hx)|fh|fhx|famhx)\b|"
    rf"(?:patient'?s |pt'?s |his |her |the |a )?{_RELATIVE}(?:'s)?(?: (?:is|was|are|had|has|have|also|both|with|who|"
    r"an?|very|severe(?:ly)?|deathly|known))* (?:allerg|anaphyla|react|hypersens|hives|rash)).*",
    re.IGNORECASE | re.DOTALL,
)
# "Hives, also in mother" and "in patient and in mother" are of both.
_IN_A_RELATIVE = re.compile(
    rf"[^,;]*(?<!\balso )(?<!\band )\b(?:in|of) (?:patient'?s |pt'?s |his |her |the )?{_RELATIVE}\b\W*", re.IGNORECASE
)
# What follows the name is the reaction ("codeine - nausea"), or what stands before "with" or "from" is.
_AFTER = re.compile(r"(?:\s[-\u2013\u2014]+|[(:;,=>]|\b(?:caus|giv|gav|mak|mad|lead)\w*\b)(.*)", re.DOTALL)
_BEFORE = re.compile(r"(.*?)\b(?:with|from|due to|after|when taking|caused by|secondary to)\b", re.DOTALL)
# A problem is about an allergy when it says so, or names a reaction that only a drug allergy is.
_SAYS_ALLERGY = re.compile(r"allerg|hypersensitiv|anaphyla|adverse reaction|exacerbated respiratory", re.IGNORECASE)
_NOT_THEIRS = re.compile(
    r"\b(?:no|not|denies|negative|without|ruled out|de-?label\w*|family|fh|mother|father|sister|brother|"
    r"desensiti[sz]\w+)\b",
    re.IGNORECASE,
)


def denies(label: str) -> bool:
    """True for "no known allergies", "NKDA" and the like, and nothing besides."""
    return bool(_NO_KNOWN.fullmatch(label))


def about(label: str) -> str:
    """The part of an entry that names the allergen: "penicillin" of "penicillin, tolerates cephalexin"."""
    theirs = _OF_A_RELATIVE.sub("", label)
    return theirs if _NOT_TOLERATED.search(label) else _TOLERATED.sub("", theirs)


def tolerated(label: str) -> str:
    """The part that names what is tolerated: "tolerates cephalexin" of the same entry; empty when there is none."""
    found = None if _NOT_TOLERATED.search(label) else _TOLERATED.search(label)
    return found[0] if found else ""


def is_of_a_relative(label: str) -> bool:
    """True when an entry is about another person and nobody else: "mother allergic to penicillin"."""
    return bool(label) and (bool(_IN_A_RELATIVE.fullmatch(label)) or not _OF_A_RELATIVE.sub("", label).strip())


def says_allergy(words: str) -> bool:
    """Whether the words of a problem say that this patient has an allergy to whatever they name."""
    if _NOT_THEIRS.search(words):
        return False
    return bool(_SAYS_ALLERGY.search(words) or kinds_in(words) & {ANGIOEDEMA, SEVERE, HIT})


def shown_in(label: str) -> frozenset[str]:
    """The kinds of reaction that an entry names beside its allergen."""
    around = (pattern.search(label) for pattern in (_AFTER, _BEFORE))
    return kinds_in(" ".join(match[1] for match in around if match))
