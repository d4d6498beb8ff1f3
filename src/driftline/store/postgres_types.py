"""How values travel to and from PostgreSQL, so that rows are the same as from SQLite.

Enters: the registry of one psycopg connection. Leaves: that registry, set. Whole numbers travel as bigint, whatever
their size, so that a statement is prepared once; sums come back as int, truth values as 0 and 1, JSON as its
text. The one character that PostgreSQL cannot hold in a text (NUL) is replaced by U+FFFD.
Source: https://www.psycopg.org/psycopg3/docs/advanced/adapt.html.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg.adapt import AdaptersMap


def register(adapters: "AdaptersMap") -> None:
    """Set how values travel on one connection."""
    for type_, dumper in _dumpers():
        adapters.register_dumper(type_, dumper)
    for name, loader in _loaders():
        adapters.register_loader(name, loader)


@cache
def _dumpers() -> tuple[tuple[type, Any], ...]:
    from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
    from psycopg.types.string import StrDumperUnknown

    class Truth(Int8Dumper):
        def dump(self, obj: Any) -> bytes:
            return b"1" if obj else b"0"

    class Text(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)

    return (int, Int8Dumper), (int, Int8BinaryDumper), (bool, Truth), (str, Text)


@cache
def _loaders() -> tuple[tuple[str, Any], ...]:
    from psycopg.adapt import Loader
    from psycopg.types.string import TextLoader

    class Number(Loader):
        def load(self, data: Any) -> int | float:
            text = bytes(data).decode()
            return int(text) if text.lstrip("-").isdigit() else float(text)

    class Truth(Loader):
        def load(self, data: Any) -> int:
            return int(bytes(data) == b"t")

    return ("numeric", Number), ("bool", Truth), ("json", TextLoader), ("jsonb", TextLoader)
