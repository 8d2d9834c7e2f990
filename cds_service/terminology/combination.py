"""Which names in a text make one combination: "amlodipine 5 mg / benazepril 10 mg", "hydrocodone-acetaminophen 5-325".

Between two names of one combination stand only strengths, units and a joining mark, never another word. A word that is
joined on in the same way and is no name we know is a component that nobody will check: it is handed out to be said.
"""

from __future__ import annotations

import re

from cds_service.terminology.lexicon import Mention

_UNIT = r"(?<![^\W\d_])(?:mg|mcg|ug|ml|g|l|unt|units?|meq|mmol|actuat|hr|h)(?![^\W\d_])"
_STRENGTH = rf"(?:[\s\d.,%()]|/?{_UNIT})*"
_BETWEEN = re.compile(rf"(?:[\s\d.,%()/+&-]|{_UNIT}|\band\b|\bwith\b|\bw/)*", re.IGNORECASE)
_MARK = re.compile(r"[/+&-]|\band\b|\bwith\b|\bw/", re.IGNORECASE)
# A hyphen joins a component only when nothing stands around it: "5 mg - take with food" joins nothing.
_AFTER = re.compile(rf"(?:{_STRENGTH}[/+&]\s*|-)([^\W\d_]{{4,}})", re.IGNORECASE)
_BEFORE = re.compile(rf"(?<![^\W_])([^\W\d_]{{4,}})(?:{_STRENGTH}[/+&]\s*|-)\Z", re.IGNORECASE)
# A text that begins with one long word and then the name: half of a combination, misspelt ("amoxicillan clavulanate").
_LEADING = re.compile(r"\s*([^\W\d_]{6,})\s+\Z")
# Words of an order that may stand after a slash or a hyphen and are no drug.
_ORDER_WORDS = """
tablet tablets capsule capsules caplet caplets oral orally solution suspension syrup liquid elixir drops spray sprays
patch patches cream ointment lotion foam inhaler inhalation puff puffs dose doses actuat actuation actuations hour hours
minute daily week weekly month each take with without food sodium potassium hydrochloride extended release delayed
immediate modified chewable enteric coated sublingual intravenous intramuscular subcutaneous injection infusion vial
topical nasal ophthalmic otic rectal vaginal transdermal pharmacy continue start stop please prescribe refill increase
decrease restart resume change switch generic regular liquid powder topical vitamin children childrens infants another
tabs caps pack pens vials syringe kit each also then when pain
"""
NOT_COMPONENTS = frozenset(_ORDER_WORDS.split())
# The four letters without meaning that tell a biological from its biosimilars ("risankizumab-rzaa"; FDA guidance on
# nonproprietary naming of biological products, 2017). No biological is combined with a drug of four letters.
_BIOLOGICAL = ("mab", "cept", "grastim", "kinra", "poetin alfa", "glargine", "aspart", "lispro")
_BIOSIMILAR = re.compile(r"-[^\W\d_]{4}(?![^\W_])")
_PER = re.compile(r"(?:mg|mcg|ug)s?\s*/\s*\Z", re.IGNORECASE)
_A_NUMBER = re.compile(r"\s*\d")


def joined(text: str, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The first mention and those that are joined to it."""
    taken = [mentions[0]]
    for mention in mentions[1:]:
        between = text[taken[-1].span[1] : mention.span[0]]
        if not (_BETWEEN.fullmatch(between) and _MARK.search(between)):
            break
        taken.append(mention)
    return tuple(taken)


def is_per_inhalation(text: str, span: tuple[int, int]) -> bool:
    """ "62.5-25 MCG/INH": INH is the inhalation there, and isoniazid in "rifampin 300 mg/INH 150 mg"."""
    start, end = span
    return text[start:end].lower() == "inh" and bool(_PER.search(text[:start])) and not _A_NUMBER.match(text[end:])


def strangers(text: str, span: tuple[int, int]) -> tuple[str, ...]:
    """Words joined to the names at `span` that are neither a name nor a usual word of an order."""
    start, end = span
    before = text[max(0, start - 80) : start]
    after = text[end : end + 80]
    if text[start:end].lower().endswith(_BIOLOGICAL):
        after = _BIOSIMILAR.sub("", after, count=1) if _BIOSIMILAR.match(after) else after
    found = (_BEFORE.search(before) or _LEADING.match(text[:start]), _AFTER.match(after))
    return tuple(match[1] for match in found if match and match[1].lower() not in NOT_COMPONENTS)
