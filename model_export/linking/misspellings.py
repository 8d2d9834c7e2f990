"""Generated misspellings, by family: what fingers and ears do to a drug name.

Families used for training, for choosing the threshold, and for the reported score are kept apart, so that the score
says something about slips that the network was not fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from random import Random

from cds_service.models.spelling import KEY_NEIGHBOURS

Slip = Callable[[str, Random], str]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = "aeiouy"
_BESIDE = {key: sorted(other for one, other in KEY_NEIGHBOURS if one == key) for key in _LETTERS}
_SOUNDS = (
    ("ph", "f"), ("f", "ph"), ("c", "k"), ("k", "c"), ("c", "s"), ("s", "c"), ("z", "s"), ("s", "z"), ("x", "ks"),
    ("x", "z"), ("th", "t"), ("t", "th"), ("qu", "kw"), ("ch", "k"), ("rh", "r"), ("y", "i"), ("i", "y"), ("j", "g"),
    ("g", "j"), ("ine", "een"), ("ine", "in"), ("ide", "ied"), ("one", "own"), ("ole", "ol"), ("ate", "ait"),
    ("am", "um"), ("il", "ill"), ("ol", "all"), ("or", "er"), ("er", "or"), ("ti", "ty"), ("ou", "u"), ("ai", "ay"),
)  # fmt: skip
_STROKES = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("nn", "m"), ("li", "h"), ("h", "b"),
    ("a", "o"), ("o", "a"), ("u", "v"), ("v", "u"), ("n", "r"), ("r", "n"), ("n", "u"), ("u", "n"), ("e", "c"),
    ("c", "e"), ("l", "i"), ("i", "l"), ("t", "f"), ("f", "t"), ("g", "q"), ("q", "g"),
)  # fmt: skip
_ENDINGS = (
    ("ine", "in"), ("in", "ine"), ("ole", "ol"), ("ol", "ole"), ("ate", "at"), ("ide", "id"), ("one", "on"),
    ("en", "in"), ("in", "en"), ("an", "in"), ("am", "an"), ("il", "al"), ("ex", "ix"), ("or", "er"), ("a", "er"),
)  # fmt: skip


def keyboard(word: str, dice: Random) -> str:
    """The key beside the right one."""
    at = dice.randrange(len(word))
    return word[:at] + dice.choice(_BESIDE[word[at]]) + word[at + 1 :] if word[at] in _BESIDE else word


def omission(word: str, dice: Random) -> str:
    """A letter left out, seldom the first."""
    at = dice.randrange(1 if dice.random() < 0.9 else 0, len(word))
    return word[:at] + word[at + 1 :]


def doubling(word: str, dice: Random) -> str:
    """A letter doubled, or a double letter made single."""
    doubles = [at for at in range(1, len(word)) if word[at] == word[at - 1]]
    if doubles and dice.random() < 0.6:
        at = dice.choice(doubles)
        return word[:at] + word[at + 1 :]
    at = dice.randrange(1, len(word))
    return word[:at] + word[at] + word[at:]


def transposition(word: str, dice: Random) -> str:
    """Two neighbouring letters swapped."""
    at = dice.randrange(1 if dice.random() < 0.9 else 0, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def vowel(word: str, dice: Random) -> str:
    """Another vowel, or a vowel left out or put in."""
    places = [at for at, letter in enumerate(word) if letter in _VOWELS]
    if not places:
        return omission(word, dice)
    at = dice.choice(places)
    return word[:at] + dice.choice([*_VOWELS[:5], "", word[at] + dice.choice("aeiou")]) + word[at + 1 :]


def phonetic(word: str, dice: Random) -> str:
    """A spelling that sounds alike, at one place or two."""
    for _ in range(dice.choice((1, 1, 2))):
        word = _exchanged(word, _SOUNDS, dice)
    return word


def insertion(word: str, dice: Random) -> str:
    """A further letter, from beside the one that was meant."""
    at = dice.randrange(1, len(word))
    return word[:at] + dice.choice(_BESIDE.get(word[at], _LETTERS)) + word[at:]


def ending(word: str, dice: Random) -> str:
    """Another drug-like ending, or the end cut off."""
    fitting = [(right, wrong) for right, wrong in _ENDINGS if word.endswith(right)]
    if not fitting or dice.random() < 0.2:
        return word[: -dice.choice((1, 1, 2))]
    right, wrong = dice.choice(fitting)
    return word.removesuffix(right) + wrong


def two_slips(word: str, dice: Random) -> str:
    """Any two of the single slips."""
    for slip in dice.sample((keyboard, omission, doubling, transposition, vowel, insertion), 2):
        word = slip(word, dice) if len(word) > 3 else word
    return word


def spacing(name: str, dice: Random) -> str:
    """A space lost between two words, or a word broken in two, with or without another slip; takes the whole name."""
    words = name.split(" ")
    between = [at for at, (one, other) in enumerate(pairwise(words)) if one.isalpha() and other.isalpha()]
    if between and dice.random() < 0.5:
        at = dice.choice(between)
        return " ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]])
    return _in_a_word(name, _broken, dice)


def _broken(word: str, dice: Random) -> str:
    at = dice.randrange(3, len(word) - 2) if len(word) > 6 else len(word) - 2
    return omission(word[:at], dice) + " " + word[at:] if dice.random() < 0.3 else word[:at] + " " + word[at:]


def syllable(word: str, dice: Random) -> str:
    """Two letters from the inside left out or written twice."""
    at = dice.randrange(2, max(len(word) - 3, 3))
    return word[:at] + (word[at + 2 :] if dice.random() < 0.7 else word[at : at + 2] + word[at:])


def sound_and_finger(word: str, dice: Random) -> str:
    """A spelling that sounds alike, with a key beside the right one."""
    return keyboard(phonetic(word, dice), dice)


def misread(word: str, dice: Random) -> str:
    """What an eye or a scanner takes for something else, as rn for m; no finger does it."""
    return _exchanged(word, _STROKES, dice)


def scattered(word: str, dice: Random) -> str:
    """A single slip in each half of the word; in a short one, of the front half alone."""
    at = max(len(word) // 2, 3)
    one, other = dice.sample((keyboard, omission, doubling, transposition, vowel, insertion), 2)
    return one(word[:at], dice) + (other(word[at:], dice) if len(word) - at >= 3 else word[at:])


def _exchanged(word: str, pairs: Sequence[tuple[str, str]], dice: Random) -> str:
    """One of the pairs' first strings, where it stands, for its second; a letter less where none stands."""
    fitting = [(right, wrong) for right, wrong in pairs if right in word]
    if not fitting:
        return omission(word, dice)
    right, wrong = dice.choice(fitting)
    at = dice.choice([at for at in range(len(word)) if word.startswith(right, at)])
    return word[:at] + wrong + word[at + len(right) :]


def _family(*slips: Slip) -> Mapping[str, Slip]:
    return {slip.__name__: slip for slip in slips}


TRAINING = _family(
    keyboard, omission, doubling, transposition, vowel, phonetic, two_slips, spacing, syllable, sound_and_finger
)
CALIBRATION = _family(insertion, ending)
REPORTED = _family(misread, scattered)
_OF_THE_WHOLE_NAME = _family(spacing)


def misspelt(name: str, slips: Mapping[str, Slip], dice: Random) -> str:
    """`name` with one of its longer words put through one of the slips; the same when nothing can slip."""
    family = dice.choice(sorted(slips))
    slip = slips[family]
    return slip(name, dice) if family in _OF_THE_WHOLE_NAME else _in_a_word(name, slip, dice)


def _in_a_word(name: str, slip: Slip, dice: Random) -> str:
    words = name.split(" ")
    long = [at for at, word in enumerate(words) if len(word) >= 4 and word.isalpha()]
    if long:
        at = dice.choice(long)
        words[at] = slip(words[at], dice)
    return " ".join(words)
