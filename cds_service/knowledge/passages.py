"""Citable passages: what a row's source says, in our words, with the source and the place in it.

Each cited row is one passage, so that a rule and its evidence cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

from cds_service.knowledge.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Passage:
    """One citable statement.

    `source` is the row of sources.yaml (key, title, publisher, year, identifier, url, kind), `locator` the section,
    table or page in it. `kind` tells the reader whose words these are. `rules` are the ids of the rows it supports.
    """

    id: str
    title: str
    text: str
    source: Mapping[str, str | int] = field(default_factory=dict)
    locator: str = ""
    kind: str = "our summary"
    rules: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """What is indexed: title and text."""
        return f"{self.title}. {self.text}" if self.title else self.text


def passages_of(knowledge: Knowledge) -> Iterator[Passage]:
    """One passage for each cited row, with the row's id."""
    for row in knowledge.cited.values():
        yield Passage(
            id=row.id,
            title=row.title(knowledge),
            text=row.supports,
            source=asdict(knowledge.sources[row.source]),
            locator=row.locator,
            rules=(row.id,),
        )
