"""The calls, tokens and feedback of fixtures/dialects, filled in with what is only known at the time of the call."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fixtures.ehr.stories import resolve_dates
from tests.cds_client import Reply
from tests.cds_service.web.ehr_tokens import Ehr
from tests.conformance.card_checker import check_response
from tests.conformance.key_host import key_host
from tests.running_service import RunningService

FOLDER = Path(__file__).parents[2] / "fixtures" / "dialects"
Body = dict[str, Any]


def fixture(name: str, **known: str) -> Body:
    """The file with its `{names}` filled in and its dates real; each call has a hookInstance of its own."""
    text = (FOLDER / f"{name}.json").read_text("utf-8")
    for placeholder, value in known.items():
        text = text.replace(f"{{{placeholder}}}", value)
    body: Body = resolve_dates(json.loads(text), datetime.now(UTC))
    return {**body, "hookInstance": str(uuid.uuid4())} if "hook" in body else body


class DialectEhr:
    """An EHR of a dialect: signs as its fixture shows, and serves its keys under the `jku` that it names."""

    def __init__(self, dialect: str, tenant: str, jku: str, ehr: Ehr) -> None:
        self.dialect, self.tenant, self.jku, self.ehr = dialect, tenant, jku, ehr

    def bearer(self, public_url: str, path: str) -> dict[str, str]:
        now = int(time.time())
        times = {f"now{step:+d}".replace("+0", ""): str(now + step) for step in (-300, 0, 300, 600)}
        known = {"jku": self.jku, "aud": public_url + path, "jti": str(uuid.uuid4()), **times}
        token = fixture(f"{self.dialect}/token", **known)
        claims = {
            name: int(value) if name in ("iat", "nbf", "exp") else value for name, value in token["claims"].items()
        }
        return {"Authorization": f"Bearer {self.ehr.token(claims, token['header'], self.ehr.rsa)}"}

    def call(self, service: RunningService, body: Mapping[str, Any], service_id: str = "medication-safety") -> Reply:
        """A hook call; a 200 must be an answer that this EHR takes."""
        path = f"/cds-services/{service_id}"
        reply = service.post(path, json.dumps(body).encode(), self.bearer(service.url, path))
        if reply.status == 200:
            assert check_response(body, reply.body, self.dialect) == []
        return reply

    def feedback(self, service: RunningService, body: Mapping[str, Any]) -> Reply:
        path = "/cds-services/medication-safety/feedback"
        return service.post(path, json.dumps(body).encode(), self.bearer(service.url, path))


@contextmanager
def dialect_ehr(dialect: str, tenant: str) -> Iterator[DialectEhr]:
    issuer = json.loads((FOLDER / dialect / "token.json").read_text("utf-8"))["claims"]["iss"]
    ehr = Ehr(issuer, tenant, "")
    with key_host({"keys": [ehr.rsa.as_dict(private=False)]}) as jku:
        yield DialectEhr(dialect, tenant, jku, ehr)
