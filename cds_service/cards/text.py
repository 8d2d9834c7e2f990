"""Text on a card: Markdown in which nothing from the chart can do anything, and summaries cut at a whole character."""

from __future__ import annotations

import re
import unicodedata

LONGEST_SUMMARY = 139
LONGEST_DETAIL = 1499

_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]#|~<>&@"})
_AUTOLINK = re.compile(r"(?i)\b(https?|ftp|mailto|javascript|data|www)([:.])")
_ELLIPSIS = "…"
# A zero-width joiner outside of an emoji hides in a word.
_JOINER = re.compile("(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d")
# An order's name and strength; directions follow.
_STRENGTH = re.compile(
    r"(?i).{3,}?\d[\d.,]* ?(?:mg|mcg|g|units?|unt|u|meq|iu|%)"
    r"(?: ?/ ?[\d.]* ?(?:mg|ml|actuat\w*|hr|h|puff))?(?![\w/])"
)
_LOOK_AHEAD = 20  # times the limit, as blanks and invisible characters take no room


def plain(text: str, limit: int = 200) -> str:
    """One line without control, bidirectional or zero-width characters."""
    seen = text[: limit * _LOOK_AHEAD]  # what stands beyond cannot be shown, and a megabyte of it must not cost time
    if not seen.isprintable():  # most text is, quotes and accents too, and going over characters is what costs
        seen = "".join(" " if char.isspace() else char for char in seen if char.isspace() or not _invisible(char))
        seen = _JOINER.sub("", seen)
    line = " ".join(seen.split())
    return cut(line if len(text) <= limit * _LOOK_AHEAD else line + _ELLIPSIS, limit)


def escaped(text: str, limit: int = 200) -> str:
    """Text from an EHR for Markdown: no markup, no HTML, no link of its own making."""
    return _AUTOLINK.sub(lambda link: f"{link[1]}\\{link[2]}", plain(text, limit).translate(_MARKUP))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut before a whole character sequence (an emoji or an accent is not split)."""
    if len(text) <= limit:
        return text
    end = limit - 1
    while end > 0 and _continues(text, end):
        end -= 1
    return text[:end].rstrip(" \n\\") + _ELLIPSIS  # a backslash left over would escape what follows


def titled(title: str, limit: int) -> str:
    """A title on one line; one that is too long ends with a whole word, not within a bracket, and an ellipsis."""
    line = plain(title, 4 * limit)
    if len(line) <= limit:
        return line
    kept = line[:limit].rpartition(" ")[0]
    if kept.count("(") > kept.count(")") and not kept.startswith("("):
        kept = kept.rpartition("(")[0]
    kept = kept.rstrip(" ,;:(-")
    return f"{kept}{_ELLIPSIS}" if kept else cut(line, limit)


def short(order: str, limit: int) -> str:
    """An order as a card's summary names it. Of a long one the drug and its strength stay and the directions go, which
    stand in the detail; without a strength it ends with a whole word."""
    line = plain(order, 4 * limit)
    if len(line) <= limit:
        return line
    strength = _STRENGTH.match(line[: limit - 1])
    kept = strength[0] if strength else line[: limit - 1].rpartition(" ")[0]
    return f"{kept.rstrip(' ,;:(/')}{_ELLIPSIS}" if kept else cut(line, limit)


def fitted(head: list[str], optional: list[str], tail: list[str], limit: int = LONGEST_DETAIL) -> str:
    """Markdown blocks joined by blank lines: while it is too long `optional` ones go, last first, then `head` is cut.

    `tail` (the evidence, the rule) always stays whole.
    """
    kept = list(optional)
    while kept and len("\n\n".join([*head, *kept, *tail])) > limit:
        kept.pop()
    after = "\n\n".join([*kept, *tail])
    room = limit - len(after) - 2 if after else limit
    return "\n\n".join(filter(None, [cut("\n\n".join(head), max(room, 1)), after]))


def _invisible(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} and char != "\u200d"


def _continues(text: str, at: int) -> bool:
    """True when the character at `at` belongs to the sequence before it."""
    char, before = text[at], text[at - 1]
    joined = char in "\u200d\ufe0f" or before == "\u200d"
    return joined or bool(unicodedata.combining(char)) or 0x1F3FB <= ord(char) <= 0x1F3FF
