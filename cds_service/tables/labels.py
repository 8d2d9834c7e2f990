"""Drug labels of openFDA -> citable passages, by the importer of the evidence, and rows drafted for review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from cds_service.evidence.corpus.formats import Format, formats
from cds_service.evidence.corpus.passages import CorpusPassage
from cds_service.knowledge import Knowledge
from cds_service.knowledge.drafting import Draft, drafts
from cds_service.store.corpus.imported import Imported


def label_format() -> Format:
    """openFDA labels under a name of their own: a file whose passages `evidence import` has taken in is still drafted
    from."""
    return replace(formats()["openfda"], name="openfda-rows")


@dataclass
class Drafting:
    """Called with passages before the import of their portion is noted; counts what was new.

    Repeating it adds nothing.
    """

    knowledge: Knowledge
    imported: Imported
    at: datetime
    new: dict[str, int] = field(default_factory=dict)

    def __call__(self, passages: Sequence[CorpusPassage]) -> None:
        for one in passages:
            found = list(drafts(one.passage, self.knowledge))
            for draft in found:
                added = self.imported.put_candidates([_row(draft, one, self.at)])
                self.new[draft.table] = self.new.get(draft.table, 0) + added


def _row(draft: Draft, one: CorpusPassage, at: datetime) -> dict[str, Any]:
    return {
        "id": draft.id,
        "table_name": draft.table,
        "cells": dict(draft.cells),
        "drugs": f"|{'|'.join(draft.drugs)}|".lower(),
        "quote": draft.quote,
        "passage": one.passage.id,
        "version": one.passage.version,
        "state": "waiting",
        "at": at,
    }
