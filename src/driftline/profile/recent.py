"""Profiles that this process has just made, beside their bytes: who asks for one a moment later need not inflate it.

Enters: profiles on their way to bytes, and bytes. Leaves: the bytes, and profiles. What is kept takes a stated number
of bytes, encoded; in memory about six times as much. Profiles are never changed, so that all may have the same one.
"""

from collections import OrderedDict

from driftline.profile import codec
from driftline.profile.column import Profile

ROOM = 1 << 21  # bytes of encoded profiles


class _Kept:
    """Profiles by their bytes, oldest first."""

    def __init__(self) -> None:
        self.profiles: OrderedDict[bytes, Profile] = OrderedDict()
        self.size = 0


_kept = _Kept()


def encoded(profile: Profile) -> bytes:
    """Return ``profile`` as bytes, as ``codec.encode`` does, and keep it for a while."""
    data = codec.encode(profile)
    if data not in _kept.profiles:
        _kept.profiles[data] = profile
        _kept.size += len(data)
        while _kept.size > ROOM and _kept.profiles:
            _kept.size -= len(_kept.profiles.popitem(last=False)[0])
    return data


def readable(data: bytes | None) -> Profile | None:
    """Return the profile that ``data`` holds, as ``codec.readable`` does."""
    return (_kept.profiles.get(data) if data else None) or codec.readable(data)
