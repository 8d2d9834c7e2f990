"""A finding with what the engine stamps on it."""

from __future__ import annotations

import hashlib
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


def concern_id(check: str, finding: Finding) -> str:
    """16 hex digits of sha256 over the canonical JSON of check, rule, sorted concepts and harm."""
    identity = {"check": check, "concepts": sorted(finding.concepts), "harm": finding.harm, "rule": finding.rule}
    return hashlib.sha256(orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def concern_of(check: Check, finding: Finding) -> Concern:
    """The finding, identified. What a model read is at most a warning until confirmed, and nothing that rests on it is
    recommended."""
    identity = concern_id(check.id, finding)
    if not finding.rests_on_reading:
        return Concern(identity, check, finding)
    display = "warning" if finding.display == "critical" else finding.display
    proposals = tuple(replace(one, recommended=False) for one in finding.proposals)
    return Concern(identity, check, replace(finding, display=display, proposals=proposals))
