"""Pages that say what happened and what to do, for everything that does not end in a page of its own."""

from __future__ import annotations

import jinja2
import structlog
from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from cds_service.errors import StoreUnavailable
from smart_app.access.trail import log_fault, record_refusal
from smart_app.refusals import REOPEN, Refused, SessionEnded
from smart_app.wording import day, instant, with_code

log = structlog.get_logger(__name__)
Page = tuple[str, int]


def install(app: Flask) -> None:
    """Strict templates (a name that is not there is an error, never a gap), and a page for each kind of refusal."""
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.filters.update(day=day, instant=instant, with_code=with_code)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(StoreUnavailable, _store_down)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(Exception, _broken)
    app.add_url_rule("/healthz", view_func=lambda: ("ok\n", 200, {"Content-Type": "text/plain"}))


def _refused(error: Refused) -> Page:
    record_refusal(error)
    typed = error.typed if isinstance(error, SessionEnded) else ""
    return _page(error.title, error.happened, error.advice, error.reason, typed), error.status


def _store_down(_: StoreUnavailable) -> Page:
    log.error("store unavailable", route=request.endpoint)
    words = "The app's database does not answer. Nothing was stored, and nothing can be shown."
    return _page("Not available now", words, "Try again in a minute.", "store-unavailable"), 503


def _http(error: HTTPException) -> Page:
    status = error.code or 500
    words = f"The request could not be served ({status} {error.name})."
    return _page("Nothing here", words, REOPEN, f"http-{status}"), status


def _foreign_host(_: SecurityError) -> tuple[str, int, dict[str, str]]:
    """No page of ours: its links would be built from the very Host header that is refused."""
    words = (
        "This host name is not served here. COUNTERSIGN_APP_URL names ours; COUNTERSIGN_TRUSTED_HOSTS adds others.\n"
    )
    return words, 400, {"Content-Type": "text/plain"}


def _broken(error: Exception) -> Page:
    """The last net: a fault of ours."""
    log_fault("page failed", error, request.endpoint)
    words = "The app failed while it made this page. Nothing was changed in the chart."
    return _page("Something went wrong here", words, "Try again; if it stays so, report it.", "fault"), 500


def _page(heading: str, happened: str, advice: str, reason: str, typed: str = "") -> str:
    words = {"heading": heading, "happened": happened, "advice": advice, "reason": reason, "typed": typed}
    return render_template("refused.html", **words)
