"""Passages in the order in which they are indexed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from cds_service.errors import KnowledgeError
from cds_service.knowledge.passages import Passage


def by_id(passages: Iterable[Passage]) -> list[Passage]:
    """Sorted by id. KnowledgeError: two have the same, so that a card could not say which it cites."""
    found = sorted(passages, key=lambda passage: passage.id)
    for one, following in pairwise(found):
        if one.id == following.id:
            raise KnowledgeError(f"two passages have the id {one.id}")
    return found
