"""A small SMART server of the tests: authorization, tokens, keys and one Patient read, with the faults a test wants.

It checks what a SMART server must check of us (client secret, PKCE, redirect URI, aud), so that a pass means something.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT_ID = "countersign-app"
CLIENT_SECRET = "a secret that only the token endpoint sees"
CLINICIAN = "Practitioner/dr-1"
PATIENT = {
    "resourceType": "Patient",
    "name": [{"use": "official", "given": ["Ada"], "family": "<b>Sommer</b>"}],
    "birthDate": "1948-03-05",
    "gender": "female",
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": "4711"}],
}


class FakeEhr:
    """One server; `reset` takes every fault back. `seen` lists the paths that were called, newest last."""

    def __init__(self, port: int) -> None:
        self.base = f"http://localhost:{port}"
        self.iss = f"{self.base}/fhir"
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.reset()

    def reset(self) -> None:
        self.seen: list[str] = []
        self.configuration: dict[str, Any] = {
            "issuer": self.iss,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "revocation_endpoint": f"{self.base}/revoke",
            "jwks_uri": f"{self.base}/keys",
            "code_challenge_methods_supported": ["S256"],
            "grant_types_supported": ["authorization_code"],
            "capabilities": ["launch-ehr", "launch-standalone", "permission-v2", "sso-openid-connect"],
        }
        self.launches: dict[str, dict[str, Any]] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.revoked: list[str] = []
        self.tokens: list[str] = []
        self.scope: str | None = "launch openid fhirUser patient/Patient.r"
        self.expires_in: int | None = 3600
        self.claims: dict[str, Any] = {}
        self.make_id_token: Callable[[dict[str, Any]], str | None] = self.sign
        self.authorize_error: str | None = None
        self.authorize_iss: str | None = None
        self.well_known: Callable[[], Response] | None = None
        self.patient_status = 200
        self.person: dict[str, Any] = {}  # in the place of PATIENT
        self.openid: dict[str, Any] | None = None  # the OpenID configuration under /login, where there is one
        self.chosen = "p1"  # the patient that a standalone launch's picker brings
        self.refresh_token: str | None = None  # when set, tokens come with it, and it is renewed at each use
        self.used_refresh_tokens: list[str] = []
        self.refresh_error: str | None = None
        self.revoke_error: str | None = None
        self.role: dict[str, Any] = {"practitioner": {"reference": CLINICIAN}}
        self.style: dict[str, Any] = {}
        self.asked: list[dict[str, str]] = []
        self.resources: dict[str, list[dict[str, Any]]] = {}  # what a search of this type finds
        self.search_status = 200
        self.public = False
        self.slow: dict[str, float] = {}  # seconds that an address takes, by the end of its path
        self.held: dict[str, threading.Event] = {}  # until then an address does not answer
        self.code_bytes = 12
        self.assertion_algorithm = ""  # of the last client assertion
        self.client_key: ECKey | RSAKey | None = (
            None  # when set, the client proves itself with it and not with the secret
        )

    def launch(self, patient: str, card_handle: str | None = None, **token: Any) -> str:
        """A launch handle, as the EHR puts it into the launch URL."""
        handle = secrets.token_urlsafe(12)
        context = {"appContext": card_handle} if card_handle else {}
        self.launches[handle] = {"patient": patient, "need_patient_banner": True, **context, **token}
        return handle

    def launch_query(self, handle: str) -> str:
        return urlencode({"iss": self.iss, "launch": handle})

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key, algorithms=["RS256"])

    def take_in(self) -> None:
        """Write down what was called, and take the time that it takes."""
        self.seen.append(request.path)
        time.sleep(max((seconds for end, seconds in self.slow.items() if request.path.endswith(end)), default=0.0))
        for free in [free for end, free in self.held.items() if request.path.endswith(end)]:
            free.wait(60)

    # What the server answers

    def smart_configuration(self) -> Response:
        return self.well_known() if self.well_known else jsonify(self.configuration)

    def authorize(self) -> Response:
        asked = request.args.to_dict()
        self.asked.append(asked)
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT_ID
        assert asked["aud"] == self.iss and asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if self.authorize_iss:
            answer["iss"] = self.authorize_iss
        if self.authorize_error:
            answer |= {"error": "access_denied", "error_description": self.authorize_error}
        else:
            code = secrets.token_urlsafe(self.code_bytes)
            self.codes[code] = asked
            answer["code"] = code
        return redirect(f"{asked['redirect_uri']}?{urlencode(answer)}", 302)

    def token(self) -> tuple[Response, int] | Response:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.codes.pop(request.form.get("code", ""), None)
        if self.public:
            proved = "Authorization" not in request.headers and request.form.get("client_id") == CLIENT_ID
        else:
            proved = self._asserted() if self.client_key else request.headers.get("Authorization") == f"Basic {basic}"
            proved = proved and "client_id" not in request.form
        if not proved:
            return jsonify(error="invalid_client"), 401
        if request.form["grant_type"] == "refresh_token":
            return self._refreshed()
        if asked is None or asked["redirect_uri"] != request.form.get("redirect_uri") or not _proved(asked):
            return jsonify(error="invalid_grant"), 400
        access_token = secrets.token_urlsafe(16)
        self.tokens.append(access_token)
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "scope": self.scope,
            "expires_in": self.expires_in,
        }
        answer["id_token"] = self.make_id_token(self._claims(asked["nonce"]))
        answer["refresh_token"] = self.refresh_token
        answer |= self.launches[asked["launch"]] if "launch" in asked else {"patient": self.chosen}
        return jsonify({name: value for name, value in answer.items() if value is not None})

    def _refreshed(self) -> tuple[Response, int] | Response:
        """Fresh access for the newest refresh token; one that was used before ends everything."""
        shown = request.form["refresh_token"]
        if self.refresh_error or shown != self.refresh_token or shown in self.used_refresh_tokens:
            return jsonify(error=self.refresh_error or "invalid_grant"), 400
        self.used_refresh_tokens.append(shown)
        self.refresh_token = secrets.token_urlsafe(8)
        self.tokens.append(secrets.token_urlsafe(16))
        fresh = {"access_token": self.tokens[-1], "token_type": "bearer", "refresh_token": self.refresh_token}
        return jsonify({**fresh, "expires_in": self.expires_in})

    def search(self, kind: str) -> tuple[Response, int]:
        if request.headers["Authorization"] != f"Bearer {self.tokens[-1]}":
            return jsonify(error="an old token"), 401
        entries = [{"resource": resource} for resource in self.resources.get(kind, [])]
        return jsonify({"resourceType": "Bundle", "type": "searchset", "entry": entries}), self.search_status

    def _asserted(self) -> bool:
        """The client assertion of SMART's private_key_jwt, every claim that it must have."""
        proof = jwt.decode(request.form["client_assertion"], self.client_key, algorithms=["ES384", "RS384"])
        claims, now = proof.claims, time.time()
        self.assertion_algorithm = proof.header["alg"]
        return (
            request.form["client_assertion_type"].endswith(":jwt-bearer")
            and (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT_ID, CLIENT_ID, f"{self.base}/token")
            and now < claims["exp"] <= now + 300
            and bool(claims["jti"])
            and (proof.header["typ"], proof.header["kid"]) == ("JWT", self.client_key.kid)
            and "Authorization" not in request.headers
        )

    def patient(self, patient: str) -> tuple[Response, int]:
        assert request.headers["Authorization"] == f"Bearer {self.tokens[-1]}"
        return jsonify({**(self.person or PATIENT), "id": patient}), self.patient_status

    def openid_configuration(self) -> tuple[Response, int]:
        return jsonify(self.openid), 200 if self.openid else 404

    def frame(self) -> str:
        """A chart page of the EHR with the app in a frame, as the launch of a card opens it."""
        source = f"{request.args['app']}/launch?{self.launch_query(request.args['launch'])}"
        return f'<!doctype html><title>Chart</title><iframe name="app" width="900" height="600" src="{escape(source)}">'

    def revoke(self) -> tuple[Response, int] | str:
        self.revoked.append(request.form["token"])
        return (jsonify(error_description=self.revoke_error), 503) if self.revoke_error else ""

    def _claims(self, nonce: str) -> dict[str, Any]:
        now = int(time.time())
        stated = {"iss": self.iss, "aud": CLIENT_ID, "sub": "dr-1", "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {**stated, "fhirUser": f"{self.iss}/{CLINICIAN}", **self.claims}
        return {name: value for name, value in claims.items() if value is not None}


def _proved(asked: dict[str, Any]) -> bool:
    digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]


@contextmanager
def running(app: Flask, port: int, host: str = "127.0.0.1") -> Iterator[None]:
    """Serve the app on loopback in a thread, until the block ends."""
    server = make_server(host, port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def flask_app(ehr: FakeEhr) -> Flask:
    app = Flask("fake-ehr")
    app.before_request(ehr.take_in)
    app.add_url_rule("/fhir/.well-known/smart-configuration", view_func=ehr.smart_configuration)
    app.add_url_rule("/login/.well-known/openid-configuration", view_func=ehr.openid_configuration)
    app.add_url_rule("/authorize", view_func=ehr.authorize)
    app.add_url_rule("/token", view_func=ehr.token, methods=["POST"])
    app.add_url_rule("/keys", "keys", lambda: jsonify(KeySet([ehr.key]).as_dict(private=False)))
    app.add_url_rule("/fhir/Patient/<patient>", view_func=ehr.patient)
    app.add_url_rule("/fhir/PractitionerRole/<role>", "role", lambda role: jsonify({"id": role, **ehr.role}))
    app.add_url_rule("/fhir/<kind>", view_func=ehr.search)
    app.add_url_rule("/style.json", "style", lambda: jsonify(ehr.style))
    app.add_url_rule("/frame", view_func=ehr.frame)
    app.add_url_rule("/revoke", view_func=ehr.revoke, methods=["POST"])
    return app
