"""The shapes of the contract as JSON Schemas; fields may be added, none may go or change."""

NULLABLE = {"type": ["string", "null"]}
TEXT = {"type": "string"}
FILLED = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number"}
DAY = {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$"}


def shape(**fields):
    """An object with at least these fields."""
    return {"type": "object", "required": sorted(fields), "properties": fields}


def every(item):
    return {"type": "array", "items": item}


def of_kind(found, value, then):
    """Where a field has a value, the rest looks so."""
    return {"if": {"properties": {found: {"const": value}}}, "then": {"properties": then}}


PLACE = {"article_id": FILLED, "start": COUNT, "end": {"type": "integer", "minimum": 1}}
ABOUT = {"url": NULLABLE, "title": NULLABLE, "publisher": NULLABLE, "published_at": DAY}
CITATION = shape(
    number={"type": "integer", "minimum": 1},
    revision={"type": "integer", "minimum": 1},
    author=NULLABLE,
    updated_at=DAY,
    retrieved_at=DAY,
    quote=FILLED,
    also_published_by=every(FILLED),
    **PLACE,
    **ABOUT,
)
CLAIM = shape(text=FILLED, citations=every({"type": "integer", "minimum": 1}), supported={"type": "boolean"})
ANSWER = {
    **shape(
        question=FILLED,
        standalone_question=FILLED,
        status={"enum": ["answered", "abstained"]},
        reason=NULLABLE,
        message=FILLED,
        remarks=every(FILLED),
        text=TEXT,
        as_of={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"},
        confidence={"type": "number", "minimum": 0, "maximum": 1},
        claims=every(
            shape(text=FILLED, citations=every({"type": "integer", "minimum": 1}), supported={"type": "boolean"})
        ),
        citations=every(CITATION),
        contexts=every(shape(chunk_id=FILLED, text=FILLED, score=NUMBER, **PLACE)),
        coverage=shape(articles=COUNT, newest_published_at=DAY),
        run=shape(
            engine=FILLED,
            fallback=NULLABLE,
            model=NULLABLE,
            prompt=NULLABLE,
            recipe=NULLABLE,
            timings_ms={"type": "object", "additionalProperties": NUMBER},
            tokens={"type": "object", "additionalProperties": COUNT},
        ),
    ),
    "allOf": [
        of_kind("status", "answered", {"reason": {"type": "null"}, "text": FILLED, "claims": {"minItems": 1}}),
        {
            # Only what is said of the archive itself, or fixed text, quotes no article.
            "if": {
                "properties": {
                    "status": {"const": "answered"},
                    "run": {"properties": {"engine": {"not": {"enum": ["archive", "fixed"]}}}},
                }
            },
            "then": {"properties": {"citations": {"minItems": 1}}},
        },
        of_kind(
            "status",
            "abstained",
            {"reason": FILLED, "text": {"const": ""}, "claims": {"maxItems": 0}, "citations": {"maxItems": 0}},
        ),
    ],
}
CHUNK = shape(id=FILLED, revision={"type": "integer", "minimum": 1}, text=FILLED, **PLACE, **ABOUT)
SEARCH = shape(question=FILLED, results=every(shape(rank={"type": "integer", "minimum": 1}, score=NUMBER, chunk=CHUNK)))
INGEST = shape(
    added=COUNT,
    updated=COUNT,
    unchanged=COUNT,
    removed=COUNT,
    skipped=every(shape(input=FILLED, line={"type": ["integer", "null"], "minimum": 1}, code=FILLED, reason=FILLED)),
    duplicates=every({"type": "object"}),
    suspicious=every(shape(input=FILLED, article_id=FILLED, code=FILLED, reason=FILLED, start=COUNT, end=COUNT)),
)
SUMMARY = {"id": FILLED, "external_id": NULLABLE, "revision": {"type": "integer", "minimum": 1}, **ABOUT}
ARTICLE_LIST = shape(articles=every(shape(**SUMMARY)))
ARTICLE = shape(
    text=FILLED,
    author=NULLABLE,
    updated_at=DAY,
    retrieved_at=DAY,
    language=NULLABLE,
    section=NULLABLE,
    **SUMMARY,
)
ERROR = {
    **shape(
        error={
            **shape(
                code={"type": "string", "pattern": "^[a-z_]+$"},
                message={"type": "string", "pattern": r"^\S[^\n]*[.?!]$"},
                retryable={"type": "boolean"},
                id=FILLED,
            ),
            "additionalProperties": False,
        }
    ),
    "additionalProperties": False,
}
