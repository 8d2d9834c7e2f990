"""An exact name beside a misspelt word may be a part of another drug's longer name.

"isosorbide dinitrfate" names isosorbide exactly and means something else; so does "tyleol with codeine". A word is such
a slip when it is like the word that stands in its place in a name of other ingredients, and is right as nothing; when
the rest of that name stands there whole ("panadol col & flu", "orajel dry mth"); or when only its spaces are others
("acetaminophen with cod eine"). What a mark joins on is a component (`combination`), and the other components stay
known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from cds_service.terminology.combination import NOT_COMPONENTS
from cds_service.terminology.lexicon import Entry, Mention, Word, Words, split_words

_SHORTEST = 3  # letters; shorter words are one slip away from too many
_SHORT_LIKE = 0.75
_JOINS = re.compile(r"[/+&]")  # behind such a mark, or a hyphen, stands a component
_LIKE = 0.6  # a judgement: so high that names which are spelt right are hardly ever taken for slips of longer ones
_HALF = 0.5  # where the rest of the longer name stands in the text
_NEARLY = 0.85
_LONG_ENOUGH = 5  # letters
_FARTHEST = 6  # words on either side of a mention
_APART = re.compile(r"[/+]")
_JOINING = frozenset({"and", "with", "for"})

Ingredients = frozenset[str]
Longer = tuple[int, Words, Ingredients]  # at which of its words the name begins, all its words, what it means


class SpacedNames:
    """What longer names have on one side of a name, which may stand there with a space too many or too few."""

    def __init__(self) -> None:
        # By its side, the number of words that it is then written in, and its digits, which must all stand there.
        self._rests: dict[tuple[bool, int], dict[str, list[tuple[str, Ingredients]]]] = {}

    def add(self, before: Words, behind: Words, rxcuis: Ingredients) -> None:
        rest = before or behind
        key = "".join(rest)
        if (before and behind) or len(key) < _LONG_ENOUGH:
            return
        for count in (len(rest) - 1, len(rest) + 1):
            if count:
                of_side = self._rests.setdefault((bool(before), count), {})
                of_side.setdefault(_digits(key), []).append((key, rxcuis))

    def hold(self, text: str, words: Sequence[Word], mention: range, rxcuis: Ingredients) -> bool:
        """Whether the rest of such a name, of other ingredients, stands beside the mention: "codeine" as "cod eine"."""
        for (before, count), by_digits in self._rests.items():
            start, stop = (mention.start - count, mention.stop) if before else (mention.start, mention.stop + count)
            if start < 0 or stop > len(words):
                continue
            whole = words[start:stop]
            run = whole[:count] if before else whole[-count:]
            written = "".join([word.text for word in run])
            meant = by_digits.get(_digits(written), ())
            nearly = (others != rxcuis and _is_nearly(written, key) for key, others in meant)
            if any(nearly) and not _joined_on(text, whole, run):
                return True
        return False


def _is_nearly(written: str, key: str) -> bool:
    return OSA.normalized_similarity(written, key) >= _NEARLY


class LongerNames:
    """In which longer names a name stands, and where in them; built once from a lexicon's entries.

    A name of many longer ones ("acetaminophen") must not cost much in a text that holds none of them: what its other
    words can be at all is asked once, not for each of the names.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_words = {tuple(word.text for word in split_words(entry.name)): frozenset(entry.rxcuis) for entry in entries}
        self._words = {word for words in by_words for word in words}
        self._longer: dict[Words, list[Longer]] = {}
        self._told_by: dict[tuple[Words, str], list[Longer]] = {}  # by the name, and a word beside it
        self._spaced: dict[Words, SpacedNames] = {}
        for words, rxcuis in by_words.items():
            for start in range(len(words)):
                for end in range(start + 1, len(words) + 1):
                    part = words[start:end]
                    if part != words and by_words.get(part, rxcuis) != rxcuis:
                        self._add(part, words[:start], words[end:], (start, words, rxcuis))

    def _add(self, part: Words, before: Words, behind: Words, longer: Longer) -> None:
        self._longer.setdefault(part, []).append(longer)
        self._spaced.setdefault(part, SpacedNames()).add(before, behind, longer[2])
        for word in filter(_tells, {*before, *behind}):
            self._told_by.setdefault((part, word), []).append(longer)

    def hold(self, mention: Mention, text: str) -> bool:
        """Whether the mention's words stand in `text` as a part of a longer name of other ingredients, misspelt."""
        words = split_words(text)
        first = next(at for at, word in enumerate(words) if word.start >= mention.span[0])
        end = next((at for at, word in enumerate(words) if word.start >= mention.span[1]), len(words))
        said, rxcuis = tuple(word.text for word in words[first:end]), frozenset(mention.rxcuis)
        beside = (*range(first), *range(end, len(words)))
        doubtful = {at for at in beside if words[at].text.isalpha() and words[at].text not in NOT_COMPONENTS}
        if said not in self._longer or not any(first - _FARTHEST <= at < end + _FARTHEST for at in doubtful):
            return False
        if self._spaced[said].hold(text, words, range(first, end), rxcuis):
            return True
        if any(self._is_wrong(words[at].text) for at in doubtful):
            meant = self._longer[said]
        else:
            meant = [one for at in beside for one in self._told_by.get((said, words[at].text), ())]
        for start, name, others in meant:
            begins = first - start
            place = range(begins, begins + len(name))
            if begins < 0 or others == rxcuis or doubtful.isdisjoint(place):
                continue
            if self._is_written(text, words[begins : place.stop], name, range(start, start + len(said))):
                return True
        return False

    def _is_written(self, text: str, written: Sequence[Word], name: Words, mention: range) -> bool:
        slips = [at for at, (word, meant) in enumerate(zip(written, name, strict=False)) if word.text != meant]
        if self._slips(text, written, name, mention, slips):
            return True
        return len(slips) == 1 and _is_all_but_one(text, written, name, mention, slips[0])

    def _slips(self, text: str, written: Sequence[Word], name: Words, mention: range, slips: list[int]) -> bool:
        """`written` is the name but for slips before the mention, or as far as a slip behind it."""
        before = [at for at in slips if at < mention.start]
        meant = before or slips[:1]
        if not meant or (before and (slips != before or len(written) < len(name))):
            return False
        if not all(self._is_slip(written[at].text, name[at]) for at in meant):
            return False
        end = mention.start + 1 if before else meant[-1] + 1
        gaps = [(at, text[written[at].end : written[at + 1].start]) for at in range(end - 1)]
        outside = [(at, gap) for at, gap in gaps if at not in mention or at + 1 not in mention]
        beside = {place for at in meant for place in (at - 1, at)}
        return not any(_JOINS.search(gap) or (at in beside and "-" in gap) for at, gap in outside)

    def _is_slip(self, word: str, meant: str) -> bool:
        least = _LIKE if len(word) > _SHORTEST else _SHORT_LIKE
        return self._is_wrong(word) and OSA.normalized_similarity(word, meant) >= least

    def _is_wrong(self, word: str) -> bool:
        return len(word) >= _SHORTEST and word.isalpha() and word not in self._words and word not in NOT_COMPONENTS


def _is_all_but_one(text: str, written: Sequence[Word], name: Words, mention: range, slip: int) -> bool:
    """The whole name but for one word that is like it; a further word of it beside the mention shows it is meant."""
    if len(written) < len(name) or _APART.search(text[written[0].start : written[len(name) - 1].end]):
        return False
    word, meant = written[slip].text, name[slip]
    telling = any(at not in mention and at != slip and _tells(name[at]) for at in range(len(name)))
    return telling and word.isalpha() and word not in NOT_COMPONENTS and OSA.normalized_similarity(word, meant) >= _HALF


def _tells(word: str) -> bool:
    """Whether a word of a longer name that stands beside the mention shows that this name is meant."""
    return len(word) >= _SHORTEST and word not in _JOINING


def _joined_on(text: str, whole: Sequence[Word], run: Sequence[Word]) -> bool:
    """Whether what stands beside the mention is a component: a hyphen before it, or behind it, or another mark."""
    beside = text[run[-1].end] if run[0] is whole[0] else text[run[0].start - 1]
    return beside == "-" or bool(_APART.search(text[whole[0].start : whole[-1].end]))


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))
