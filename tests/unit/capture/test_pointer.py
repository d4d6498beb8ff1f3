from driftline.capture.pointer import version_of
from driftline.event.lineage import Dataset, Touched, Version
from driftline.testing import MemorySink


def test_a_version_is_meant_by_itself_by_what_was_touched_or_by_a_name(sink: MemorySink) -> None:
    version = Version(Dataset("file", "a"), "v1")
    assert version_of(version) is version
    assert version_of(Touched(dataset=version.dataset, version="v1")) == version
    assert version_of(Touched(dataset=version.dataset, version="v1"), "v2") == Version(version.dataset, "v2")
    assert version_of("a", "v3").version == "v3"
