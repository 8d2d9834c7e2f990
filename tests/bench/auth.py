"""What client authentication costs: CPU of one verified call, token by token, in this process. `make bench` prints it.

Keys are cached, verdicts never: each token is a new one, its signature is verified and its use recorded.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from cds_service.errors import NotAuthenticated
from cds_service.store import Keyring, open_replay_guard, open_store
from cds_service.web.auth.client_auth import ClientAuth
from cds_service.web.auth.registrations import Registrations
from tests.cds_service.web.ehr_tokens import Ehr
from tests.running_service import migrated

CALLS = 400
BUDGET_MS = 1.5


def main() -> None:
    ehr = Ehr("https://bench.example.org/fhir", "bench", "https://cds.example.org")
    audience = (ehr.public_url + "/cds-services/medication-safety",)
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        settings = migrated(Path(folder), ehr.registration())
        with (
            closing(open_store(settings, Keyring.load(settings))) as store,
            closing(open_replay_guard(settings)) as guard,
        ):
            registrations = Registrations(store.registrations.cds_clients, allow_loopback=True)
            auth = ClientAuth(registrations, guard, lambda: datetime.now(UTC))
            for algorithm, key in (("ES384", ehr.key), ("RS384", ehr.rsa)):
                header = {"alg": algorithm, "kid": "ec" if algorithm == "ES384" else "rsa"}
                tokens = [f"Bearer {ehr.token(header=header, key=key)}" for _ in range(CALLS + 20)]
                for token in tokens[:20]:
                    auth.caller(token, audience)
                before = time.process_time()
                for token in tokens[20:]:
                    auth.caller(token, audience)
                cpu = (time.process_time() - before) * 1000 / CALLS
                said = "within" if cpu <= BUDGET_MS else "OVER"
                print(f"authentication, {algorithm}: {cpu:.2f} ms of CPU a call, {said} {BUDGET_MS} ms")
            print_refusals(auth, ehr, audience)


def print_refusals(auth: ClientAuth, ehr: Ehr, audience: tuple[str, ...]) -> None:
    """What a refusal costs, by its cause: what a caller could time, under all else that a call is."""
    now = time.time()
    causes = {
        "unknown issuer": [ehr.token(ehr.claims(iss="https://nobody.example.org")) for _ in range(CALLS)],
        "expired": [ehr.token(ehr.claims(iat=now - 400, exp=now - 200)) for _ in range(CALLS)],
        "unknown key": [ehr.token(header={"kid": "unknown"}) for _ in range(CALLS)],
        "changed": [ehr.token()[:-6] + "AAAAAA" for _ in range(CALLS)],
    }
    for cause, tokens in causes.items():
        before = time.process_time()
        for token in tokens:
            with suppress(NotAuthenticated):
                auth.caller(f"Bearer {token}", audience)
        print(f"refusal, {cause}: {(time.process_time() - before) * 1000 / CALLS:.2f} ms of CPU")


if __name__ == "__main__":
    main()
