"""JSON Schema of the answer to a hook call: cards, and what was assessed."""

from __future__ import annotations

from cds_service.web.schemas.parts import TEXT, URL, Schema, closed, list_of

_UUID: Schema = {"type": "string", "format": "uuid"}
_CODING = closed("code", system=TEXT, code=TEXT, display=TEXT)
_ACTION = closed(
    "type description",
    type={"enum": ["create", "update", "delete"]},
    description=TEXT,
    resource={"type": "object", "required": ["resourceType"], "description": "A FHIR R4 resource."},
    resourceId={"type": "string", "description": "`Type/id` of what a delete takes away."},
)
_SUGGESTION = closed(
    "label uuid",
    label=TEXT,
    uuid={**_UUID, "description": "Name it in feedback when it was accepted."},
    isRecommended={"type": "boolean"},
    actions=list_of(_ACTION, minItems=1),
)
_SOURCE = closed("label", label=TEXT, url=URL, topic=_CODING)
_LINK = closed(
    "label url type",
    label=TEXT,
    url=URL,
    type={"enum": ["absolute", "smart"]},
    appContext={"type": "string", "description": "Hand this to the app at launch, as it is."},
)
_CONCERN = closed(
    "id check rule version harm",
    id={"type": "string", "pattern": "^[0-9a-f]{16}$", "description": "The same concern over hooks and calls."},
    check=TEXT,
    rule=TEXT,
    version=TEXT,
    harm={"enum": ["contraindicated", "major", "moderate", "minor", "unknown"]},
)
_CARD = closed(
    "uuid summary indicator source extension",
    uuid={**_UUID, "description": "Name it in feedback."},
    summary={"type": "string", "minLength": 1, "maxLength": 140},
    detail={"type": "string", "description": "GitHub-flavoured Markdown, under 1,500 characters."},
    indicator={"enum": ["info", "warning", "critical"]},
    source=_SOURCE,
    suggestions=list_of(_SUGGESTION, minItems=1),
    selectionBehavior={"enum": ["at-most-one", "any"]},
    overrideReasons=list_of(_CODING, minItems=1),
    links=list_of(_LINK, minItems=1),
    extension=closed("org.countersign.concern", **{"org.countersign.concern": _CONCERN}),
)
_NOTE = closed("topic reason", topic=TEXT, reason=TEXT, subject=TEXT)
_ASSESSMENT = closed(
    "knowledge models",
    knowledge={"type": "string", "description": "Version of the tables that spoke."},
    models={"type": "object", "additionalProperties": {"type": "string"}},
    not_assessed=list_of({**_NOTE, "description": "Something that was not looked at, and why."}),
)
RESPONSE: Schema = {
    "title": "CDS Hooks response",
    "description": "An empty `cards` means that the checks looked and found no concern, within what the extension "
    "says was assessed.",
    **closed(
        "cards extension",
        cards=list_of(_CARD),
        extension=closed("org.countersign.assessment", **{"org.countersign.assessment": _ASSESSMENT}),
    ),
}
