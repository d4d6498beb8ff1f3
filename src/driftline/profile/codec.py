"""Profiles as bytes: ``dlp1``, then deflated MessagePack of the records as arrays.

The four letters name the form; a reader refuses what it does not know. Sketches stay packed until they are asked. The
bytes of a profile are the same wherever they are made. Never trusts a length: a profile inflates to 64 MB at most.
"""

import zlib

import msgspec

from driftline.errors import BadInput
from driftline.profile.column import Profile

FORM = b"dlp1"
_LIMIT = 1 << 26
_LEVEL = 1  # half the time of the usual 6, a twentieth more bytes

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Profile)


def encode(profile: Profile) -> bytes:
    """Return ``profile`` as bytes."""
    return FORM + zlib.compress(_encoder.encode(profile), _LEVEL)


def readable(data: bytes | None) -> Profile | None:
    """Return the profile that ``data`` holds; None where there is none, or none that can be read."""
    try:
        return decode(data) if data else None
    except BadInput:
        return None


def decode(data: bytes) -> Profile:
    """Return the profile that ``data`` holds.

    Raises:
        BadInput: another form, or damaged bytes.
    """
    if bytes(data[:4]) != FORM:
        raise BadInput("this is no profile of the form dlp1", hint="Upgrade Driftline if a newer one wrote it.")
    try:
        inflater = zlib.decompressobj()
        body = inflater.decompress(memoryview(data)[4:], _LIMIT)
        if not inflater.eof:
            raise BadInput("the profile is cut off, or larger than 64 MB")
        return _decoder.decode(body)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise BadInput(f"the profile is damaged ({error})") from error
