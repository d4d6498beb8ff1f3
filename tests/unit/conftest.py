"""Every test stands in a folder that is no part of the repository: what it leaves in the default home is not there."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that is none of the repository's."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(autouse=True)
def _in_no_repository(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(elsewhere)
