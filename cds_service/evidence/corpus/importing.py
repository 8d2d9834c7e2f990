"""Takes files into the corpus: document by document, in portions that commit, so that a break loses nothing taken in.

A file is known by its content. One that was finished is passed over; one that was broken off goes on behind what was
committed. A record that is not usable is named and passed over; what ends a file (damaged archive, truncated JSON) is
named too, and what came before it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from cds_service.errors import CorpusError
from cds_service.evidence.corpus.document import Document, checked
from cds_service.evidence.corpus.files import Member, digest_of, files_of, members_of
from cds_service.evidence.corpus.formats import Format, Refused
from cds_service.evidence.corpus.passages import CorpusPassage, passages_of
from cds_service.store.corpus.corpus import Corpus, progress_row
from cds_service.store.corpus.documents import Put
from cds_service.terminology.lexicon import Lexicon

PORTION = 50  # documents in one transaction
_IGNORED = frozenset({".jpg", ".jpeg", ".png", ".gif", ".pdf", ".css", ".xsl"})  # beside labels in their archives


@dataclass
class Report:
    """What an import did. `problems` name file and record."""

    files: int = 0
    passed_over: int = 0
    documents: int = 0
    passages: Put = field(default_factory=Put)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Importer:
    """`advance` is told of the bytes of each file that is done with; `before_put` is handed the passages of a portion
    before that is noted as taken in."""

    corpus: Corpus
    lexicon: Lexicon
    clock: Callable[[], datetime]
    advance: Callable[[int], None] = lambda _: None
    before_put: Callable[[Sequence[CorpusPassage]], None] = lambda _: None

    def take_in(self, path: Path, chosen: Format) -> Report:
        """Every file under `path` that is of the format."""
        report = Report()
        files = [one for one in files_of(path) if _may_hold(one, chosen)]
        if not files:
            report.problems.append(f"{path.name}: no file of the format {chosen.name} ({', '.join(chosen.suffixes)})")
        for file in files:
            self._file(file, chosen, report)
            self.advance(file.stat().st_size)
        return report

    def _file(self, path: Path, chosen: Format, report: Report) -> None:
        report.files += 1
        digest = digest_of(path, chosen.name)
        done, finished = self.corpus.documents_done(digest)
        if finished:
            report.passed_over += 1
            return
        before = len(report.problems)
        numbered = enumerate(self._documents(path, chosen, report))
        rest = (document for number, document in numbered if number >= done)
        while portion := list(islice(rest, PORTION)):
            done += len(portion)
            self._put(portion, progress_row(digest, path.name, chosen.name, done, False, self.clock()), report)
        # Only a file without problems is done with: another version of ours may read what this one could not.
        finished = len(report.problems) == before
        self._put([], progress_row(digest, path.name, chosen.name, done, finished, self.clock()), report)

    def _documents(self, path: Path, chosen: Format, report: Report) -> Iterator[tuple[str, Document]]:
        """(place, document) of every record that is usable; the others are reported."""
        seen: dict[str, str] = {}
        members = members_of(path)
        while True:
            try:
                member = next(members, None)
            except CorpusError as error:
                report.problems.append(str(error))
                return
            if member is None:
                return
            if member.suffix in chosen.suffixes:
                yield from self._usable(member, chosen, seen, report)
            elif member.suffix not in _IGNORED:
                report.problems.append(f"{member.name}: it is no file of the format {chosen.name}")

    def _usable(
        self, member: Member, chosen: Format, seen: dict[str, str], report: Report
    ) -> Iterator[tuple[str, Document]]:
        try:
            for record in chosen.read(member):
                if isinstance(record, Refused):
                    report.problems.append(f"{member.name}, {record.record}: {record.reason}")
                    continue
                place = f"{member.name}, {record.id}"
                try:
                    document = checked(record)
                except CorpusError as error:
                    report.problems.append(f"{place}: {error}")
                    continue
                if f"{document.id} {document.version}" in seen:
                    report.problems.append(f"{place}: this id and version stands in {seen[record.id]} already")
                    continue
                seen[f"{document.id} {document.version}"] = seen[document.id] = member.name
                yield place, document
        except CorpusError as error:
            report.problems.append(f"{member.name}: {error}")

    def _put(self, portion: list[tuple[str, Document]], progress: dict[str, Any], report: Report) -> None:
        at = self.clock()
        passages = [list(passages_of(document, self.lexicon)) for _, document in portion]
        self.before_put([one for of_document in passages for one in of_document])
        documents = [[_row(one, at) for one in of_document] for of_document in passages]
        done = self.corpus.put(documents, progress)
        if done.refused:
            self._name_altered(portion, documents, report)
        report.documents += len(portion)
        report.passages += done

    def _name_altered(
        self, portion: list[tuple[str, Document]], documents: list[list[dict[str, Any]]], report: Report
    ) -> None:
        for (place, document), rows in zip(portion, documents, strict=True):
            kept = [self.corpus.get(row["id"], row["version"]) for row in rows]
            if any(old is not None and old["digest"] != row["digest"] for old, row in zip(kept, rows, strict=True)):
                report.problems.append(
                    f"{place}: version {document.version} was imported before with other words; "
                    "what was imported stays, and a change needs a new version"
                )


def _may_hold(path: Path, chosen: Format) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    last = suffixes[-1] if suffixes else ""
    return (
        last == ".zip"
        or last in chosen.suffixes
        or (last == ".gz" and suffixes[-2:-1] != [] and suffixes[-2] in chosen.suffixes)
    )


def _row(one: CorpusPassage, at: datetime) -> dict[str, Any]:
    passage = one.passage
    return {
        "key": one.key,
        "id": passage.id,
        "version": passage.version,
        "digest": one.digest,
        "current": True,
        "document": one.document,
        "title": passage.title,
        "section": passage.section,
        "locator": passage.locator,
        "text": passage.text,
        "kind": passage.kind,
        "source": passage.source["title"],
        "publisher": passage.source["publisher"],
        "published": passage.date,
        "identifier": passage.source["identifier"],
        "url": passage.source["url"],
        "licence": passage.licence,
        "jurisdiction": passage.jurisdiction,
        "drugs": list(passage.drugs),
        "retires": one.retires,
        "imported_at": at,
    }
