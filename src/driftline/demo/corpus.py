"""The refund policy as the desk sees it: pages, cut into passages, found by their words.

Enters: a folder of Markdown pages. Leaves: passages with their content hash, and an index that ranks them by BM25.
Nothing here knows what a passage means; the desk reads the numbers out of the text that it is given.
Source: Robertson and Zaragoza 2009, doi 10.1561/1500000019 (k1 = 1.2, b = 0.75).
"""

import math
import re
from collections import Counter
from functools import lru_cache
from importlib import resources
from pathlib import Path

import msgspec

from driftline.event import ids

APPROVED, STAGING = "corpus/approved", "corpus/staging"
_WORD = re.compile(r"[a-z]+|\d+")
_K1, _B = 1.2, 0.75
_IN_THE_MAKING = (
    ("more than 180 minutes", "more than 30 minutes"),
    ("free of charge", "at no cost"),
    ("the refund desk", "customer care"),
    ("within seven days", "within a week"),
    ("compensated", "made good"),
    ("We chose", "It was chosen"),
)
_DRAFTS = {
    "13-draft-rail.md": "# Rail and fly (draft)\n\n## Delays on the train\nTo be agreed with the railway.\n\n"
    "## Tickets for both\nOne ticket, one claim, one answer. Wording open.\n",
    "14-draft-lounge.md": "# Lounges (draft)\n\n## Waiting in the lounge\nFrom the second hour on. To be priced.\n",
}
_EDITS = (
    ("12-words.md", "Times are local times."),
    ("06-claims.md", "Please keep a copy."),
    ("10-baggage.md", "Photographs help."),
    ("07-deadlines.md", "The day of the flight is not counted."),
)


class Passage(msgspec.Struct, frozen=True):
    """One section of a page."""

    id: str  # such as 02-delay.md#1
    text: str
    hash: str  # of the text


class Index:
    """Passages with their word statistics."""

    def __init__(self, passages: tuple[Passage, ...]) -> None:
        self.passages = passages
        self._words = [Counter(words(passage.text)) for passage in passages]
        self._mean = sum(count.total() for count in self._words) / max(len(passages), 1)
        self._found = Counter(word for count in self._words for word in count)
        self.search = lru_cache(maxsize=256)(self._search)

    def _search(self, question: str, best: int = 2) -> tuple[tuple[Passage, float], ...]:
        """Return the ``best`` passages with their scores, best first; ties by passage id."""
        asked = set(words(question))
        scored = [
            (self._score(asked, count), passage) for count, passage in zip(self._words, self.passages, strict=True)
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        return tuple((passage, round(score, 4)) for score, passage in scored[:best])

    def _score(self, asked: set[str], count: Counter[str]) -> float:
        total = 0.0
        for word in sorted(asked & count.keys()):
            rarity = math.log(1 + (len(self.passages) - self._found[word] + 0.5) / (self._found[word] + 0.5))
            length = 1 - _B + _B * count.total() / self._mean
            total += rarity * count[word] * (_K1 + 1) / (count[word] + _K1 * length)
        return total


def words(text: str) -> list[str]:
    """Return the words and numbers of ``text`` in lower case."""
    return _WORD.findall(text.lower())


def publish(folder: Path) -> None:
    """Put the approved pages and the ones in the making into ``folder``."""
    for target in (APPROVED, STAGING):
        (folder / target).mkdir(parents=True, exist_ok=True)
    for page in approved():
        text = page["text"]
        (folder / APPROVED / page["id"]).write_text(text, "utf-8")
        for before, after in _IN_THE_MAKING:
            text = text.replace(before, after)
        (folder / STAGING / page["id"]).write_text(text, "utf-8")
    for name, text in _DRAFTS.items():
        (folder / STAGING / name).write_text(text, "utf-8")


def edit(folder: Path, edition: int) -> None:
    """Make an editorial change to one approved page: words only, no rule and no number."""
    page, sentence = _EDITS[edition % len(_EDITS)]
    file = folder / APPROVED / page
    file.write_text(f"{file.read_text('utf-8').rstrip()} {sentence}\n", "utf-8")


def approved() -> list[dict[str, str]]:
    """Return the approved pages as they were first published."""
    found = resources.files("driftline.demo").joinpath("policies").iterdir()
    rows = [{"id": page.name, "text": page.read_text("utf-8")} for page in found if page.name.endswith(".md")]
    return sorted(rows, key=lambda row: row["id"])


def pages(folder: Path) -> list[dict[str, str]]:
    """Return the pages of a folder as rows ``id`` and ``text``."""
    return [{"id": page.name, "text": page.read_text("utf-8")} for page in sorted(folder.glob("*.md"))]


def cut(documents: list[dict[str, str]]) -> tuple[Passage, ...]:
    """Cut pages at their second-level headings; the heading stays with its passage."""
    out = []
    for document in documents:
        for number, section in enumerate(document["text"].split("\n## ")[1:], start=1):
            text = section.strip()
            out.append(Passage(f"{document['id']}#{number}", text, ids.text(text)))
    return tuple(out)
