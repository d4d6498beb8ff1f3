"""What changed between two measured files, for tests of formats that hold several arrays or tables."""

from driftline import profile
from driftline.capture.tables.contents import Contents
from driftline.profile import facet


def changed(before: Contents, after: Contents) -> profile.Comparison:
    """Return how the fingerprints of two contents differ; both must have some."""
    assert before.prints is not None
    assert after.prints is not None
    found = profile.compare(facet.read(before.prints), facet.read(after.prints))
    assert found is not None
    return found
