import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from driftline.cli.main import group
from driftline.errors import PortInUse


def test_a_port_in_use_is_told_before_a_store_is_made(tmp_path: Path) -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen()
        words = ["--home", str(tmp_path / "home"), "serve", "--port", str(place.getsockname()[1])]
        with pytest.raises(PortInUse):
            CliRunner().invoke(group, words, catch_exceptions=False)
    assert not (tmp_path / "home").exists()


def test_a_port_that_does_not_exist_is_wrong_use() -> None:
    assert CliRunner().invoke(group, ["serve", "--port", "70000"]).exit_code == 2
