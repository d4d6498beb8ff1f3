"""Secrets in events: found, and blotted out before an event is kept.

Enters: the bytes of an event. Leaves: the same bytes, but ``[redacted]`` stands for the values of keys that look like
secrets in the facets that carry settings (environment variables, execution parameters, Spark properties), and for
credentials in addresses in any value; Spark's logical plan is left alone. Works on the bytes, so that nothing else
moves, and takes bytes that are no JSON too. Redacting twice is redacting once. Never knows whether a value is a secret:
a key that looks like one is enough. Source: OpenLineage 2-0-2, the facets ``environmentVariables`` and
``executionParameters``; RFC 3986, section 3.2.1, for addresses.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import msgspec

from driftline import later

BLOT = b"[redacted]"
_QUOTED = b'"' + BLOT + b'"'
_FACETS = (b'"environmentVariables"', b'"executionParameters"', b'"spark_properties"')
_NAMES, _VALUE = frozenset({"name", "key"}), "value"  # an object of these two is one setting
_HARMLESS = frozenset({b"true", b"false", b"null", b'""', b'"true"', b'"false"', _QUOTED})

# A key counts in small letters, without what stands between its words.
_LOOKS = later.pattern(
    r"passw(?:or)?d|passphrase|pwd$|secret|credential|(?:api|access|private|account|shared|encryption)key|sastoken"
    r"|token(?!s|iz|count|limit|length|size|budget|type)|connectionstring|authorization"
)
_BETWEEN = later.pattern(r"[^a-z0-9]+")
_LONGEST_KEY = 500
_FOLDERS = frozenset({"pwd", "oldpwd"})  # environment variables: where a shell is and was

_BRACKET = later.pattern(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+([{}\[\]])', re.DOTALL)
_TOKEN = later.pattern(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\]:,]|[^\s"{}\[\]:,]+', re.DOTALL)
_SETTINGS = later.pattern(rb"(?<!\\)(?:" + b"|".join(_FACETS) + rb")\s*:\s*(?=[{\[])")
# A key that looks like a secret has one of these in it.
_WORDS = (b"pass", b"pwd", b"secret", b"credential", b"key", b"token", b"connectionstring", b"authorization")
_SMALL = bytes(range(256)).lower()
_ODD = bytes(sorted(set(range(128)) - set(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")))
_PLAN = later.pattern(rb'(?<!\\)"spark\.logicalPlan"\s*:\s*(?=[{\["])')
_AFTER_STRING = later.pattern(rb'(?:[^"\\]|\\.)*+"\s*(?P<colon>:)?', re.DOTALL)

_SLASHES = rb":(?:\\?/){2}"
_AUTHORITY = rb"[^\s\"'\\/?#<>]"
_CREDENTIALS = later.pattern(
    rb"https?" + _SLASHES + rb"(?P<web>" + _AUTHORITY + rb"+)@"  # a token alone is a credential here
    rb"|" + _SLASHES + rb"(?P<user>[^\s\"'\\/?#<>:@]*+:" + _AUTHORITY + rb"*)@"
    rb"|oracle:(?:thin|oci8?):(?P<oracle>[^\s\"'\\/@:]++\\?/[^\s\"'\\@]*+)@"
)  # fmt: skip
_ADDRESS = later.pattern(_SLASHES + rb"(?:[^\s\"'\\<>]|\\[/u])*+")
_PARAMETER = later.pattern(rb"[?&;6](?:(?<!6)|(?<=\\u0026))(?P<key>[\w.\-]*+)=(?P<value>(?:[^\s\"'\\&;#<>]|\\/)++)")
# What stands before a parameter; a pattern that begins with a letter is looked for many times faster.
_MARKS = tuple((sign, later.pattern(re.escape(sign) + rb"[\w.\-]*+=")) for sign in (b"?", b"&", b";", b"u0026"))
_INLINE = later.pattern(rb"(?<![\w.\-])(?P<key>[\w.\-]++)=(?P<value>[^\s\"'\\&;,]++)")


class _Span(NamedTuple):
    start: int
    end: int
    blot: bytes


def redact(raw: bytes) -> bytes:
    """Return ``raw`` without its secrets; the same object where there are none."""
    settings = any(name in raw and _may_have(raw, name) for name in _FACETS)
    marked = b"=" in raw and any(sign in raw and mark.search(raw) is not None for sign, mark in _MARKS)
    addresses = b"@" in raw or marked
    if not (settings or addresses):
        return raw
    spans = _in_settings(raw) if settings else []
    if addresses:
        spans += _outside_plans(raw, _outside_keys(raw, _in_addresses(raw)))
    return _blotted(raw, spans) if spans else raw


def looks_secret(key: str) -> bool:
    """Whether the value of something called ``key`` had better not be seen; its first 500 characters decide."""
    return _looks_secret(key[:_LONGEST_KEY])


@lru_cache(4096)
def _looks_secret(key: str) -> bool:
    plain = _BETWEEN.sub("", key.lower())
    return plain not in _FOLDERS and _LOOKS.search(plain) is not None


def _may_have(raw: bytes, name: bytes) -> bool:
    """Whether some key in what follows ``name`` may look like a secret; what is written in an unusual way may."""
    done = 0
    for start in _starts(raw, name):
        if start < done:
            continue
        done = _closed(raw, start)
        value = raw[start:done]
        if b"\\u" in value or not value.isascii():
            return True
        plain = value.translate(_SMALL, _ODD)
        if any(word in plain for word in _WORDS):
            return True
    return False


def _closed(raw: bytes, start: int) -> int:
    """Return where the first object or array after ``start`` ends; the end of ``raw`` where it does not."""
    depth = 0
    while hit := _BRACKET.match(raw, start):
        start = hit.end()
        depth += 1 if hit[1] in b"{[" else -1
        if depth <= 0:
            return start
    return len(raw)


def _blotted(raw: bytes, spans: list[_Span]) -> bytes:
    parts, done = [], 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= done:
            parts += [raw[done : span.start], span.blot]
        done = max(done, span.end)
    return b"".join([*parts, raw[done:]])


def _in_addresses(raw: bytes) -> list[_Span]:
    """Return the credentials in addresses, in order."""
    found = []
    for hit in _CREDENTIALS.finditer(raw):
        start, end = hit.span(hit.lastgroup or 0)
        if raw[start:end] != BLOT:
            found.append(_Span(start, end, BLOT))
    for address in _ADDRESS.finditer(raw):
        found += [_Span(*hit.span("value"), BLOT) for hit in _PARAMETER.finditer(raw, *address.span()) if _tells(hit)]
    return sorted(found)


def _tells(hit: re.Match[bytes]) -> bool:
    return hit["value"] != BLOT and looks_secret(hit["key"].decode("utf-8", "replace"))


def _outside_keys(raw: bytes, spans: list[_Span]) -> Iterator[_Span]:
    """Yield those of ``spans`` that lie in a string which is a value; ``spans`` are in order."""
    end, is_value = 0, True
    for span in spans:
        if span.end > end:
            rest = _AFTER_STRING.match(raw, span.end)
            end, is_value = (rest.end(), rest["colon"] is None) if rest else (len(raw), True)
        if is_value:
            yield span


def _outside_plans(raw: bytes, spans: Iterator[_Span]) -> Iterator[_Span]:
    """Yield those of ``spans`` that do not lie in a logical plan; ``spans`` are in order."""
    plan, start, end = _PLAN.search(raw), 0, 0
    for span in spans:
        while plan and end <= span.start:
            start, end = plan.end(), _end(raw, plan.end())
            plan = _PLAN.search(raw, end)
        if not start <= span.start < end:
            yield span


def _end(raw: bytes, start: int) -> int:
    """Return where the JSON value that begins at ``start`` ends."""
    depth = 0
    for token in _TOKEN.finditer(raw, start):
        depth += (token[0] in b"{[") - (token[0] in b"}]")
        if depth <= 0:
            return token.end()
    return len(raw)


class _Frame:
    """An object or array that is being read."""

    __slots__ = ("hidden", "is_object", "key", "names_secret", "sink", "values", "wants_key")

    def __init__(self, *, is_object: bool, hidden: bool, sink: list[_Span] | None) -> None:
        self.is_object = is_object
        self.hidden = hidden  # everything in it is to be blotted out
        self.sink = sink  # where its leaves wait for the name of the setting whose value they are
        self.key = ""
        self.wants_key = is_object
        self.names_secret = False
        self.values: list[_Span] = []  # what stands under ``value``

    def inner(self, *, is_object: bool) -> "_Frame":
        """Return the frame of a value of this one."""
        sink = self.values if self.key == _VALUE else self.sink
        return _Frame(is_object=is_object, hidden=self.hidden or looks_secret(self.key), sink=sink)


def _in_settings(raw: bytes) -> list[_Span]:
    found: list[_Span] = []
    done = 0
    for start in sorted(start for name in _FACETS for start in _starts(raw, name)):
        hit = _SETTINGS.match(raw, start) if start >= done else None
        if hit:
            done = _walk(raw, hit.end(), found)
    return found


def _starts(raw: bytes, name: bytes) -> Iterator[int]:
    at = raw.find(name)
    while at >= 0:
        yield at
        at = raw.find(name, at + 1)


def _walk(raw: bytes, start: int, found: list[_Span]) -> int:
    """Add the secrets in the value that begins at ``start``; return where it ends."""
    frames: list[_Frame] = []
    for token in _TOKEN.finditer(raw, start):
        text = token[0]
        frame = frames[-1] if frames else None
        if text in (b"{", b"["):
            is_object = text == b"{"
            frames.append(
                frame.inner(is_object=is_object) if frame else _Frame(is_object=is_object, hidden=False, sink=None)
            )
        elif frame is None:
            break
        elif text in (b"}", b"]"):
            frames.pop()
            found += frame.values if frame.names_secret else []
            if not frames:
                return token.end()
        elif text in (b",", b":"):
            frame.wants_key = frame.is_object and text == b","
        elif frame.wants_key:
            frame.key = _text(text)
        else:
            _leaf(frame, token, found)
    return len(raw)


def _leaf(frame: _Frame, token: re.Match[bytes], found: list[_Span]) -> None:
    text = token[0]
    if text in _HARMLESS:
        return
    span = _Span(*token.span(), _QUOTED)
    if frame.key in _NAMES and looks_secret(_text(text)):
        frame.names_secret = True
    if frame.hidden or looks_secret(frame.key):
        found.append(span)
        return
    if frame.key == _VALUE:
        frame.values.append(span)
    elif frame.sink is not None:
        frame.sink.append(span)
    found += [_Span(token.start() + hit.start("value"), token.start() + hit.end("value"), BLOT)
              for hit in _INLINE.finditer(text) if _tells(hit)]  # fmt: skip


def _text(token: bytes) -> str:
    try:
        return str(msgspec.json.decode(token))
    except (msgspec.MsgspecError, ValueError):
        return token.decode("utf-8", "replace")
