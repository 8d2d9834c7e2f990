"""A page that is sent while it is made: what is there already can be read while the slow part is under way.

No script: the browser draws what has come. The template says `{{ so_far }}` where everything before it is to be sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, stream_template
from markupsafe import Markup

SO_FAR = Markup("<!-- so far -->")


def streamed(template: str, **values: object) -> Response:
    """Whatever can refuse the page has to be done before: once it is on its way, its status cannot change."""

    parts = stream_template(template, so_far=SO_FAR, **values)

    def pieces() -> Iterator[str]:
        kept: list[str] = []
        for piece in parts:
            kept.append(piece)
            if SO_FAR in piece:
                yield "".join(kept)
                kept.clear()
        yield "".join(kept)

    return Response(pieces(), content_type="text/html; charset=utf-8")
