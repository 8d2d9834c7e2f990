"""What every page has in common: its policy, its style sheet, and words in which `this` is code."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response
from markupsafe import Markup, escape

_CODE = re.compile("`([^`]+)`")
_STYLE = (Path(__file__).parent / "pages.css").read_bytes()
# The icon is an empty data URL, so that browsers do not go and ask for one.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def blueprint() -> Blueprint:
    routes = Blueprint("page", __name__, template_folder="templates")
    routes.add_app_template_filter(_with_code, "with_code")

    @routes.get("/pages.css")
    def style() -> Response:
        return Response(_STYLE, content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"})

    return routes


def page_of(page: str) -> Response:
    """HTML under the policy of these pages: no script, one style sheet of our own."""
    return Response(page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": _POLICY})


def _with_code(text: str) -> Markup:
    """Plain words in which `this` is code."""
    return Markup(_CODE.sub(r'<code class="copy">\1</code>', str(escape(text))))  # noqa: S704  escaped just here
