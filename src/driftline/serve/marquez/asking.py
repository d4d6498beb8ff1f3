"""What the questions of Marquez's clients have in common: pages, and answers that are not there."""

from typing import Annotated, TypeVar

import msgspec

from driftline.engine.engine import Engine
from driftline.errors import BadEvent, BadInput, NotFound
from driftline.interop.marquez import hidden
from driftline.store import Store

MOST = 1_000  # things on a page
ROOT = "/api/v1"
SPACE = f"{ROOT}/namespaces/{{namespace}}"

T = TypeVar("T")
Limit = Annotated[int, msgspec.Meta(ge=0, le=2**31, description=f"How many, at most {MOST}.")]
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class MarquezPageQuery(msgspec.Struct, frozen=True):
    """Which page of a list."""

    limit: Limit = 100
    offset: Offset = 0

    @property
    def size(self) -> int:
        """How many things the page has at most."""
        return min(self.limit, MOST)


def store(engine: Engine) -> Store:
    """Return the store that questions are asked of."""
    return engine.house.store


def there(found: T | None, what: str) -> T:
    """Return what was found.

    Raises:
        NotFound: nothing was.
    """
    if found is None:
        raise NotFound(what)
    return found


def named(namespace: str, name: str) -> None:
    """Check a name that is to be written.

    Raises:
        BadInput: it is empty or holds signs that cannot be printed.
    """
    if not namespace.strip() or not name.strip() or not (namespace + name).isprintable():
        raise BadInput(f"{namespace!r}, {name!r} is no name")


def tell(engine: Engine, event: bytes) -> None:
    """Take an event; what follows from it is there when this returns.

    Raises:
        BadEvent: it cannot be read.
    """
    receipt = engine.ingest(event)
    if receipt.status == "quarantined":
        raise BadEvent(receipt.reason)


def hide(engine: Engine, type_: str, namespace: str, name: str) -> None:
    """Take a dataset or a job out of sight, until an event speaks of it again."""
    line = hidden.line(store(engine), type_, namespace, name)
    if line is not None:
        engine.say(hidden.SORT, line.node, {"at_us": str(max(engine.house.now(), line.updated_us))})
