"""fsspec: local files, transactions, memory, caches, archives, chains, errors."""

import io, os, pickle, traceback, threading
import fsspec
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.implementations.cached import CachingFileSystem, SimpleCacheFileSystem, WholeFileCacheFileSystem
import pandas as pd

here = os.getcwd()
local = fsspec.filesystem("file", auto_mkdir=True)
with local.open("a/b.txt", "w") as f:
    f.write("hello\nworld\n")
print(
    local.ls("a", detail=False)[0].endswith("a/b.txt"),
    local.cat("a/b.txt"),
    local.info("a/b.txt")["size"],
    local.exists("no"),
)
with local.transaction:
    with local.open("a/t.txt", "wb") as f:
        f.write(b"later")
    print(local.exists("a/t.txt"))
print(local.exists("a/t.txt"))
try:
    with local.transaction:
        with local.open("a/u.txt", "wb") as f:
            f.write(b"never")
        raise KeyError("undone")
except KeyError:
    print("undone", local.exists("a/u.txt"))
local.cp("a/b.txt", "c.txt")
local.mv("c.txt", "d.txt")
print(
    local.find("a"),
    local.glob("*.txt"),
    local.head("d.txt", 3),
    local.tail("d.txt", 3),
    local.checksum("d.txt") is not None,
)
with local.open("d.txt", "ab") as f:
    f.write(b"more")
    print(f.tell(), f.mode)
with fsspec.open("d.txt", "r", newline="") as f:
    print(f.readline(), f.name.endswith("d.txt"), pickle.loads(pickle.dumps(local.open("d.txt", "rb"))).read())
with fsspec.open("z.gz", "wt", compression="gzip") as f:
    f.write("zipped")
print(fsspec.open("z.gz", compression="infer", mode="rt").open().read())
mem = fsspec.filesystem("memory")
with mem.open("/x/y.csv", "w") as f:
    f.write("a,b\n1,2\n")
print(
    pd.read_csv("memory://x/y.csv").to_dict("list"),
    mem.cat("/x/y.csv"),
    mem.ls("/x", detail=False),
    mem.store["/x/y.csv"].getvalue()[:3],
)
pd.DataFrame({"q": [1, 2]}).to_csv("memory://x/q.csv", index=False)
pd.DataFrame({"q": [1]}).to_parquet("memory://x/q.parquet")
print(mem.du("/x"), pd.read_parquet("memory://x/q.parquet").q.tolist(), mem.created("/x/q.csv") is not None)
for name in ("simplecache", "filecache"):
    fs = fsspec.filesystem(name, target_protocol="memory", cache_storage=os.path.join(here, "cache-" + name))
    with fs.open("/x/y.csv", "rb") as f:
        print(name, f.read(), type(f).__name__)
    print(len(os.listdir("cache-" + name)) > 0, fs.cat("/x/y.csv"))
with fsspec.open(f"simplecache::memory://x/q.csv", "rt", simplecache={"cache_storage": os.path.join(here, "sc")}) as f:
    print(f.read())
with fsspec.open(f"simplecache::memory://x/new.csv", "wt") as f:
    f.write("n\n1\n")
print(mem.cat("/x/new.csv"))
import zipfile

with zipfile.ZipFile("p.zip", "w") as z:
    z.writestr("in.csv", "a\n1\n")
print(pd.read_csv("zip://in.csv::p.zip").a.tolist())


class Bad(MemoryFileSystem):
    protocol = "bad"
    cachable = False

    def _open(self, path, mode="rb", **k):
        raise PermissionError(path)


for act in (
    lambda: Bad().open("/q"),
    lambda: mem.open("/none"),
    lambda: local.open("none"),
    lambda: fsspec.filesystem("nope"),
    lambda: mem.open("/x/y.csv", "qq"),
):
    try:
        act()
    except Exception as e:
        print(
            type(e).__name__,
            str(e).replace(here, ""),
            [(os.path.basename(f.filename), f.name) for f in traceback.extract_tb(e.__traceback__)],
        )
fs = fsspec.filesystem("dir", path="/x", fs=mem)
print(fs.open("y.csv").read(), fs.ls("", detail=False))
print(fsspec.get_mapper("memory://m"))
m = fsspec.get_mapper("memory://m")
m["k"] = b"v"
print(dict(m))
print(
    [f.read() for f in (o.open() for o in fsspec.open_files(["memory://x/y.csv", "memory://x/new.csv"], "rb"))],
    pickle.loads(pickle.dumps(fs)) == fs,
)
buf = mem.open("/x/y.csv")
print(isinstance(buf, io.BytesIO), buf.readlines(), buf.closed)
