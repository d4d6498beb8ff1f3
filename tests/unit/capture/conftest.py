"""Every test of the SDK delivers to a sink in memory and begins with all hooks on and nothing counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from driftline.capture import fault, watch
from driftline.testing import MemorySink, use_sink


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[MemorySink]:
    """Return the sink that everything goes to; dataset names are relative to ``tmp_path``."""
    fault.reset()
    memory = MemorySink()
    with use_sink(memory, home=str(tmp_path / ".driftline")):
        yield memory
    watch.unwatch()
    fault.reset()
