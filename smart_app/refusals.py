"""What the app refuses, each with its HTTP status, a reason code for log and audit, and words for the person.

CountersignError
└── Refused              the page says what happened and what to do
    ├── LaunchRefused    400  the launch or its callback does not stand
    ├── SessionEnded     401  no session, or it is over
    ├── NotThisPatient   404  the card is unknown here, or belongs to another patient or tenant: one answer for all
    ├── NoChart          403  the page is about a patient, and this person signed in without a chart
    ├── NotYourRole      403  the page is for a role that this person was not given here
    └── PostRefused      403  a form post that did not come from our own page
"""

from __future__ import annotations

from cds_service.errors import CountersignError

REOPEN = "Close this view and open the evidence again from the card in the EHR."


class Refused(CountersignError):
    """`reason` is a code (kebab-case, no patient data); `happened` and `advice` are whole sentences for the page."""

    status = 400
    title = "This could not be opened"

    def __init__(self, reason: str, happened: str, advice: str = REOPEN) -> None:
        super().__init__(reason)
        self.reason = reason
        self.happened = happened
        self.advice = advice


class LaunchRefused(Refused):
    """Nothing was opened. `status` may be 502 or 503 where the EHR's own server did not answer."""

    title = "The launch was refused"

    def __init__(self, reason: str, happened: str, advice: str = REOPEN, status: int = 400) -> None:
        super().__init__(reason, happened, advice)
        self.status = status


class SessionEnded(Refused):
    """No live session for this view."""

    status = 401
    title = "This view has ended"

    def __init__(self, reason: str = "no-session") -> None:
        super().__init__(reason, "There is no open session for this view: it was closed, or it ran out of time.")
        self.typed = ""  # what a person had written into the form: given back, so that it is not lost


class NotThisPatient(Refused):
    """One answer for an unknown handle, another patient's card and another site's card."""

    status = 404
    title = "No such evidence for this patient"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "The card behind this link is not one of the patient that the EHR opened.")


class NoChart(Refused):
    """Staff signed in without a chart; pages about a patient stay closed to them."""

    status = 403
    title = "This page belongs to a chart"

    def __init__(self) -> None:
        super().__init__("no-chart", "It shows something of a patient, and you signed in without opening a chart.")


class NotYourRole(Refused):
    """The page needs a local grant."""

    status = 403
    title = "This page is for another role"

    def __init__(self, role: str) -> None:
        happened = f"It needs the role {role}, which was not given to the person who is signed in."
        advice = "Whoever looks after this app can give it: python -m cds_service governance roles grant."
        super().__init__(f"role-{role}", happened, advice)


class PostRefused(Refused):
    """The post carried no valid form token, or came from another site."""

    status = 403
    title = "This was not sent from the page"

    def __init__(self, reason: str) -> None:
        super().__init__(
            reason,
            "Nothing was stored: the form did not come from a page of this app.",
            "Reload the page and try again.",
        )
