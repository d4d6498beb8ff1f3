"""The commit, the files and the libraries of a script; git itself is the second opinion."""

import subprocess
from pathlib import Path

import pytest

from driftline.capture.program import environment


def git(folder: Path, *arguments: str) -> str:
    options = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *options, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "train.py").write_text("x = 1\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_the_commit_is_the_one_that_git_names(repository: Path) -> None:
    script = str(repository / "jobs" / "train.py")
    found = environment.commit(script)
    assert found == (git(repository, "rev-parse", "HEAD"), "main", "", "jobs/train.py")
    git(repository, "pack-refs", "--all")
    assert environment.commit(script) == found
    git(repository, "checkout", "-q", "--detach")
    assert environment.commit(script) == found._replace(branch="")
    git(repository, "worktree", "add", "-q", "-b", "other", "tree")
    linked = environment.commit(str(repository / "tree" / "jobs" / "train.py"))
    assert linked == found._replace(branch="other")


def test_the_remote_is_named_without_credentials(repository: Path) -> None:
    git(repository, "remote", "add", "origin", "https://user:secret@example.org/shop/jobs.git")
    found = environment.commit(str(repository / "jobs" / "train.py"))
    assert found is not None
    assert found.remote == "https://example.org/shop/jobs"
    assert environment.location(found) == {
        "type": "git", "url": "https://example.org/shop/jobs/jobs/train.py", "repoUrl": "https://example.org/shop/jobs",
        "path": "jobs/train.py", "version": found.revision, "branch": "main",
    }  # fmt: skip


def test_outside_of_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert environment.commit(str(tmp_path / "x.py")) is None
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")  # before the first commit
    assert environment.commit(str(tmp_path / "x.py")) is None


def test_the_version_follows_names_and_texts(tmp_path: Path) -> None:
    one, two = tmp_path / "a.py", tmp_path / "b.py"
    one.write_text("x")
    two.write_text("y")
    first = environment.version([str(one), str(two)])
    assert environment.version([str(one), str(two), str(tmp_path / "gone.py")]) == first
    two.write_text("z")
    assert environment.version([str(one), str(two)]) != first
    assert environment.version([]) == ""


def test_installed_packages_are_no_files_of_the_script() -> None:
    assert environment.files("") == []
    found = environment.files(str(Path(__file__)))
    assert str(Path(__file__)) in found
    assert not [file for file in found if "site-packages" in file or file == environment.__file__]
