"""What the store keeps of a dataset's comparison: its reference, the profiles in its pool, the versions judged."""

import msgspec

from driftline.drift import Reference


class Known(msgspec.Struct, frozen=True):
    """What the store keeps of a dataset's comparison."""

    reference: Reference
    profiles: tuple[str, ...] = ()  # profile hash of each member of the reference
    judged: tuple[str, ...] = ()  # versions judged, newest last
