"""Files that are damaged, hostile or huge: an error that names file and record, and what was imported before stays."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from cds_service.errors import CorpusError
from cds_service.evidence.corpus import files
from cds_service.evidence.corpus.files import Member, RecordBound, files_of
from cds_service.evidence.corpus.formats import formats
from cds_service.store.corpus.corpus import Corpus
from tests.cds_service.evidence.corpus import samples
from tests.cds_service.evidence.corpus.conftest import TakesIn

GOOD = samples.openfda(*(samples.label(f"set-{number}") for number in range(60)))
SCRIPT = "Invented: <script>alert(1)</script> be careful."


@pytest.fixture
def engine_name() -> str:
    """Files are read alike whatever the database."""
    return "sqlite"


@pytest.mark.parametrize(
    ("format", "name", "content", "said"),
    [
        ("openfda", "torn.json", GOOD[:-40], "torn.json: it is no whole JSON in UTF-8: it breaks off after record"),
        ("openfda", "empty.json", b"", "empty.json: it is no whole JSON"),
        ("openfda", "utf16.json", GOOD.decode().encode("utf-16"), "utf16.json: it is UTF-16"),
        ("openfda", "latin.json", b'{"results": [{"set_id": "caf\xe9"}]}', "latin.json: it is no whole JSON in UTF-8"),
        ("openfda", "bad.zip", b"PK\x03\x04 no archive", "bad.zip: the archive is damaged"),
        ("openfda", "bad.json.gz", gzip.compress(GOOD)[:-30], "bad.json.gz: the archive is damaged"),
        ("openfda", "nameless.json", samples.openfda({"a": 1}), "nameless.json, results[0]: it states no set_id"),
        ("openfda", "list.json", b'{"results": [7]}', "list.json, results[0]: it is no object"),
        ("spl", "torn.xml", samples.spl()[:-30], "torn.xml: it is no whole XML after record 0"),
        ("spl", "other.xml", b"<html/>", "other.xml, document: there is no SPL document in it"),
        ("pubmed", "latin.xml", b'<?xml version="1.0"?><PubmedArticleSet>\xe9</PubmedArticleSet>', "no whole XML"),
        ("nbib", "latin.nbib", b"PMID- 1\nAB  - caf\xe9\n", "latin.nbib: line 2 is not UTF-8"),
        ("nbib", "odd.nbib", b"this is no record\n", "odd.nbib: line 1 is neither a field nor"),
        ("fhir", "odd.json", b'{"resourceType": "Patient", "id": "p"}', "odd.json, Patient p: it is no Citation"),
        ("fhir", "torn.ndjson", b'{"resourceType": "Evid\n', "torn.ndjson: line 1 is no whole JSON"),
        ("markdown", "plain.md", b"# no front matter", "plain.md: it has no front matter"),
        ("markdown", "yaml.md", b"---\n{ [\n---\n", "yaml.md: its front matter is no YAML"),
        ("markdown", "lacks.md", b"---\nid: x\ntitle: T\nversion: 1\n---\ntext", "lacks.md, site:x: it states no publ"),
        ("markdown", "odd.md", b"---\ntitel: T\n---\ntext", "odd.md: its front matter has 'titel'"),
        ("markdown", "latin.md", b"---\ntitle: caf\xe9\n---\n", "latin.md: byte 14 is not UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_record(
    take_in: TakesIn, format: str, name: str, content: bytes, said: str
) -> None:
    report = take_in(format, name, content)
    assert any(said in problem for problem in report.problems), report.problems


def test_what_came_before_the_break_stays(take_in: TakesIn, corpus: Corpus) -> None:
    report = take_in("openfda", "torn.json", GOOD[:-40])
    assert report.documents == 59 and len(report.problems) == 1
    assert len({row["document"] for row in corpus.every()}) == 59
    mended = take_in("openfda", "whole.json", GOOD)
    assert (mended.passages.added, mended.passages.unchanged) == (2, 118)


@pytest.mark.parametrize(
    ("format", "name", "content"),
    [
        ("openfda", "s.json", samples.openfda(samples.label("bad", drug_interactions=[SCRIPT]), samples.label("good"))),
        ("spl", "s.xml", samples.spl(words="Invented: &lt;img src=x onerror=alert(1)&gt; be careful.")),
        ("pubmed", "s.xml", samples.pubmed(abstract="Invented: &lt;b&gt;bold&lt;/b&gt; findings.")),
        ("fhir", "s.json", json.dumps({**samples.EVIDENCE, "assertion": SCRIPT}).encode()),
        ("markdown", "s.md", samples.GUIDELINE + b"\n<script>alert(1)</script>\n"),
        ("markdown", "s.md", samples.GUIDELINE + b"\nWith <b>bold</b> words.\n"),
        ("markdown", "s.md", samples.GUIDELINE + "\nHidden \u202ewords.\n".encode()),
    ],
)
def test_html_script_and_hidden_characters_do_not_get_in(
    take_in: TakesIn, corpus: Corpus, format: str, name: str, content: bytes
) -> None:
    report = take_in(format, name, content)
    (problem,) = report.problems
    assert problem.startswith(name) and ("markup" in problem or "HTML" in problem or "invisible" in problem)
    assert not any("script" in row["text"] or "onerror" in row["text"] for row in corpus.every())
    assert {row["document"] for row in corpus.every()} <= {"openfda:good"}


def test_the_same_id_and_version_twice_in_one_file_is_named_and_the_first_stays(
    take_in: TakesIn, corpus: Corpus
) -> None:
    twice = samples.openfda(samples.label(), samples.label(drug_interactions=["Invented: another."]))
    (problem,) = take_in("openfda", "twice.json", twice).problems
    assert problem == "twice.json, openfda:set-1: this id and version stands in twice.json already"
    kept = corpus.get("openfda:set-1#drug_interactions-1")
    assert kept is not None and "sample juice" in kept["text"]


def test_xml_that_defines_entities_is_refused(take_in: TakesIn) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><document>&b;</document>'
    outside = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><document>&a;</document>'
    for content in (laughs, outside):
        (problem,) = take_in("spl", "entities.xml", content).problems
        assert "defines entities or reaches outside" in problem


def test_a_bomb_is_refused_by_what_comes_out_of_it_and_not_by_what_it_says(take_in: TakesIn) -> None:
    bomb = samples.zipped(zeros__json=b'{"results": [' + b" " * (80 << 20))
    assert len(bomb) < (80 << 20) // 200
    (problem,) = take_in("openfda", "bomb.zip", bomb).problems
    assert "bomb.zip/zeros.json: it unpacks to more than 200 times its size" in problem
    nested = samples.zipped(a__zip=samples.zipped(b__zip=samples.zipped(c__zip=b"")))
    assert "archives within archives" in take_in("openfda", "deep.zip", nested).problems[0]


class EndlessWord(io.RawIOBase):
    """One good record, then one whose name does not end before two gigabytes."""

    def __init__(self) -> None:
        self._start = io.BytesIO(samples.openfda(samples.label())[:-2] + b', {"set_id": "')
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        found = self._start.read(size) or b"a" * size
        self.given += len(found)
        return found if self.given < 2 << 30 else b""


def test_two_gigabytes_are_streamed_and_a_record_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "LONGEST_RECORD", 2 << 20)
    stream = EndlessWord()
    records = formats()["openfda"].read(Member("huge.json", ".json", RecordBound(stream)))  # type: ignore[arg-type]
    assert next(records).id == "openfda:set-1"  # type: ignore[union-attr]
    with pytest.raises(CorpusError, match="does not end within 2 MB"):
        next(records)
    assert stream.given < 4 << 20


def test_links_and_hidden_files_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(GOOD)
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "b.json").write_bytes(GOOD)
    (tmp_path / "link.json").symlink_to("/etc/passwd")
    assert [path.name for path in files_of(tmp_path)] == ["a.json"]


def test_an_archive_with_a_password_is_named(take_in: TakesIn, tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", GOOD)
    locked = bytearray(path.read_bytes())
    locked[6] |= 1  # the flag of encryption, in both headers
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    (problem,) = take_in("openfda", "locked.zip", bytes(locked)).problems
    assert problem.startswith("locked.zip/a.json: the archive is damaged")
