"""Profiles as bytes: ``dlp1``, a MessagePack body, deflated, behind four letters that name the form.

Enters and leaves: ``Profile`` and bytes. Equal profiles have equal bytes. A form that is not known is refused.
"""

import zlib

import msgspec

from driftline.errors import BadInput
from driftline.profile.column import Profile

FORM = b"dlp1"
_LEVEL = 3  # half of the size costs three times as long to reach
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Profile)


def encode(profile: Profile) -> bytes:
    """Return ``profile`` as bytes."""
    return FORM + zlib.compress(_encoder.encode(profile), _LEVEL)


def decode(data: bytes) -> Profile:
    """Return the profile in ``data``.

    Raises:
        BadInput: the bytes are no profile, or one of a form that this version does not know.
    """
    if data[:4] != FORM:
        raise BadInput(f"profile of unknown form {data[:4]!r}; known is {FORM!r}")
    try:
        return _decoder.decode(zlib.decompress(data[4:]))
    except (zlib.error, msgspec.MsgspecError) as error:
        raise BadInput(f"damaged profile: {error}") from error
