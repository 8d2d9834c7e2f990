"""A page that is sent while it is made: what is there already can be read while the slow part is under way.

No script: the browser draws what has come. The template says `{{ so_far }}` where everything before it is to be sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request, stream_template
from markupsafe import Markup

from smart_app.access.trail import log_fault

BROKEN = (
    '<p class="off done" role="alert">The rest of this page could not be made, so do not take it for complete. '
    "Open it again; if it stays so, tell whoever looks after this app.</p>"
)
SO_FAR = Markup("<!-- so far -->")


def streamed(template: str, **values: object) -> Response:
    """Whatever can refuse the page has to be done before: once it is on its way, its status cannot change.

    What fails later is logged and said in its place; a page that just ends would look whole.
    """

    route = request.endpoint
    parts = stream_template(template, so_far=SO_FAR, **values)

    def pieces() -> Iterator[str]:
        kept: list[str] = []
        try:
            for piece in parts:
                kept.append(piece)
                if SO_FAR in piece:
                    yield "".join(kept)
                    kept.clear()
        except Exception as error:  # noqa: BLE001  of whatever kind: the reader must hear of it
            log_fault("page broke off", error, route)
            kept = [BROKEN]
        yield "".join(kept)

    return Response(pieces(), content_type="text/html; charset=utf-8")
