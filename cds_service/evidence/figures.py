"""Prometheus figures of claims. Labels are words of ours: kinds of claims, and the verifier's reasons."""

from __future__ import annotations

from prometheus_client import Counter

REFUSED = Counter(
    "countersign_claims_refused", "Claims that the verifier refused, so that no card has them", ["kind", "why"]
)
SENTENCES = Counter("countersign_written_sentences", "Sentences of the writer by what became of them", ["result"])
