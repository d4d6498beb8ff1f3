"""fsspec: files that are opened through any of its file systems (memory, S3, GCS, HTTP …), named by their address.

Enters: the loaded fsspec.spec module. Leaves: a patch on ``AbstractFileSystem.open``. A version is the store's own
(version id, generation, ETag), else a checksum, else the time and size, where the file system has told them by opening
the file: nothing is asked for over a network that the user did not ask for. Of a file that is written they are asked
for when the run's event is made, on the sender's thread. Local files are those that their paths name; of an archive or
a cache it is the file that it is made of, which its own file system opens.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from driftline.capture.ground import bounded, fault, own
from driftline.capture.hooks import addressed, patch, raised, stated
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.hooks.patch import around as put_around
from driftline.capture.runs import observe
from driftline.capture.runs.observe import Given
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client

_FILES = 10_000
_turns: dict[str, object] = {}  # address -> who writes there, or has written there last
_LOCAL = ("file", "local", "reference", "filecache", "simplecache", "blockcache", "zip", "tar", "libarchive", "dir")


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    inner, tell = module.AbstractFileSystem.__dict__["open"], raised.held(_tell)

    @functools.wraps(inner)
    def told(self: Any, path: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            file = inner(self, path, *args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        fault.attempt("hook AbstractFileSystem.open", tell, self, path, file, args, kwargs)
        return file

    module.AbstractFileSystem.open = patch.unseen(told, inner)
    return [Patch(module.AbstractFileSystem, "open", inner), *put_around(module, "AbstractFileSystem.open", _opened)]


def _tell(fs: Any, path: Any, file: Any, args: Any, kwargs: Any) -> None:
    """Tell the call that opens a file through here which state of it that is."""
    outer = own.inside()
    if outer is None or outer is own.OURS or _protocol(fs) in _LOCAL:
        return
    address = addressed.address(fs.unstrip_protocol(str(path)))
    if "r" not in str(args[0] if args else kwargs.get("mode", "rb")):
        outer.later[address] = _later(fs, str(path))
    else:
        found = stated.state(stated.details(file) or _cheap(fs, str(path)))
        if found[0]:
            outer.states[address] = found


def _opened(run: Recording, call: Call) -> bool:
    fs, path = call.args[0], str(call.argument(1, "path"))
    mode = str(call.argument(2, "mode") or "rb")
    owner = client.current()
    if owner is None or _protocol(fs) in _LOCAL:
        return False
    address = addressed.address(fs.unstrip_protocol(path))
    if "r" in mode:
        version, size = stated.state(stated.details(call.result) or _cheap(fs, path))
        seen = _seen(address, owner.folder, version, size)
        run.add("read", seen)
    else:
        seen = _seen(address, owner.folder, "", 0)
        seen.pointer = _later(fs, path)
        run.add("write", seen)
    return True


def _seen(address: str, folder: str, version: str, size: int) -> Seen:
    seen = observe.observe(address, None, Given(version=version, kind="file"), folder)[0]
    if size:
        seen.size = size
    return seen


def _later(fs: Any, path: str) -> Callable[[], tuple[str, int]]:
    """Return what asks for the state of a file that is written now; it says nothing once that is written anew."""
    address, turn = fs.unstrip_protocol(path), object()
    bounded.room(_turns, _FILES)
    _turns[address] = turn

    def ask() -> tuple[str, int]:
        found = stated.state(fs.info(path)) if _turns.get(address) is turn else ("", 0)
        return found if _turns.get(address) is turn else ("", 0)

    return ask


def _cheap(fs: Any, path: str) -> Mapping[str, Any] | None:
    """What is known of a file without asking over a network."""
    return fs.info(path) if _protocol(fs) == "memory" else None


def _protocol(fs: Any) -> str:
    given = fs.protocol
    return given if isinstance(given, str) else given[0]
