"""An EHR as Backend Services meet it: discovery, a token endpoint that checks the proof as SMART asks, and Binaries."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

CLIENT = "countersign-backend"
SCOPE = "system/DocumentReference.rs system/Binary.r"


class EhrServer:
    """`keys` gives our key set as the EHR has it; `asked` holds each request's path."""

    def __init__(self, keys: Callable[[], Mapping[str, Any]]) -> None:
        self.keys = keys
        self.url = ""
        self.asked: list[str] = []
        self.tokens: list[str] = []
        self.used: set[str] = set()
        self.refuse_token_once = False
        self.token_answer: tuple[str, int] | None = None  # body and status in place of a token
        self.headers: list[dict[str, Any]] = []
        self.documents: dict[str, Any] = {}
        self.app = self._app()

    def _app(self) -> Flask:
        app = Flask(__name__)
        app.before_request(lambda: self.asked.append(request.path))

        @app.get("/fhir/.well-known/smart-configuration")
        def configuration() -> Response:
            return jsonify({"token_endpoint": f"{self.url}/token", "grant_types_supported": ["client_credentials"]})

        @app.get("/fhir/metadata")
        def metadata() -> Response:
            return jsonify({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})

        @app.post("/token")
        def token() -> tuple[Response, int]:
            if self.token_answer is not None:
                return Response(self.token_answer[0], content_type="application/json"), self.token_answer[1]
            wrong = self._fault(parse_qs(request.get_data(as_text=True)))
            if wrong:
                return jsonify({"error": "invalid_client", "error_description": wrong}), 400
            self.tokens.append(f"backend-token-{len(self.tokens)}")
            answer = {"access_token": self.tokens[-1], "token_type": "bearer", "expires_in": 300, "scope": SCOPE}
            return jsonify(answer), 200

        @app.get("/fhir/Binary/<name>")
        def binary(name: str) -> Response | tuple[Response, int]:
            given = request.headers.get("Authorization")
            if self.refuse_token_once or not self.tokens or given != f"Bearer {self.tokens[-1]}":
                self.refuse_token_once = False
                return jsonify({}), 401
            found = self.documents.get(name, 404)
            if isinstance(found, int):
                return jsonify({"resourceType": "OperationOutcome"}), found
            return found if isinstance(found, Response) else jsonify(found)

        return app

    def _fault(self, form: Mapping[str, list[str]]) -> str | None:
        """What is wrong with a token request, None when it is as the standard has it."""
        expected = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "scope": SCOPE,
        }
        if any(form.get(name) != [value] for name, value in expected.items()):
            return "form"
        try:
            read = jwt.decode(form["client_assertion"][0], KeySet.import_key_set(dict(self.keys())), ["ES384", "RS384"])
        except (JoseError, KeyError, ValueError):
            return "signature"
        self.headers.append(dict(read.header))
        claims, now = read.claims, time.time()
        if read.header.get("typ") != "JWT" or "kid" not in read.header or claims["jti"] in self.used:
            return "header or jti"
        self.used.add(claims["jti"])
        right = claims["iss"] == claims["sub"] == CLIENT and claims["aud"] == f"{self.url}/token"
        return None if right and now < claims["exp"] <= now + 300 else "claims"


def as_binary(text: str, content_type: str = "text/plain") -> dict[str, str]:
    return {"resourceType": "Binary", "contentType": content_type, "data": base64.b64encode(text.encode()).decode()}
