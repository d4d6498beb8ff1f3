"""What keeps a probed function from doing anything: no writing, no connections, no processes, bounded in all it takes.

Enters: nothing but limits. Leaves: a process that cannot get out again. On Linux the kernel refuses to open files for
writing and to connect (Landlock, a network namespace of its own), whatever language asks; everywhere an audit hook
refuses what Python asks for, and remembers it, so that a function that hides the refusal is still known by it; limits
of the operating system bound size of files, processor time and memory. Source: the Linux manual, landlock(7).
"""

import contextlib
import ctypes
import os
import struct
import sys
from typing import Any

_REFUSED = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.fork", "os.forkpty",
    "pty.spawn", "os.kill", "os.killpg", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
    "os.truncate", "os.chmod", "os.chown", "os.lchown", "os.utime", "os.setxattr", "os.removexattr", "shutil.",
    "tempfile.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "nntplib.", "telnetlib.", "http.client.",
    "urllib.Request", "webbrowser.open", "winreg.", "_winapi.", "resource.setrlimit", "resource.prlimit",
    "signal.pthread_kill",
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CODE = (".py", ".pyc", ".so", ".pyd", ".pth")
_SYSTEM = (sys.prefix, sys.base_prefix, "/proc/", "/sys/", "/dev/", "/etc/", "/usr/")
_MEMORY = 8 << 30  # bytes of address space
_LANDLOCK = (444, 446)  # create a ruleset, restrict oneself: the same numbers on every architecture
_FILES = 0b111_1111_1111_0010  # of Landlock's rights: write, remove, make, refer; not execute, read
_TRUNCATE = 1 << 14
_NO_NEW_PRIVILEGES = 38
_NEW_USER_AND_NET = 0x1000_0000 | 0x4000_0000


class Refused(PermissionError):
    """Something that a probed function may not do."""


class Fence:
    """What was put up, and what it has refused and seen since."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.refused: list[str] = []
        self.reads: dict[str, None] = {}
        self.watching = False  # the user's function runs

    def close(self, cpu_seconds: int) -> None:
        """Put everything up that this system has; it cannot be taken down again."""
        with contextlib.suppress(OSError, AttributeError):
            os.nice(19)
        self._limits(cpu_seconds)
        if sys.platform == "linux":
            with contextlib.suppress(OSError, AttributeError, ValueError):
                self._kernel()
        sys.addaudithook(self._audit)
        self.parts.append("audit hook")

    def _limits(self, cpu_seconds: int) -> None:
        try:
            import resource
        except ImportError:  # Windows has none
            return
        bounds = {"RLIMIT_FSIZE": 0, "RLIMIT_CPU": cpu_seconds, "RLIMIT_AS": _MEMORY, "RLIMIT_CORE": 0}
        for name, most in bounds.items():
            with contextlib.suppress(OSError, ValueError, AttributeError):
                kind = getattr(resource, name)
                hard = resource.getrlimit(kind)[1]
                least = most if hard == resource.RLIM_INFINITY else min(most, hard)
                resource.setrlimit(kind, (least, least))
        self.parts.append("limits")
        with contextlib.suppress(ImportError, AttributeError, ValueError):
            import signal

            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit fails instead of killing

    def _kernel(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_NEW_USER_AND_NET) == 0:
            self.parts.append("network namespace")
        version = libc.syscall(_LANDLOCK[0], None, 0, 1)
        if version < 1:
            return
        files = _FILES if version >= 2 else _FILES & ~(1 << 13)
        if version >= 3:
            files |= _TRUNCATE
        network = 3 if version >= 4 else 0
        rules = ctypes.create_string_buffer(struct.pack("QQ", files, network))
        ruleset = libc.syscall(_LANDLOCK[0], rules, 16 if version >= 4 else 8, 0)
        if ruleset < 0:
            return
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        if libc.syscall(_LANDLOCK[1], ruleset, 0) == 0:
            self.parts.append(f"landlock {version}")
        os.close(ruleset)

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            self._opened(*args)
        elif event == "sqlite3.connect":
            if args and args[0] not in (":memory:", b":memory:"):
                self._refuse(event)
        elif event.startswith(_REFUSED):
            self._refuse(event)

    def _opened(self, path: Any, mode: Any = None, flags: Any = 0) -> None:
        writing = any(sign in mode for sign in "wax+") if isinstance(mode, str) else bool((flags or 0) & _WRITING)
        if writing:
            self._refuse(f"writing {path}" if isinstance(path, str) else "writing")
        if self.watching and isinstance(path, str) and not path.endswith(_CODE) and not path.startswith(_SYSTEM):
            self.reads[path] = None

    def _refuse(self, what: str) -> None:
        if self.watching:
            self.refused.append(what)
        raise Refused(f"{what} is not allowed while a step is probed")
