"""`make chaos`: kill -9 of gunicorn workers and of the database server under HTTP load, and what was lost; status 1 if
any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cds_service.settings import Settings
from tests.chaos.kills import Outcome, storm
from tests.postgres import PostgresServer, postgres_server
from tests.running_service import migrated

ENGINES = ("sqlite", "postgresql")


def main() -> int:
    asked = _arguments()
    engines = ENGINES if asked.engine == "both" else (asked.engine,)
    print(f"{asked.kills} kills on each engine, seed {asked.seed}; three gunicorn workers under HTTP load\n")
    outcomes = {}
    for engine in engines:
        with (
            tempfile.TemporaryDirectory(prefix="countersign-chaos-") as folder,
            databases(engine, Path(folder)) as (settings, server),
        ):
            outcomes[engine] = storm(settings, Path(folder), asked.kills, asked.seed, server)
            _print(engine, outcomes[engine])
    return 0 if all(outcome.holds for outcome in outcomes.values()) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--engine", choices=(*ENGINES, "both"), default="both")
    return parser.parse_args()


@contextmanager
def databases(engine: str, folder: Path) -> Iterator[tuple[Settings, PostgresServer | None]]:
    (run := folder / "run").mkdir()
    given = {"CLIENT_AUTH": "off", "MODELS_DIR": str(_no_models(folder))}
    if engine == "sqlite":
        yield migrated(run, **given), None
        return
    with postgres_server(durable=True) as server:
        urls = {"DATABASE_URL": server.make_database(), "REPLAY_DATABASE_URL": server.make_database()}
        yield migrated(run, **given, **urls), server


def _no_models(folder: Path) -> Path:
    """Workers start in half the time without them, and what is stored does not depend on them."""
    (empty := folder / "models").mkdir()
    (empty / "manifest.json").write_text("{}")
    return empty


def _print(engine: str, outcome: Outcome) -> None:
    blows = f"{outcome.worker_kills} workers and {outcome.server_kills} servers killed"
    print(f"{engine}: {blows} in {outcome.seconds:.0f} s; {outcome.refused} requests refused")
    print(f"  {'':<18}{'begun':>9}{'acknowledged':>14}{'found':>9}{'lost':>7}{'doubled':>9}{'never begun':>13}")
    judged = {"feedback": outcome.feedback, "calls": outcome.calls, "audit rows": outcome.audit}
    for name, one in judged.items():
        numbers = f"{one.begun:>9}{one.acknowledged:>14}{one.found:>9}{one.lost:>7}{one.doubled:>9}{one.phantom:>13}"
        print(f"  {name:<18}{numbers}")
    chain = "holds" if outcome.chain.intact else f"BROKEN at {outcome.chain.broken_at}"
    print(f"  audit chain of {outcome.chain.rows} rows {chain}; the journal still held {outcome.journalled}, ", end="")
    print(f"{outcome.unreadable} unreadable: {'holds' if outcome.holds else 'FAILS'}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
