"""A client of `/fhir`: its keys, its registration, and proofs that are right until a test bends them."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import requests

from cds_service.store import FhirReader
from tests.cds_service.web.ehr_tokens import Ehr

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Reader:
    def __init__(self, url: str, tenant: str, client_id: str, scopes: str = "system/*.rs") -> None:
        self.url, self.tenant, self.client_id, self.scopes = url, tenant, client_id, scopes
        self.signer = Ehr(client_id, tenant, url)

    def registration(self) -> FhirReader:
        keys = self.signer.registration().jwks
        return FhirReader(self.client_id, self.tenant, keys, None, tuple(self.scopes.split()), datetime.now(UTC))

    def form(self, scope: str = "system/*.rs", **claims: Any) -> dict[str, str]:
        """What is posted to the token endpoint; `claims` replace those of the proof, None leaves one out."""
        now = int(time.time())
        right = {"iss": self.client_id, "sub": self.client_id, "aud": f"{self.url}/auth/token", "iat": now}
        right |= {"exp": now + 120, "jti": str(uuid.uuid4())}
        told = {name: value for name, value in {**right, **claims}.items() if value is not None}
        proof = self.signer.token(told)
        asked = {"grant_type": "client_credentials", "scope": scope, "client_assertion_type": ASSERTION}
        return {**asked, "client_assertion": proof}

    def ask(self, form: dict[str, str]) -> requests.Response:
        return requests.post(f"{self.url}/auth/token", data=form, timeout=60)

    def token(self, scope: str = "system/*.rs") -> dict[str, str]:
        answered = self.ask(self.form(scope))
        assert answered.status_code == 200, answered.text
        return {"Authorization": f"Bearer {answered.json()['access_token']}"}

    def get(self, path: str, token: dict[str, str] | None = None, **headers: str) -> requests.Response:
        given = {**(self.token() if token is None else token), **headers}
        whole = path if path.startswith("http") else f"{self.url}/fhir/{path}"
        return requests.get(whole, headers=given, timeout=60)
