import driftline
from driftline.capture.pointer import in_use, version_of
from driftline.event.lineage import Dataset, Touched, Version
from driftline.testing import MemorySink


def test_a_version_is_meant_by_itself_by_what_was_touched_or_by_a_name(sink: MemorySink) -> None:
    version = Version(Dataset("file", "a"), "v1")
    assert version_of(version) is version
    assert version_of(Touched(dataset=version.dataset, version="v1")) == version
    assert version_of(Touched(dataset=version.dataset, version="v1"), "v2") == Version(version.dataset, "v2")
    assert version_of("a", "v3").version == "v3"


def test_of_a_name_alone_the_version_counts_that_the_run_has_touched_last(sink: MemorySink) -> None:
    with driftline.run("serve") as run:
        assert in_use("index").version == ""
        run.read("index", version="v1")
        run.read("other", version="v7")
        run.read("index", version="v2")
        assert in_use("index") == Version(Dataset("file", "index"), "v2")
        assert in_use("index", "v9").version == "v9"  # what was said counts
        with driftline.answer("support") as answer:
            answer.uses("index", "index")
            assert answer.draft.sources[0].version.version == "v2"
    assert in_use("index").version == ""
