"""Conditions that decide whether the statements of a script run: ``IF … THEN``, ``ELSIF``, ``WHILE`` and T-SQL's IF.

Enters: the words of a script, part by part. Leaves: the words of the conditions that the next statement stands under.
What they look at decides whether the statement's rows come at all. A script that leaves by ``RETURN`` is not followed.
"""

from typing import Any

from driftline.capture.sql.tokens import Words, said

BY_WORDS = frozenset(["tsql", "fabric"])  # where a condition has no THEN, and holds for one statement or a block
_BEFORE = frozenset(["BEGIN", "THEN", "ELSE", "LOOP", "DO", ":", ";"])  # an IF that is a statement
_NAMED = frozenset(["TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "SCHEMA", "DATABASE", "INDEX", "TRIGGER"])
_BEGIN = frozenset(  # the first word of a statement
    ["BEGIN", "IF", "WHILE", "INSERT", "UPDATE", "DELETE", "SELECT", "MERGE", "TRUNCATE", "CREATE", "DROP", "ALTER",
     "WITH", "DECLARE", "SET", "PRINT", "RETURN", "EXEC", "EXECUTE", "RAISERROR", "THROW", "BREAK", "CONTINUE", "GOTO",
     "COMMIT", "ROLLBACK", "SAVE", "OPEN", "FETCH", "CLOSE", "DEALLOCATE", "USE", "WAITFOR", "BULK", "GRANT", "REVOKE",
     "DENY"]
)  # fmt: skip
_NO_BLOCK = frozenset(["TRAN", "TRANSACTION", "DISTRIBUTED", "DIALOG", "CONVERSATION"])
_MOST = 50  # conditions of one statement, which nobody writes

Condition = list[Any]  # words


class _Open:
    """What holds from here on: a block, or the next statement; under conditions, or under none."""

    def __init__(self, conditions: list[Condition], waits: str) -> None:
        self.conditions = conditions
        self.waits = waits  # for the next "statement", for its "end", for the "END" of a block


class Branches:
    """The conditions around where a script is read."""

    def __init__(self, dialect: str) -> None:
        self._by_words = dialect in BY_WORDS
        self._open: list[_Open] = []
        self._read: tuple[list[Any], Words] = ([], Words(()))
        self._place = 0
        self._depth = self._cases = 0

    def begun(self, tokens: list[Any]) -> None:
        """Note that a part of the script begins."""
        self._read = tokens, said(tokens)
        self._place = self._depth = self._cases = 0

    def statement(self, start: int) -> None:
        """Note that a statement begins at ``start``."""
        self.passed(start)
        if self._by_words:
            self._close()
            if self._open and self._open[-1].waits == "statement":
                self._open[-1].waits = "end"

    def passed(self, end: int | None = None) -> None:
        """Note the words up to ``end``, or all that are left of the part."""
        tokens, words = self._read
        while self._place < (len(words) if end is None else min(end, len(words))):
            place, word = self._place, words[self._place]
            self._place += 1
            self._depth += (word == "(") - (word == ")")
            if self._depth > 0:
                continue
            if word == "CASE":
                self._cases += words[place - 1 : place] != ["END"]
            elif self._cases:
                self._cases -= word == "END"
            elif self._by_words:
                self._word(tokens, words, place)
            else:
                self._then(tokens, words, place)

    def known(self) -> list[Condition]:
        """Return the conditions here, the outermost first; of very many the last ones."""
        found = [condition for one in self._open[-_MOST:] for condition in one.conditions[-_MOST:]]
        return found[-_MOST:]

    def _then(self, tokens: list[Any], words: Words, place: int) -> None:
        word, before = words[place], words[place - 1] if place else ";"
        if word in ("IF", "WHILE") and before == "END":
            del self._open[-1:]
        elif (word in ("IF", "WHILE") and before in _BEFORE) or word in ("ELSIF", "ELSEIF"):
            end = words.after(place, *(("LOOP", "DO") if word == "WHILE" else ("THEN",)))
            if end is None or words[end] == "LOOP":  # whose end is that of a loop without a condition, too
                return
            if word in ("IF", "WHILE"):
                self._open.append(_Open([], "END"))
            if self._open:
                self._open[-1].conditions.append(tokens[place + 1 : end])

    def _word(self, tokens: list[Any], words: Words, place: int) -> None:
        word, after = words[place], words[place + 1] if place + 1 < len(words) else ""
        waits = self._open[-1].waits if self._open else ""
        if word in ("IF", "WHILE") and not (word == "IF" and place and words[place - 1] in _NAMED):
            if waits == "end":
                self._close()
            self._open.append(_Open([tokens[place + 1 : _behind(words, place + 1)]], "statement"))
        elif word == "BEGIN" and after not in _NO_BLOCK:
            if waits == "statement":
                self._open[-1].waits = "END"
            else:
                self._close()
                self._open.append(_Open([], "END"))
        elif word == "END":
            self._close()
            if self._open and self._open[-1].waits == "END":
                self._open[-1].waits = "end" if self._open[-1].conditions else "none"
        elif word == "ELSE" and waits == "end":
            self._open[-1].waits = "statement"
        elif word in _BEGIN and waits == "statement":  # one that changes no data
            self._open[-1].waits = "end"

    def _close(self) -> None:
        """Leave what holds no longer, now that another statement begins."""
        while self._open and self._open[-1].waits in ("end", "none"):
            self._open.pop()
            if self._open and self._open[-1].waits == "statement":  # IF a IF b …: that was it
                self._open[-1].waits = "end"


def _behind(words: Words, place: int) -> int:
    """Where the condition ends that begins at ``place``."""
    depth = 0
    while place < len(words):
        depth += (words[place] == "(") - (words[place] == ")")
        if depth <= 0 and words[place] in _BEGIN:
            break
        place += 1
    return place
