"""Thrift's compact protocol, as far as the footers of Parquet files need it: values are walked over, few are read.

Enters: bytes. Leaves: places and numbers in them. Source:
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
"""

from collections.abc import Iterator

TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, MAP, STRUCT, UUID = 1, 2, 3, 7, 8, 9, 10, 11, 12, 13
_SIZES = {TRUE: 0, FALSE: 0, BYTE: 1, DOUBLE: 8, UUID: 16}  # bytes of a value in a struct, where its type says it
_DEEPEST = 16  # structs and lists in one another


class Walk:
    """A walk over ``data`` that stands at the place ``at``; data that is cut short raises IndexError or ValueError."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """Yield id and type of each field of a struct; who asks walks over the value."""
        field = 0
        while head := self.byte():
            field = field + (head >> 4) if head >> 4 else self.signed()
            yield field, head & 15

    def over(self, kind: int, depth: int = 0) -> None:
        """Walk over a value.

        Raises:
            ValueError: it is too deep, or of a type that a footer does not have.
        """
        if depth > _DEEPEST or self.at > len(self.data):
            raise ValueError("no footer")
        if kind in _SIZES:
            self.at += _SIZES[kind]
        elif kind == BINARY:
            length = self.number()
            self.at += length
        elif kind in (LIST, SET):
            many, inner = self.list()
            for _ in range(many):
                self.over(BYTE if inner in (TRUE, FALSE) else inner, depth + 1)
        elif kind == STRUCT:
            for _, inner in self.fields():
                self.over(inner, depth + 1)
        elif kind == MAP:
            raise ValueError("a footer has none")
        else:
            self.number()

    def list(self) -> tuple[int, int]:
        """Return how many elements follow, and of which type."""
        head = self.byte()
        return (head >> 4 if head >> 4 < 15 else self.number()), head & 15

    def byte(self) -> int:
        """Return the next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def text(self) -> str:
        """Return a text."""
        length = self.number()
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def signed(self) -> int:
        """Return a number in zigzag form."""
        number = self.number()
        return (number >> 1) ^ -(number & 1)

    def number(self) -> int:
        """Return a number without a sign."""
        number = shift = 0
        while (byte := self.byte()) > 127:
            number |= (byte & 127) << shift
            shift += 7
        return number | byte << shift


def numbered(number: int) -> bytes:
    """Return a number without a sign as bytes."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])
