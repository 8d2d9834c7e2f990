"""A finding with what the engine stamps on it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace

import orjson

from cds_service.checks import Check
from cds_service.findings import Finding


@dataclass(frozen=True, slots=True)
class Concern:
    """`id` is its identity over hooks, calls and clients."""

    id: str
    check: Check
    finding: Finding

    @property
    def item_ids(self) -> dict[str, str]:
        """The identity of each item of a checklist, by its row: what of a card stays away once it is dismissed."""
        return {one.rule: item_id(self.check.id, one.rule) for one in self.finding.items}


def concern_id(check: str, finding: Finding) -> str:
    """16 hex digits of sha256 over the canonical JSON of check, rule, sorted concepts and harm."""
    identity = {"check": check, "concepts": sorted(finding.concepts), "harm": finding.harm, "rule": finding.rule}
    return hashlib.sha256(orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def item_id(check: str, rule: str) -> str:
    """16 hex digits of sha256 over the canonical JSON of check and item, as a concern's."""
    identity = orjson.dumps({"check": check, "item": rule}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(identity).hexdigest()[:16]


def without_items(concern: Concern, dismissed: Collection[str]) -> Concern | None:
    """The concern without those open items that were dismissed, by their ids; None when no unmet item is left."""
    ids = concern.item_ids
    kept = [one for one in concern.finding.items if not (one.open and ids[one.rule] in dismissed)]
    if len(kept) == len(concern.finding.items):
        return concern
    if not any(one.state == "unmet" for one in kept):
        return None
    return concern_of(concern.check, concern.finding.with_items(kept))


def concern_of(check: Check, finding: Finding) -> Concern:
    """The finding, identified. What a model read is at most a warning until confirmed, and nothing that rests on it is
    recommended."""
    identity = concern_id(check.id, finding)
    if not finding.rests_on_reading:
        return Concern(identity, check, finding)
    display = "warning" if finding.display == "critical" else finding.display
    proposals = tuple(replace(one, recommended=False) for one in finding.proposals)
    return Concern(identity, check, replace(finding, display=display, proposals=proposals))
