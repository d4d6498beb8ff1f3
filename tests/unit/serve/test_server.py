import socket

import pytest

from driftline.errors import BadSetting, PortInUse
from driftline.serve import server


def test_port_zero_takes_a_free_one_and_the_address_says_which() -> None:
    with server.listen("127.0.0.1", 0) as place:
        host, port = place.getsockname()
        assert server.address(place) == f"http://{host}:{port}"
        with socket.create_connection((host, port), timeout=5):
            pass


def test_a_port_in_use_is_named() -> None:
    with server.listen("127.0.0.1", 0) as place:
        port = place.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port}") as caught:
            server.listen("127.0.0.1", port)
    assert "--port" in caught.value.hint


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("no such host", 0), ("127.0.0.1", 70_000)])
def test_an_address_that_is_not_ours_is_a_bad_setting(host: str, port: int) -> None:
    # 192.0.2.0/24 belongs to documentation (RFC 5737)
    with pytest.raises(BadSetting, match="cannot listen"):
        server.listen(host, port)


def test_the_address_of_all_interfaces_is_one_that_a_browser_takes() -> None:
    with server.listen("0.0.0.0", 0) as place:
        assert server.address(place) == f"http://127.0.0.1:{place.getsockname()[1]}"
