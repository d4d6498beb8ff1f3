"""What the acceptance tests share: a server that ends with the test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.serving import Server, Spawn, start


@pytest.fixture
def serve(spawn: Spawn, tmp_path: Path) -> Callable[..., Server]:
    """Start ``driftline serve``, on the same home each time; by default on a free port and without a token."""

    def begin(**options: Any) -> Server:
        return start(spawn, tmp_path, **options)

    return begin
