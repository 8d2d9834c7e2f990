"""Sentences with a marked mention and what holds of it, generated from templates in families of unlike syntax.

The families stand in `templates.txt`, their slots in `slots.txt`, what they speak of in `mentions.txt`; all three were
written for this project. No sentence of an evaluation report is among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

HEADS = ("negated", "historical", "family", "hypothetical")
_LETTERS = "nhfs"
_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{(\w+)\}")
_KINDS = {"Fproc": "procedure", "Fdrug": "allergen", "Fhabit": "habit", "clause": "clause"}
_LIST_SHARE, _EMBEDDED_SHARE = 0.5, 0.35
# What may stand between the things of a list, and before its last.
_JOINTS = (
    (", ", ", or "),
    (", ", " or "),
    (", ", " and "),
    (", ", ", and "),
    (", ", ", "),
    ("/", "/"),
    (" or ", " or "),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`span` (start, end) is the mention's place in `text`; `flags` follow HEADS."""

    text: str
    span: tuple[int, int]
    flags: tuple[bool, bool, bool, bool]
    family: str


@dataclass(frozen=True, slots=True)
class Template:
    """One line of templates.txt."""

    text: str
    flags: tuple[bool, bool, bool, bool]
    family: str


class Generator:
    """Sentences of the given families; what they speak of is `mentions` by kind."""

    def __init__(self, dice: Random, families: Sequence[str], mentions: Mapping[str, Sequence[str]]) -> None:
        self._dice = dice
        self._templates = {name: [one for one in templates() if one.family == name] for name in families}
        self._mentions = mentions
        self._things = [name for kind in ("symptom", "finding", "condition") for name in mentions[kind]]

    def sentence(self) -> Sentence:
        """One sentence; half of the templates' weight goes to each family alike, so that none outweighs the others."""
        dice = self._dice
        template = dice.choice(self._templates[dice.choice(list(self._templates))])
        text, span = self._filled(template.text)
        text, span = self._styled(text, span)
        if dice.random() < _EMBEDDED_SHARE:
            text, span = self._among_others(text, span)
        return Sentence(text, span, template.flags, template.family)

    def _filled(self, template: str) -> tuple[str, tuple[int, int]]:
        """The template with every slot filled, and where the focus stands."""
        text, span, at = "", (0, 0), 0
        for slot in _SLOT.finditer(template):
            text += template[at : slot.start()]
            at = slot.end()
            name = slot[1]
            if name in _KINDS or name == "F":
                before, focus, after = self._focus(name)
                span = (len(text) + len(before), len(text) + len(before) + len(focus))
                text += before + focus + after
            elif name == "O":
                text += self._listed([self._thing() for _ in range(self._dice.choice((1, 1, 1, 2, 3)))])
            else:
                text += self._dice.choice(slots()[name])
        return text + template[at:], span

    def _focus(self, slot: str) -> tuple[str, str, str]:
        """Words of the list before the mention, the mention, and the words after it."""
        if slot == "clause":
            return "", self._dice.choice(self._mentions["clause"]), ""
        names = self._mentions[_KINDS[slot]] if slot in _KINDS else None
        items = [self._dice.choice(names) if names else self._thing() for _ in range(self._length())]
        place = self._dice.randrange(len(items))
        if len(items) == 1:
            return "", items[0], ""
        joint, last = self._dice.choice(_JOINTS)
        before = "".join(item + joint for item in items[:place])
        after = "".join(joint + item for item in items[place + 1 :])
        if place == len(items) - 1:
            before = before[: -len(joint)] + last
        else:
            after = after[: -len(joint + items[-1])] + last + items[-1]
        return before, items[place], after

    def _length(self) -> int:
        return self._dice.choice((2, 2, 3, 3, 4, 5, 6)) if self._dice.random() < _LIST_SHARE else 1

    def _thing(self) -> str:
        name = self._dice.choice(self._things)
        return f"{self._dice.choice(self._mentions['qualifier'])} {name}" if self._dice.random() < 0.15 else name

    def _listed(self, items: Sequence[str]) -> str:
        joint, last = self._dice.choice(_JOINTS[:4])
        return items[0] if len(items) == 1 else joint.join(items[:-1]) + last + items[-1]

    def _styled(self, text: str, span: tuple[int, int]) -> tuple[str, tuple[int, int]]:
        """Capitals as texts have them; none of these moves a character."""
        roll = self._dice.random()
        if roll < 0.45:
            text = text[: span[0]] + text[slice(*span)].upper() + text[span[1] :]
        if roll > 0.2 and not text[0].isdigit():
            text = text[0].upper() + text[1:]
        if roll > 0.97:
            text = text.upper()
        if roll < 0.08 and text.endswith("."):
            text = text[:-1]
        return text, span

    def _among_others(self, text: str, span: tuple[int, int]) -> tuple[str, tuple[int, int]]:
        """With a sentence before it, after it, or both: what they say is not said of this mention."""
        dice = self._dice
        before = self._other() + " " if dice.random() < 0.6 else ""
        after = " " + self._other() if dice.random() < 0.6 or not before else ""
        if not text.endswith((".", "]", "}")):
            after = "." + after if after else ""
        return before + text + after, (span[0] + len(before), span[1] + len(before))

    def _other(self) -> str:
        """A sentence with a full stop; headings and lines that reach further are left out."""
        while True:
            template = self._dice.choice(self._templates[self._dice.choice(list(self._templates))]).text
            if (
                template.endswith(".")
                and ":" not in template
                and not re.match(r"(?:if|should|when|once|until|unless)", template)
            ):
                text, _ = self._filled(template)
                return text[0].upper() + text[1:]


def families() -> tuple[str, ...]:
    """The generator families in the order of their file."""
    return tuple(dict.fromkeys(one.family for one in templates()))


@cache
def templates() -> tuple[Template, ...]:
    """Every template, with what holds of its focus."""
    found, family = [], ""
    for line in _lines("templates.txt"):
        if line.startswith("["):
            family = line.strip("[]")
        elif " | " in line:
            letters, _, text = line.partition(" | ")
            flags = tuple(letter in letters for letter in _LETTERS)
            found.append(Template(text, (flags[0], flags[1], flags[2], flags[3]), family))
    return tuple(found)


@cache
def slots() -> Mapping[str, tuple[str, ...]]:
    """The alternatives of each slot, whose white space counts."""
    pairs = (line.partition(" | ") for line in _lines("slots.txt"))
    return {name: tuple(words.split(";")) for name, _, words in pairs}


def own_mentions() -> dict[str, list[str]]:
    """What the sentences speak of, by kind."""
    pairs = (line.partition(" | ") for line in _lines("mentions.txt"))
    return {name: words.split(";") for name, _, words in pairs}


def _lines(name: str) -> list[str]:
    lines = (_HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
