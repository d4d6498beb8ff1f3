"""Questions about answers: which of them stood on something, and which documents they read.

Enters: what is looked for: an endpoint, a document, a version, a span of time. Leaves: answers, newest first. Reads
only. A document is named by the hash of its content, by its id, or by the id of the whole that chunks were cut from.
"""

from driftline import clock
from driftline.engine import documents, questions, reports
from driftline.engine.house import House
from driftline.errors import BadInput, NotFound
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
    """Return answers, newest first.

    Raises:
        BadInput: the range ends before it begins.
    """
    if since_us is not None and until_us is not None and since_us > until_us:
        said = f"since {clock.iso(since_us)} is later than until {clock.iso(until_us)}"
        raise BadInput(said, hint="Say the earlier moment as since.")
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
_HINT = (
    "A document goes by its content hash, its id, or the file that it was taken from. It is known once a run has "
    "written it (kind 'documents' or 'index', with its rows, or run.documents) or an answer has retrieved it. "
    "Of each collection and index the newest 50 versions were looked through, then older ones (1,000, or 300,000 "
    "documents)."
)


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
    named = text.removeprefix(PREFIX)
    found = documents.impact(house, named)
    if found is None:
        datasets = house.store.lineage.find(named, only="DATASET") if named else []
        raise NotFound(text, hint=f"It is a dataset: ask for {named} without {PREFIX!r}." if datasets else _HINT)
    return found
