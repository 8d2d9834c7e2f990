"""Which names in a text make one combination: "amlodipine 5 mg / benazepril 10 mg", "hydrocodone-acetaminophen 5-325".

Between two names of one combination stand only the first one's salt, strengths, units and a joining mark, never another
word. A word that is joined on in the same way and is no name we know is a component that nobody will check: it is
handed out to be said. Some names are everyday words ("starch") and count as a component alone, behind a mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cds_service.terminology.lexicon import Mention

_UNIT = r"(?<![^\W\d_])(?:mg|mcg|ug|gm?|ml|l|unt|units?|meq|mmol|mci|cells|actuat|sqcm|hr|h|per|usp)(?![^\W\d_])"
# What may stand right behind a name and is no other drug: a salt, of which RxNorm's base counts, above all.
_SALT_WORDS = """
hydrochloride dihydrochloride hcl hydrobromide hbr sodium potassium calcium magnesium acetate besylate bitartrate
bromide chloride citrate fumarate maleate mesylate mononitrate nitrate palmitate phosphate polistirex succinate sulfate
tannate tartrate valerate dipropionate propionate furoate anhydrous monohydrate dihydrate trihydrate hemihydrate
vaccine preparation
"""
SALTS = tuple(_SALT_WORDS.split())
_SALT = rf"[\s-]+(?:{'|'.join(SALTS)})(?![^\W_])"
_AMOUNT = rf"(?:[\s\d.,%()]|/?{_UNIT})*"
_OF_ONE = rf"(?:{_SALT}){{0,2}}"
_BETWEEN = re.compile(rf"{_OF_ONE}(?:[\s\d.,:%()/+&-]|{_UNIT}|\band\b|\bwith\b|\bw/)*", re.IGNORECASE)
_MARK = re.compile(r"[/+&-]|\band\b|\bwith\b|\bw/", re.IGNORECASE)
# A hyphen joins a component only when nothing stands around it: "5 mg - take with food" joins nothing.
_TIGHT = rf"(?:{_OF_ONE}{_AMOUNT}[/+&](?:\s+(?:[\d.,]+\s*{_UNIT}\s+)?)?|-)"
_TIGHTLY = re.compile(_TIGHT, re.IGNORECASE)
_LETTERS = r"[^\W\d_]"
# Four letters at least; behind a mark with space around it a short word too that a longer one or a strength follows
# ("soy protein", "ZNO 250 MG"). "MG/Day" and "Covera-HS" have none.
_AFTER = re.compile(
    rf"{_TIGHT}({_LETTERS}{{4,}})|{_OF_ONE}{_AMOUNT}(?<=\s)[/+&]\s+(?:[\d.,]+\s*{_UNIT}\s+)?"
    rf"({_LETTERS}{{3}}(?=\s{_LETTERS}{{4}})"
    rf"|(?!{_UNIT}){_LETTERS}[\w+-]*(?=(?:\s{_LETTERS}+){{0,3}}(?:\s+\d+)?\s+\d[\d.,]*\s*(?:%|{_UNIT})))",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:\A|[/+&(]\s*)((?!{_UNIT}){_LETTERS}[\w+]*(?:\s{_LETTERS}+){{0,4}})(?:\s+\d+)?\s+\d[\d.,]*\s*(?:%|{_UNIT}){_AMOUNT}[/+&]\s*\Z"
    rf"|(?<![^\W_])({_LETTERS}{{4,}}(?:\s{_LETTERS}{{1,3}})?)(?:{_AMOUNT}[/+&]\s*|-)\Z",
    re.IGNORECASE,
)
# The further words of a component that is not known, when they end as a component's do.
_PHRASE = re.compile(rf"(?:\s+{_LETTERS}+){{0,5}}(?=\s*(?:\d|[/+&(),]|\Z))")
# A text that begins with one long word and then the name: half of a combination, misspelt ("amoxicillan clavulanate").
_LEADING = re.compile(rf"\s*({_LETTERS}{{6,}})\s+\Z")
_WORD_BEHIND = re.compile(rf"\s+(?!{_UNIT}|and\b|with\b|w/)({_LETTERS}{{3,}})", re.IGNORECASE)
# Words of an order that may stand after a slash or a hyphen and are no drug.
_ORDER_WORDS = """
tablet tablets capsule capsules caplet caplets oral orally solution suspension syrup liquid elixir drops spray sprays
patch patches cream ointment lotion foam inhaler inhalation puff puffs dose doses actuat actuation actuations hour hours
minute daily week weekly month each take with without food sodium potassium hydrochloride extended release delayed
immediate modified chewable enteric coated sublingual intravenous intramuscular subcutaneous injection infusion vial
topical nasal ophthalmic otic rectal vaginal transdermal pharmacy continue start stop please prescribe refill increase
decrease restart resume change switch generic regular liquid powder topical vitamin children childrens infants another
tabs caps pack pens vials syringe kit each also then when pain day days
injectable irrigation medicated gas inhalant intraperitoneal lozenge gum enema suppository gel paste pad shampoo
granules sqcm applicatorful dropperful instillation
"""
NOT_COMPONENTS = frozenset(_ORDER_WORDS.split())
_BEGIN_NAMES = frozenset({"sodium", "potassium", "vitamin", "topical"})  # "sodium chlidore" is a component
# The four letters without meaning that tell a biological from its biosimilars ("risankizumab-rzaa"; FDA guidance on
# nonproprietary naming of biological products, 2017). No biological is combined with a drug of four letters.
_BIOLOGICAL = ("mab", "cept", "grastim", "kinra", "poetin alfa", "glargine", "aspart", "lispro")
_BIOSIMILAR = re.compile(r"-[^\W\d_]{4}(?![^\W_])")
_PER = re.compile(r"(?:mg|mcg|ug)s?\s*/\s*\Z", re.IGNORECASE)
_A_NUMBER = re.compile(r"\s*\d")
_A_UNIT, _LONGEST_PIECE = re.compile(rf"{_UNIT}/\Z", re.IGNORECASE), 9
# "amlodipine (as amlodipine besylate) 5 mg", "calcium carbonate 1250 mg (calcium 500 mg)": said once more in brackets.
_BASIS = re.compile(
    r"\d ?mg (\((?:elemental )?(?:iron|calcium|magnesium|zinc|potassium) \d[\d.,]* ?mg\))", re.IGNORECASE
)
_SAID_AGAIN = re.compile(rf"\b({_LETTERS}{{4,}})\b[^()/+&]*(\((?:as |equivalent to |=)?\s*\1\b[^()]*\))", re.IGNORECASE)
_OPENED = re.compile(rf"(?:(?!\d\s*(?:%|{_UNIT}))[^()/+]){{0,80}}\(\s*", re.IGNORECASE)
_STRENGTH_NEXT = re.compile(rf"{_OF_ONE}\s*\d[\d.,]*\s*(?:%|{_UNIT})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Joined:
    """`names` make one combination, in reading order; `unknown` are words that stand as further components of it."""

    names: tuple[Mention, ...]
    unknown: tuple[str, ...]

    @property
    def span(self) -> tuple[int, int]:
        return self.names[0].span[0], self.names[-1].span[1]


def said_once(text: str) -> str:
    """The text, as long as before, without brackets that say the name before them again, or its strength's basis."""
    if "(" not in text:
        return text
    for start, end in (
        *(one.span(2) for one in _SAID_AGAIN.finditer(text)),
        *(one.span(1) for one in _BASIS.finditer(text)),
    ):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def joined(text: str, mentions: Sequence[Mention], components: Sequence[Mention] = ()) -> Joined:
    """The first mention and what is joined to it; of a product whose composition stands in brackets, that composition.

    `components` are the words in the text that are names only as a component.
    """
    apart = frozenset(
        one for one in components if not any(_overlap(one, other) for other in mentions) and not _goes_on(text, one)
    )
    everything = sorted((*mentions, *apart), key=lambda mention: mention.span)
    for start in range(everything.index(mentions[0]) + 1):
        found = _chain(text, everything[start:], apart)
        if mentions[0] in found.names:
            break
    found = _composition(text, found.names[0], everything, apart) or found
    surer = {one.span[0]: one for one in components if len(found.names) > 1 and not _goes_on(text, one)}
    return Joined(tuple(one if one.certain else surer.get(one.span[0], one) for one in found.names), found.unknown)


def run_of(text: str, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The first of the mentions and those that are joined to it behind it."""
    return _chain(text, mentions, frozenset()).names


def _chain(text: str, everything: Sequence[Mention], weak: frozenset[Mention]) -> Joined:
    """The first of `everything` and what is joined on behind it, known or not."""
    names, unknown = [everything[0]], list(_before(text, everything[0].span[0]))
    end = _past_biosimilar(text, everything[0].span[1])
    for mention in everything[1:]:
        if mention in weak and not _joins(text, end, mention, strict=True):
            continue  # an everyday word where no component stands: the salt in "phenyltoloxamine citrate-salicylamide"
        while not _joins(text, end, mention, strict=bool(weak & {names[-1], mention})):
            stranger = _stranger(text, end)
            if stranger is None or stranger[1] > mention.span[0]:
                return Joined(tuple(names), (*unknown, *([stranger[0]] if stranger else [])))
            unknown.append(stranger[0])
            end = stranger[1]
        names.append(mention)
        end = _past_biosimilar(text, mention.span[1])
    last = _stranger(text, end)
    return Joined(tuple(names), (*unknown, *([last[0]] if last else [])))


def _joins(text: str, end: int, mention: Mention, *, strict: bool) -> bool:
    between = text[end : mention.span[0]]
    if strict:
        return bool(_TIGHTLY.fullmatch(between))
    return bool(_BETWEEN.fullmatch(between) and _MARK.search(between))


def _composition(text: str, brand: Mention, everything: Sequence[Mention], weak: frozenset[Mention]) -> Joined | None:
    """ "Triaminic Cold (chlorpheniramine 1 MG / phenylephrine 2.5 MG)": makers change what a name holds."""
    opened = _OPENED.match(text, brand.span[1])
    inside = [one for one in everything if opened and one.span[0] >= opened.end()]
    if not (opened and inside and inside[0].span[0] == opened.end()):
        return None
    found = _chain(text, inside, weak)
    several = len(found.names) + len(found.unknown) > 1 and inside[0] not in weak
    return found if several and _STRENGTH_NEXT.match(text, inside[0].span[1]) else None


def _goes_on(text: str, component: Mention) -> bool:
    """Whether a word that no order has stands right behind: "zinc ozyd" is no zinc."""
    behind = _WORD_BEHIND.match(text, component.span[1])
    return behind is not None and behind[1].lower() not in NOT_COMPONENTS.union(SALTS)


def _overlap(one: Mention, other: Mention) -> bool:
    return one.span[0] < other.span[1] and other.span[0] < one.span[1]


def is_per_inhalation(text: str, span: tuple[int, int]) -> bool:
    """ "62.5-25 MCG/INH": INH is the inhalation there, and isoniazid in "rifampin 300 mg/INH 150 mg"."""
    start, end = span
    return text[start:end].lower() == "inh" and bool(_PER.search(text[:start])) and not _A_NUMBER.match(text[end:])


def _before(text: str, start: int) -> tuple[str, ...]:
    """The word before a name, where it stands as a component or is the first half of a combination."""
    before = text[max(0, start - 80) : start]
    found = _BEFORE.search(before) or _LEADING.match(text[:start])
    word = found[found.lastindex or 0] if found else ""
    return (word,) if set(word.lower().split()) - NOT_COMPONENTS else ()


def _stranger(text: str, end: int) -> tuple[str, int] | None:
    """What is joined on at `end` and is neither a name nor a usual word of an order, and where it ends."""
    found = _AFTER.match(text, end)
    if found is None:
        return None
    word = (found[1] or found[2]).lower()
    if _is_per(text, found.end() - len(word), found.end()):
        return None
    phrase = _PHRASE.match(text, found.end())
    stop = phrase.end() if phrase else found.end()
    further = text[found.end() : stop].lower().split()
    if word in NOT_COMPONENTS and not (word in _BEGIN_NAMES and set(further) - NOT_COMPONENTS):
        return None
    return text[found.end() - len(word) : stop], stop


def _is_per(text: str, start: int, end: int) -> bool:
    """ "17 GM/SCOOP": a short word tight behind a unit, without an amount of its own, is what the strength is per. The
    words are too many for a list; a component that nobody knows is nearly always longer, or has its strength."""
    return end - start <= _LONGEST_PIECE and bool(_A_UNIT.search(text[:start])) and not _A_NUMBER.match(text[end:])


def _past_biosimilar(text: str, end: int) -> int:
    letters = _BIOSIMILAR.match(text, end) if text[:end].lower().endswith(_BIOLOGICAL) else None
    return letters.end() if letters else end
