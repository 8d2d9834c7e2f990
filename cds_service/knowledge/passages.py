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
    table or page in it. `kind` tells the reader whose words these are: "our summary" or, of what was imported,
    "quotation". `rules` are the ids of the rows it supports, `drugs` ingredient RxCUIs. `date` is ISO, as far as it is
    known ("2024", "2024-05", "2024-05-17"). Empty members are not stated.
    """

    id: str
    title: str
    text: str
    source: Mapping[str, str | int] = field(default_factory=dict)
    locator: str = ""
    kind: str = "our summary"
    rules: tuple[str, ...] = ()
    version: str = ""
    section: str = ""
    date: str = ""
    jurisdiction: str = ""
    licence: str = ""
    drugs: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """What is indexed: title and text."""
        return f"{self.title}. {self.text}" if self.title else self.text


def passages_of(knowledge: Knowledge) -> Iterator[Passage]:
    """One passage for each cited row, with the row's id."""
    for row in knowledge.cited.values():
        source = knowledge.sources[row.source]
        yield Passage(
            id=row.id,
            title=row.title(knowledge),
            text=row.supports,
            source=asdict(source),
            locator=row.locator,
            rules=(row.id,),
            version=knowledge.version,
            date=str(source.year),
            drugs=tuple(sorted(key for key in row.drug_keys(knowledge) if key in knowledge.names.drugs)),
        )
