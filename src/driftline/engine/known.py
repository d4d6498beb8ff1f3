"""What the store keeps of a dataset's comparison: its reference, the profiles in its pool, the versions judged."""

import msgspec

from driftline.drift import Reference


class Member(msgspec.Struct, frozen=True, array_like=True):
    """One batch in the pool: its profile, without the columns that were held out."""

    profile: str  # hash of the profile in the store
    without: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """What the store keeps of a dataset's comparison."""

    reference: Reference
    members: tuple[Member, ...] = ()
    judged: tuple[str, ...] = ()  # versions judged, newest last
    pooled: tuple[Member, ...] = ()  # members that the pool in use is made of
