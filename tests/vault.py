"""A file system of fsspec that keeps every version of an object, as an object store with versioning does."""

import io
from typing import Any, ClassVar

import fsspec
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem


class VaultFile(AbstractBufferedFile):
    """A file that is read in ranges, and written at once when it is closed."""

    fs: Any
    kwargs: Any
    buffer: Any

    def _fetch_range(self, start: int, end: int) -> bytes:
        return bytes(self.fs.objects[self.path][-1][start:end])

    def _initiate_upload(self) -> None:
        self.held = io.BytesIO()

    def _upload_chunk(self, final: bool = False) -> bool:
        self.held.write(self.buffer.getvalue())
        if final:
            self.fs.objects.setdefault(self.path, []).append(self.held.getvalue())
        return True


class Vault(AbstractFileSystem):
    """The objects of this process; ``asked`` counts how often one was asked about."""

    protocol = "vault"
    cachable = False
    objects: ClassVar[dict[str, list[bytes]]] = {}
    asked: ClassVar[list[str]] = []

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        path = self._strip_protocol(path)
        self.asked.append(path)
        if path not in self.objects:
            raise FileNotFoundError(path)
        held = self.objects[path]
        return {"name": path, "size": len(held[-1]), "type": "file", "VersionId": f"v{len(held)}", "ETag": '"e"'}

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        path = self._strip_protocol(path)
        found = [self.info(name) for name in self.objects if name.startswith(path)]
        return found if detail else [one["name"] for one in found]

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> VaultFile:
        kwargs = {key: value for key, value in kwargs.items() if key in ("block_size", "autocommit", "cache_type")}
        return VaultFile(self, self._strip_protocol(path), mode, **kwargs)


def install() -> type[Vault]:
    """Have fsspec know ``vault://``, without any object in it."""
    Vault.objects, Vault.asked = {}, []
    fsspec.register_implementation("vault", Vault, clobber=True)
    return Vault
