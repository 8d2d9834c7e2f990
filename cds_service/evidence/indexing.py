"""Embeds what was imported, and builds the index over it and over the statements behind our rules."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from cds_service.errors import CorpusError
from cds_service.evidence import mapped
from cds_service.evidence.corpus.passages import passage_from
from cds_service.evidence.filters import NEVER, as_number
from cds_service.evidence.index import head_of
from cds_service.evidence.mapped import About, Entry
from cds_service.evidence.near import NearVectors, as_bytes, from_bytes
from cds_service.evidence.vectors import Embedder, passage_vectors
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import passages_of
from cds_service.store.corpus.corpus import Corpus

PORTION = 64  # vectors in one transaction: an interrupted run has lost no more


def embed_new(corpus: Corpus, embedder: Embedder, today: date, advance: Callable[[int], None] = lambda _: None) -> int:
    """Give every passage its vector that has none of this embedder; how many were given. May be broken off at any time.

    Raises ModelRefused when the embedder refuses a text.
    """
    given = 0
    while rows := corpus.next_without_vector(embedder.version, today, PORTION):
        vectors = {row["key"]: as_bytes(embedder.embed(head_of(passage_from(row)))) for row in rows}
        corpus.put_vectors(vectors, embedder.version)
        given += len(rows)
        advance(len(rows))
    return given


def state_of(knowledge: Knowledge, corpus: Corpus, embedder: Embedder, today: date) -> str:
    """What an index would be built of now."""
    return f"{knowledge.version} {corpus.state(today)} {embedder.version}"


def build(folder: Path, knowledge: Knowledge, corpus: Corpus, embedder: Embedder, today: date) -> About:
    """Write the index over all that may be found. Raises CorpusError when a passage has no vector yet."""
    state = state_of(knowledge, corpus, embedder, today)
    entries = all_entries(knowledge, corpus, embedder, folder, today)
    return mapped.write(folder, entries, state, embedder.version)


def all_entries(
    knowledge: Knowledge, corpus: Corpus, embedder: Embedder, cache_dir: Path, today: date
) -> Iterator[Entry]:
    """Our own statements and what was imported, merged by id."""
    ours = _shipped(knowledge, embedder, cache_dir)
    theirs = _imported(corpus, embedder, today)
    return heapq.merge(ours, theirs, key=lambda entry: entry.passage.id)


def _shipped(knowledge: Knowledge, embedder: Embedder, cache_dir: Path) -> Iterator[Entry]:
    passages = sorted(passages_of(knowledge), key=lambda passage: passage.id)
    if not passages:
        return
    near = NearVectors.of(passage_vectors([head_of(one) for one in passages], embedder, cache_dir))
    for passage, scale, codes in zip(passages, near.scales, near.codes, strict=True):
        yield Entry(passage, scale, codes, NEVER)


def _imported(corpus: Corpus, embedder: Embedder, today: date) -> Iterator[Entry]:
    for row in corpus.living(today):
        if row["embedder"] != embedder.version:
            raise CorpusError(f"{row['id']} has no vector of this embedder yet")
        scale, codes = from_bytes(row["vector"])
        retires = as_number(row["retires"].isoformat()) if row["retires"] else NEVER
        yield Entry(passage_from(row), scale, codes, retires)
