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


@pytest.mark.parametrize(
    ("host", "token", "told"), [("0.0.0.0", "", True), ("0.0.0.0", "t", False), ("127.0.0.1", "", False)]
)
def test_a_server_that_anyone_may_write_to_says_so(
    monkeypatch: pytest.MonkeyPatch, host: str, token: str, told: bool
) -> None:
    monkeypatch.setattr("driftline.serve.server.serve", lambda settings, ready: ready("http://127.0.0.1:1"))
    words = ["serve", "--host", host, *(["--token", token] if token else [])]
    result = CliRunner().invoke(group, words, catch_exceptions=False)
    assert ("without a token: whoever reaches it may write" in result.stderr) is told
