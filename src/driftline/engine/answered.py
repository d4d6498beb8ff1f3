"""Questions about answers: which of them stood on something, and which documents they read.

Enters: what is looked for: an endpoint, a document, a version, a span of time. Leaves: answers, newest first. Reads
only. A document is named by the hash of its content, by its id, or by the id of the whole that chunks were cut from.
"""

from driftline.engine import documents, questions, reports
from driftline.engine.house import House
from driftline.errors import NotFound
from driftline.event.answer import Answer
from driftline.event.report import Impact
from driftline.store.connection import OPEN


def found(
    house: House,
    endpoint: str,
    document: str,
    node: str,
    since_us: int | None,
    until_us: int | None,
    limit: int,
    before: str,
) -> list[Answer]:
    """Return answers, newest first."""
    return list(
        house.store.ledger.list(
            endpoint=endpoint,
            documents=documents.named(house, document) if document else (),
            nodes=[node] if node else (),
            since_us=since_us or 0,
            until_us=OPEN if until_us is None else until_us,
            limit=limit,
            before_id=before,
        )
    )


PREFIX = "document:"


def impact(house: House, text: str) -> Impact:
    """Return the impact of a node, or of a document: by ``document:…``, or where no node goes by that name."""
    try:
        if not text.startswith(PREFIX):
            return reports.impact(house, questions.resolve(house, text))
    except NotFound:
        found = documents.impact(house, text)
        if found is None:
            raise
        return found
    found = documents.impact(house, text.removeprefix(PREFIX))
    if found is None:
        raise NotFound(text, hint="A document is named by its content hash or by its id.")
    return found
