"""Identifiers: time-ordered run and answer ids (UUIDv7, RFC 9562) and content hashes (xxh3-128).

Pure but for the random bits of a fresh id, which a caller can seed.
"""

import functools
import os
import uuid
from collections.abc import Callable, Iterable, Sequence

import xxhash

_RANDOM_BYTES = 10
SPELLED = "backslashreplace"  # half characters, which UTF-8 has no bytes for, are told as their escapes


def uuid7(moment_us: int, random: Callable[[int], bytes] = os.urandom) -> str:
    """Return a UUIDv7 whose first 48 bits are ``moment_us`` in milliseconds."""
    raw = bytearray((moment_us // 1000).to_bytes(6, "big") + random(_RANDOM_BYTES))
    raw[6] = (raw[6] & 0x0F) | 0x70
    raw[8] = (raw[8] & 0x3F) | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def moment_us(uuid7_: str) -> int:
    """Return the moment in a UUIDv7, microseconds; 0 where ``uuid7_`` is another one."""
    found = uuid.UUID(uuid7_)
    return (found.int >> 80) * 1_000 if found.version == 7 else 0


@functools.lru_cache(maxsize=256)  # of one event several parts ask, and of the runs below a run each
def repair_run_id(text: str) -> str:
    """Return ``text`` if it is a UUID, else the UUIDv5 that stands for it everywhere."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"driftline:run:{text}"))


def content(data: bytes) -> str:
    """Return 32 hexadecimal digits over ``data`` alone: the name by which a store finds it again."""
    return xxhash.xxh3_128_hexdigest(data)


def spelled(said: str) -> str:
    """Return a text as it can be told: half characters, as in names of files that are not UTF-8, as ``\\udce9``."""
    return said if said.isascii() else said.encode(errors=SPELLED).decode()


def text(said: str) -> str:
    """Return the content hash of a text, as prompts, questions, documents and answers are named: ``xxh3:…``."""
    return f"xxh3:{xxhash.xxh3_64_hexdigest(said.encode('utf-8', 'surrogatepass'))}"


def digest(*parts: bytes | str) -> str:
    """Return 32 hexadecimal digits over ``parts``; their boundaries count."""
    return xxhash.xxh3_128_hexdigest(_framed(parts))


def digests(before: Sequence[bytes | str], lasts: Iterable[bytes]) -> list[str]:
    """Return, per one of ``lasts``, ``digest(*before, last)``."""
    start = _framed(before)
    return [xxhash.xxh3_128_hexdigest(start + len(last).to_bytes(8, "little") + last) for last in lasts]


def _framed(parts: Sequence[bytes | str]) -> bytes:
    data = [part.encode(errors=SPELLED) if isinstance(part, str) else part for part in parts]
    return b"".join([piece for one in data for piece in (len(one).to_bytes(8, "little"), one)])
