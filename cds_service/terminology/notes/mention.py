"""What one sentence of a note says of one thing that it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cds_service.terminology.lexicon import Lexicon

# has: the patient has it, or takes it. past: has had it, as a line of a past history says. tolerated: took it without
# harm, or the allergy was removed. stopped: no longer takes it. none: nothing of the kind is known.
Says = Literal["has", "past", "tolerated", "stopped", "none"]
Kind = Literal["allergy", "condition", "medication"]


@dataclass(frozen=True, slots=True)
class NoteMention:
    """`drugs` are RxCUIs, `groups` allergy groups; for a condition `condition` is the key of its row.

    `span` (start, end) is in `sentence`. `reactions` are the words in which an allergy showed; `directions` what
    follows a medication's name. `listed`: it stands in a section for its kind, and not in prose.
    """

    kind: Kind
    says: Says
    name: str
    sentence: str
    span: tuple[int, int]
    drugs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    condition: str = ""
    reactions: tuple[str, ...] = ()
    directions: str = ""
    listed: bool = False


@dataclass(frozen=True, slots=True)
class NoteWords:
    """The words that a note is searched for: drugs, allergy groups, long-standing conditions.

    `in_a_test` is True where a drug's name ending there is part of a laboratory test's name.
    """

    drugs: Lexicon
    groups: Lexicon
    conditions: Lexicon
    in_a_test: Callable[[str, int], bool]
    not_drugs: str = "not-drugs"
