"""Names of data by where it lies: every process agrees on them. Expected values by hand."""

import os
from pathlib import Path

import pandas as pd
import pytest

import driftline
from driftline.capture.ground import place
from driftline.event.names import Located
from driftline.testing import MemorySink


def test_a_path_below_the_home_of_the_project_is_named_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place.base(str(tmp_path / ".driftline"))
    assert folder == str(tmp_path)
    file = tmp_path / "feed" / "flights" / "2013-01-31.parquet"
    file.parent.mkdir(parents=True)
    file.touch()
    expected = place.Place(Located("file", "feed/flights", "2013-01-31"), str(file))
    assert place.place(file, folder) == expected
    monkeypatch.chdir(tmp_path / "feed")
    assert place.place("flights/2013-01-31.parquet", folder) == expected
    assert place.place("../feed/./flights/2013-01-31.parquet", folder) == expected
    assert place.place(f"file://{file}", folder) == expected


@pytest.mark.parametrize(
    ("given", "located"),
    [
        ("refund-eligibility", Located("file", "refund-eligibility", "")),
        ("models/eligibility", Located("file", "models/eligibility", "")),
        ("s3://lake/orders/date=2013-01-31/part-0.parquet", Located("s3://lake", "orders", "2013-01-31")),
        ("/elsewhere/x.csv", Located("file", "/elsewhere/x.csv", "")),
    ],
)
def test_names_addresses_and_other_places_keep_their_names(given: str, located: Located, tmp_path: Path) -> None:
    assert place.place(given, str(tmp_path)) == place.Place(located, "")


def test_a_folder_whose_name_only_begins_alike_lies_outside(tmp_path: Path) -> None:
    beside = tmp_path / "project-two" / "x.csv"
    beside.parent.mkdir()
    beside.touch()
    assert place.place(beside, str(tmp_path / "project")).located.name == str(beside)


def test_a_sign_that_no_name_may_have_is_replaced_and_the_path_is_kept(tmp_path: Path) -> None:
    (tmp_path / "x\ny.csv").write_text("a\n1\n")
    found = place.place(tmp_path / "x\ny.csv", str(tmp_path))
    assert (found.located.name, found.path) == ("x\ufffdy.csv", str(tmp_path / "x\ny.csv"))


def test_a_link_is_what_it_leads_to_unless_it_leads_away_or_into_a_cache(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    for folder in (project / "v1" / "day", elsewhere):
        folder.mkdir(parents=True)
        (folder / "f.csv").touch()
    (project / "current").symlink_to("v1")
    (project / "data").symlink_to(elsewhere)
    (project / "latest.csv").symlink_to(project / "v1" / "day" / "f.csv")
    (project / "away.csv").symlink_to(elsewhere / "f.csv")
    for cache in (".dvc/cache/ab", "blobs"):
        (project / cache).mkdir(parents=True)
        (project / cache / "cdef").touch()
    (project / "dvc.csv").symlink_to(".dvc/cache/ab/cdef")
    (project / "hub.csv").symlink_to("blobs/cdef")

    def named(path: str) -> str:
        return place.place(project / path, str(project)).located.name

    assert [named(path) for path in ("current/day/f.csv", "current", "data/f.csv", "latest.csv", "v1/day/f.csv")] == [
        "v1/day/f.csv", "v1", "data/f.csv", "v1/day/f.csv", "v1/day/f.csv",
    ]  # fmt: skip
    assert [named(path) for path in ("away.csv", "dvc.csv", "hub.csv")] == ["away.csv", "dvc.csv", "hub.csv"]
    (tmp_path / "alias").symlink_to(project)
    assert place.place(tmp_path / "alias/current/day/f.csv", str(tmp_path / "alias")).located.name == "v1/day/f.csv"


def test_a_file_is_named_as_its_place_is_and_keeps_the_path_that_it_was_given_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    (project / "v1").mkdir(parents=True)
    (project / "v1" / "2013-01-31.csv").touch()
    (project / "current").symlink_to("v1")
    monkeypatch.chdir(project)
    for given in ("v1/2013-01-31.csv", "current/2013-01-31.csv", project / "current" / "2013-01-31.csv"):
        found = place.file(given, str(project))
        assert found is not None
        assert found.located == place.place(given, str(project)).located == Located("file", "v1", "2013-01-31")
        assert found.path == str(project / given)


def test_however_a_file_is_given_it_is_named_and_found_as_its_place_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against ``place``, which asks about each path anew."""
    project, home = tmp_path / "project", tmp_path / "home"
    for folder in (project / "a" / "b", home, tmp_path / "other"):
        folder.mkdir(parents=True)
    for file in (project / "x.csv", project / "a" / "2013-01-31.csv", home / "x.csv", tmp_path / "other" / "x.csv"):
        file.touch()
    (project / "a" / "~").touch()
    (project / "link").symlink_to("a")
    (project / "away").symlink_to(tmp_path / "other")
    (project / "a" / "b" / "l.csv").symlink_to("../../x.csv")
    (project / "a" / "b" / "gone.csv").symlink_to("nowhere")
    monkeypatch.setenv("HOME", str(home))
    given = [
        "x.csv", "./x.csv", "../project/x.csv", "a/../x.csv", "a/b/../2013-01-31.csv", "link/2013-01-31.csv",
        "link/b/l.csv", "link/../x.csv", "away/x.csv", "a/b/l.csv", "a/b/gone.csv", "a//2013-01-31.csv",
        "a/./2013-01-31.csv", "~/x.csv", "~", "a/~", "a/b", "a/b/", "a/.", "a/..", "", ".", "..", "/", "/x.csv",
        "nothing", "nothing/x.csv", "x.csv/y",
    ]  # fmt: skip
    given += [f"{project}/{one}" for one in given] + [f"/{project}/x.csv", f"//{project}/x.csv"]
    for where in (project, project / "a"):
        monkeypatch.chdir(where)
        for one in given * 2:  # the second time the folder is known
            found, expected = place.file(one, str(project)), place.place(one, str(project))
            if expected.path and Path(expected.path).is_file():
                assert found is not None, one
                assert found.located == expected.located, one
                assert found.path == os.path.normpath(Path(one).expanduser().absolute()), one
                assert found.state == Path(found.path).stat(), one
            else:
                assert found is None, one


def test_what_is_no_regular_file_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").touch()
    for given in (
        tmp_path,
        tmp_path / "nothing.csv",
        "s3://lake/x.csv",
        f"file://{tmp_path}/x.csv",
        "models:/m/1",
        "a\0b",
    ):
        assert place.file(given, str(tmp_path)) is None


def test_a_link_that_leads_elsewhere_from_now_on_is_followed_there(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "f.csv").touch()
    given = tmp_path / "current" / "f.csv"
    for version in ("v1", "v2"):
        (tmp_path / "current").unlink(missing_ok=True)
        (tmp_path / "current").symlink_to(version)
        found = place.file(given, str(tmp_path))
        assert found is not None
        assert found.located.name == place.place(given, str(tmp_path)).located.name == f"{version}/f.csv"


def test_up_from_behind_a_link_is_where_the_system_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """POSIX: ``link/..`` is the folder above the one that ``link`` leads to; by hand, and by what is read there."""
    for name in ("x", "deep/x", "deep/er/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "er")
    monkeypatch.chdir(tmp_path)
    folder = place.base(str(tmp_path / ".driftline"))
    for given in ("link/../x", f"{tmp_path}/link/../x", "link/x", "deep/../link/../er/x", "deep/../x", "./link/.././x"):
        really = Path(given).read_text()
        found = place.file(given, folder)
        assert found is not None
        assert (found.located.name, place.place(given, folder).located.name) == (really, really)
        assert Path(found.path).read_text() == really
        assert Path(given).samefile(place.absolute(given))
    assert place.absolute("link/..") == str(tmp_path / "deep")
    assert place.absolute("deep/../gone/../x") == str(tmp_path / "x")


def test_a_link_that_is_gone_up_from_names_what_was_read_and_nothing_is_left_over(
    watched: MemorySink, tmp_path: Path
) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "er")
    (tmp_path / "x.csv").write_text("a\n1\n")
    (tmp_path / "deep" / "x.csv").write_text("b\n2\n3\n")
    with driftline.run("score"):
        pd.read_csv("link/../x.csv").to_csv("link/../y.csv", index=False)
    driftline.flush()
    event = watched.decoded()[-1]
    assert event.run is not None
    found = [Path(one.name).parts[-2:] for one in (*event.inputs, *event.outputs)]
    assert found == [("deep", "x.csv"), ("deep", "y.csv")]
    assert "driftline_gaps" not in event.run.facets


@pytest.mark.parametrize(
    "given",
    ["a", "a/b.csv", "/a/b", "/", "//a", "a/", "./a", "a/./b", ".a", "a/.b", "a//b", "/a/", "", ".", "a.b", "~/a"],
)
def test_an_absolute_path_is_that_of_python_also_where_nothing_is_changed_in_it(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path, Path("/")):
        monkeypatch.chdir(folder)
        assert place.absolute(given) == os.path.abspath(given)  # noqa: PTH100 - it is what a path is compared with


def test_the_way_to_a_file_without_links_is_what_the_system_says(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.csv").write_text("a", "utf-8")
    folder, link = tmp_path / "folder", tmp_path / "one" / "link.csv"
    folder.symlink_to("one")
    link.symlink_to("../two/a.csv")
    paths = [
        tmp_path / "one" / "a.csv",
        folder / "a.csv",
        folder / "link.csv",
        folder / "none.csv",
        tmp_path / "no" / "x",
    ]
    for path in paths:
        assert place.real(str(path)) == os.path.realpath(path)
    folder.unlink()
    folder.symlink_to("two")  # within the moment in which a folder is known
    for path in paths:
        assert place.real(str(path)) == os.path.realpath(path)


def test_what_many_documents_are_taken_from_is_looked_up_once_where_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def counted(path: str) -> bool:
        looked.append(path)
        return os.access(path, os.F_OK)

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.md").touch()
    monkeypatch.setattr(os.path, "exists", counted)
    for name in ("a", "b", "a"):
        monkeypatch.chdir(tmp_path / name)
        for _ in range(10):
            assert place.located("x.md", str(tmp_path)).name == f"{name}/x.md"
    assert looked == [str(tmp_path / name / "x.md") for name in "ab"]
