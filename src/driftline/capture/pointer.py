"""The version that somebody means: by what ``read`` or ``write`` returned, by a name, or by both.

Enters: a version, what a run has touched, or the name of a dataset. Leaves: a version. Asks nothing of any store.
"""

from driftline.capture import client, observe, place
from driftline.event.lineage import Touched, Version


def version_of(given: Touched | Version | str, version: str = "") -> Version:
    """Return the version that ``given`` means; a text is a dataset name, as ``read`` takes it."""
    if isinstance(given, Version):
        return given
    if isinstance(given, Touched):
        return Version(given.dataset, version or given.version)
    owner = client.current()
    return Version(observe.name_of(given, "", owner.folder if owner is not None else place.base("x")), version)
