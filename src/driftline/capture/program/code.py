"""The version of the code that runs: a hash of the source of the function or script that opened a run.

Enters: a code object. Leaves: ``src:<16 hex digits>`` over its source text, or ``code:…`` over its byte code
where no source can be found (a notebook that is gone, ``python -c``). Cached per code object. Never imports or
runs anything.
"""

import inspect
import linecache
from types import CodeType

import xxhash

_CACHE = 4_096
_versions: dict[CodeType, str] = {}


def version(code: CodeType) -> str:
    """Return the version of ``code``; of a module's code, that of the whole file."""
    found = _versions.get(code)
    if found is None:
        if len(_versions) >= _CACHE:
            _versions.clear()
        found = _versions[code] = _of_source(code) or f"code:{digest(_instructions(code))}"
    return found


def _of_source(code: CodeType) -> str:
    try:
        whole = code.co_name == "<module>"
        lines = linecache.getlines(code.co_filename) if whole else inspect.getsourcelines(code)[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return ""
    return f"src:{digest(inspect.cleandoc(''.join(lines)).encode())}" if lines else ""


def _instructions(code: CodeType) -> bytes:
    inner = [_instructions(part) if isinstance(part, CodeType) else repr(part).encode() for part in code.co_consts]
    return b"\0".join((code.co_code, *inner, repr(code.co_names).encode()))


def digest(data: bytes) -> str:
    """Return the hash of ``data`` as 16 hex digits."""
    return xxhash.xxh3_64_hexdigest(data)
