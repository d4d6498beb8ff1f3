"""Pictures, sounds and maps that libraries open in C are inputs and outputs of a run, as what Python opens is."""

from pathlib import Path

import pytest

import driftline
from driftline.capture.hooks import opened
from driftline.testing import MemorySink


def _told(sink: MemorySink) -> tuple[list[str], list[str]]:
    driftline.flush()
    event = sink.decoded()[-1]
    return sorted(one.name for one in event.inputs), sorted(one.name for one in event.outputs)


def test_pictures(watched: MemorySink, tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    import numpy as np

    cv2.imwrite("a.png", np.zeros((4, 4, 3), np.uint8))
    with driftline.run("job"):
        picture = cv2.imread("a.png")
        assert cv2.imread("none.png") is None
        assert cv2.imwrite(filename="b.png", img=picture)
    assert _told(watched) == (["a.png"], ["b.png"])


def test_many_pictures_of_one_folder_are_that_folder(watched: MemorySink, tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    import numpy as np

    Path("pictures").mkdir()
    for number in range(100):
        cv2.imwrite(f"pictures/{number}.png", np.full((2, 2, 3), number, np.uint8))
    with driftline.run("job"):
        assert sum(int(cv2.imread(f"pictures/{number}.png").max()) for number in range(100)) == 4950
    assert _told(watched) == (["pictures"], [])


def test_sounds(watched: MemorySink, tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    import numpy as np

    soundfile.write("a.wav", np.zeros(10), 8000)
    with driftline.run("job"):
        sound, rate = soundfile.read("a.wav")
        soundfile.write("b.wav", sound, rate)
        with soundfile.SoundFile("c.wav", mode="x", samplerate=rate, channels=1) as file:
            file.write(sound)
    assert _told(watched) == (["a.wav"], ["b.wav", "c.wav"])


@pytest.mark.filterwarnings("ignore")  # a map without a place on earth is warned of
def test_maps(watched: MemorySink, tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    import numpy as np

    with driftline.run("write"):
        made = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "uint8"}
        with rasterio.open("a.tif", "w", **made) as file:
            file.write(np.ones((1, 2, 2), np.uint8))
    assert _told(watched) == ([], ["a.tif"])
    with driftline.run("read"), rasterio.open(Path("a.tif")) as file:
        assert file.read(1).sum() == 4
    assert _told(watched) == (["a.tif"], [])


@pytest.mark.parametrize(
    ("mode", "ways"),
    [("r", "read"), ("r+", "read write"), ("w", "write"), ("w+", "write"), ("x+", "write"), (None, "")],
)
def test_a_file_that_is_made_anew_is_not_read(mode: str | None, ways: str) -> None:
    """As https://python-soundfile.readthedocs.io says of its modes, and rasterio of the same."""
    assert opened._ways(mode) == tuple(ways.split())
