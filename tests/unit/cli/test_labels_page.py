import pytest

from driftline.cli import labels_page
from driftline.event.label import Labels, Owner, Tag


def test_what_events_say_is_marked_so(capsys: pytest.CaptureFixture[str]) -> None:
    labels = Labels(
        node="dataset:db:a",
        tags=(Tag(name="gold", origin="event", by="dbt"), Tag(name="pii", by="ann", propagates=False)),
        owners=(Owner(name="bo", origin="event"), Owner(name="cy")),
        truncated=True,
    )
    labels_page.page(labels)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "gold yes event, dbt" in lines
    assert "pii no ann" in lines
    assert "bo event" in lines
    assert "cy somebody" in lines
    assert "There is more upstream than was looked at." in lines
