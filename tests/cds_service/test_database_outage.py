"""The main database does not answer: hooks do, and what they answered reaches the database by the journal."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import in_this_process, migrated


def test_a_start_and_a_call_during_an_outage_give_the_rules_cards_and_lose_nothing(tmp_path: Path) -> None:
    settings = migrated(tmp_path, CLIENT_AUTH="off")
    database = tmp_path / "countersign.sqlite3"
    kept = tmp_path / "kept.sqlite3"
    database.rename(kept)
    database.mkdir()  # a file that cannot be opened, as on a volume that is gone
    with in_this_process(settings) as service:
        medications = bundle(active("naproxen 500 mg"))
        reply = service.ask(order_sign(draft("ibuprofen 400 mg tid"), prefetch=chart(medications=medications)))
        assert [card["indicator"] for card in reply.cards] == ["warning"]
        assert service.get("/readyz").body["status"] == "degraded"
        assert service.rooms is not None
        assert service.rooms.store.pending() == 1

        database.rmdir()
        shutil.move(kept, database)
        assert service.rooms.store.drain() == 1
        assert service.counts() == {"invocation": 1, "card": 1, "audit": 1}
