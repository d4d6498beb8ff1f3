"""What a run said of documents, read from its events."""

import driftline
from driftline.engine import ingested
from driftline.event import ids
from driftline.event.lineage import Dataset, Version
from driftline.testing import MemorySink, use_sink


def test_versions_that_were_read_and_written_are_told_with_what_they_hold() -> None:
    sink = MemorySink()
    with use_sink(sink):
        with driftline.run("build_index") as run:
            run.read("notes", version="1")
            run.read("pages", version="2", kind="documents", data=[{"id": "a", "text": "whole"}])
            run.write("index", version="3", kind="index", data=[{"id": "a#1", "text": "part"}])
        driftline.flush()
    found = ingested.read(sink.raw)
    assert found.job == "build_index"
    assert found.inputs == (Version(Dataset("file", "notes"), "1"), Version(Dataset("file", "pages"), "2"))
    assert [(one.version.dataset.name, one.output, one.facet.documents) for one in found.held] == [
        ("pages", False, {ids.text("whole"): "a"}),
        ("index", True, {ids.text("part"): "a#1"}),
    ]


def test_a_run_that_says_nothing_of_documents_holds_none() -> None:
    assert ingested.read([]) == ingested.Ingested()
