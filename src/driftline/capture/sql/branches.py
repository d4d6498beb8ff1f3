"""Conditions that decide whether, and how often, the statements of a script run: IF, CASE, WHILE, FOR, LOOP with FETCH.

Enters: the words of a script, part by part. Leaves: what the next statement stands under: the words of conditions, and
the names of rows for each of which it runs. What these look at decides whether, and which, rows come at all; so
does what leaves a loop (``EXIT WHEN``, ``LEAVE``, ``UNTIL``) for all of its next turn. ``RETURN`` is not followed.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from driftline.capture.sql.tokens import Words, held, said

BY_WORDS = frozenset(["tsql", "fabric"])  # where a condition has no THEN, and holds for one statement or a block
_BEFORE = frozenset(["BEGIN", "THEN", "ELSE", "LOOP", "DO", ":", ";"])  # an IF that is a statement
_STARTED = _BEFORE | {">"}  # a loop, which may have a label, <<l>>
_FETCHED = frozenset(["FOUND", "NOTFOUND", "FETCH_STATUS"])  # whether a row was fetched
_ASKS = _FETCHED | {"ROWCOUNT", "ROW_COUNT", "SQLROWCOUNT", "SQLFOUND"}  # or found, by what was run last
_NAMED = frozenset(["TABLE", "VIEW", "PROCEDURE", "PROC", "FUNCTION", "SCHEMA", "DATABASE", "INDEX", "TRIGGER"])
_BEGIN = frozenset(  # the first word of a statement
    ["BEGIN", "IF", "WHILE", "INSERT", "UPDATE", "DELETE", "SELECT", "MERGE", "TRUNCATE", "CREATE", "DROP", "ALTER",
     "WITH", "DECLARE", "SET", "PRINT", "RETURN", "EXEC", "EXECUTE", "RAISERROR", "THROW", "BREAK", "CONTINUE", "GOTO",
     "COMMIT", "ROLLBACK", "SAVE", "OPEN", "FETCH", "CLOSE", "DEALLOCATE", "USE", "WAITFOR", "BULK", "GRANT", "REVOKE",
     "DENY"]
)  # fmt: skip
_NO_BLOCK = frozenset(["TRAN", "TRANSACTION", "DISTRIBUTED", "DIALOG", "CONVERSATION"])
_ENDED = frozenset(["IF", "WHILE", "LOOP", "FOR", "CASE", "REPEAT"])  # what END names
_LABELLED = frozenset(["BEGIN", "LOOP", "WHILE", "REPEAT", "FOR"])
_LEAVING = frozenset(["EXIT", "LEAVE", "BREAK", "CONTINUE", "ITERATE"])  # a loop, or this turn of it
_ENDING = frozenset(["EXIT", "LEAVE", "BREAK"])  # all of its turns
_STEERING = _LEAVING | {"IF", "ELSIF", "ELSEIF", "WHILE", "FOR", "FOREACH", "LOOP", "REPEAT", "UNTIL", "FETCH"}
_WITHIN = _STEERING | {"BEGIN", "END"}
_STEERING_BY_WORDS = _WITHIN | _BEGIN | {"ELSE"}
_NEAR = 8  # words between FETCH and INTO, as in FETCH RELATIVE 2 FROM GLOBAL c INTO
_MOST = 50  # conditions of one statement, which nobody writes


class Condition(NamedTuple):
    """What decides: a value, in words; the rows that a name stands for; whether the query before found any."""

    words: list[Any]
    of: Literal["value", "rows", "found"] = "value"
    since: int = -1  # where in the text the branches begin that it is one of; -1 = where it stands itself


class Opened:
    """What holds from here on: a block, or the next statement; under conditions, or under none."""

    def __init__(self, conditions: list[Condition], waits: str, of: str = "") -> None:
        self.conditions = conditions
        self.waits = waits  # for the next "statement", for its "end", for the "END" of a block
        self.of = of  # "CASE", "LOOP" for whatever repeats
        self.blocks = 0  # that began and did not end within it
        self.since = -1  # where in the text it begins
        self.again: list[Condition] = []  # values by which the next turn of a loop comes


class Branches:
    """The conditions around where a script is read."""

    def __init__(self, dialect: str, around: Sequence[list[Any]] = ()) -> None:
        self._by_words = dialect in BY_WORDS
        self.all_under = bool(around)  # conditions, until the body ends
        self._open = [Opened([Condition(words) for words in around], "END")] if around else []
        self._read: tuple[list[Any], Words] = ([], Words(()))
        self._place = 0
        self._depth = self._cases = 0
        self._headed: dict[int, tuple[list[Condition], bool]] = {}  # where a loop begins; it asks before each turn
        self._fetched: Condition | None = None  # the rows of the cursor that was asked last
        self._found = False  # it was asked after the last statement

    def begun(self, tokens: list[Any]) -> None:
        """Note that a part of the script begins."""
        steered = not self._steering().isdisjoint(held(tokens))
        self._read = tokens, said(tokens) if steered else Words(())
        self._place = self._depth = self._cases = 0
        self._headed = {}

    def _steering(self) -> frozenset[str]:
        """The words without one of which nothing here changes."""
        return _STEERING_BY_WORDS if self._by_words else _WITHIN if self._open else _STEERING

    def opened(self, tokens: list[Any]) -> list[Any]:
        """Return words without a label before a loop or a block, and without ``CASE … WHEN … THEN`` before a statement.

        What these look at is noted.
        """
        first = [token.text.upper() for token in tokens[:2]]
        if first[:1] not in (["CASE"], ["WHEN"]) and first[1:] != [":"]:
            return tokens
        words = Words(token.text.upper() for token in tokens)
        start = 0
        while start < len(words):
            if words[start + 1 : start + 2] == [":"] and words[start + 2 : start + 3] and words[start + 2] in _LABELLED:
                start += 2
            elif words[start] not in ("CASE", "WHEN") or not (then := _own(words, start, "THEN")):
                break
            else:
                when = _own(words, start, "WHEN") if words[start] == "CASE" else start
                if words[start] == "CASE":
                    self._open.append(Opened(self._of(tokens[start + 1 : when]), "END", "CASE"))
                if self._open and self._open[-1].of == "CASE" and not self._open[-1].blocks:
                    self._open[-1].conditions += self._of(tokens[when + 1 : then])
                start = then + 1
        return tokens[start:] if start else tokens

    def statement(self, start: int) -> None:
        """Note that a statement begins at ``start``."""
        self.passed(start)
        self._found = False
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
            if word == "FETCH":
                self._fetch(tokens, words, place)
            if word == "CASE" and words[place - 1 : place] != ["END"]:
                self._cases += 1
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

    def loops(self) -> tuple[Opened, ...]:
        """Return the loops here, the outermost first."""
        return tuple(one for one in self._open if one.of == "LOOP")

    def _then(self, tokens: list[Any], words: Words, place: int) -> None:
        word, before = words[place], words[place - 1] if place else ";"
        if before == "END" and word in _ENDED:
            del self._open[-1:]
        elif (word == "IF" and before in _BEFORE) or word in ("ELSIF", "ELSEIF"):
            end = words.after(place, "THEN")
            if end is None:
                return
            if word == "IF":
                self._open.append(Opened([], "END"))
                self._open[-1].since = tokens[place].start
            if self._open:
                more = self._of(tokens[place + 1 : end])
                self._open[-1].conditions += [one._replace(since=self._open[-1].since) for one in more]
        elif word in ("WHILE", "FOR", "FOREACH") and before in _STARTED:
            end = words.after(place, "LOOP", "DO")
            if end is not None:
                self._headed[end] = self._heading(tokens[place:end], words[place:end]), word == "WHILE"
        elif place in self._headed or (word in ("LOOP", "REPEAT") and before in _STARTED):
            conditions, each = self._headed.get(place, ([], False))
            self._loop(Opened(conditions, "END", "LOOP"), conditions if each else [])
        elif word == "UNTIL" and self.loops():
            self._turned(self.loops()[-1], self._of(tokens[place + 1 : words.after(place, "END")]))
        elif word in _LEAVING and before in _BEFORE:
            self._leave(tokens, words, place)
        elif self._open:
            self._block(word, _after(words, place))

    def _loop(self, loop: Opened, each: list[Condition]) -> None:
        """Note a loop that begins, and what it asks before each turn."""
        self._open.append(loop)
        self._turned(loop, each)

    def _turned(self, loop: Opened, conditions: list[Condition]) -> None:
        loop.again += [one for one in conditions if one.of == "value" and one not in loop.again]

    def _block(self, word: str, after: str) -> None:
        """Count what begins and ends within the innermost branch; END alone ends a CASE of Snowflake, too."""
        around = self._open[-1]
        if word == "BEGIN" and after not in _NO_BLOCK:
            around.blocks += 1
        elif word == "END" and after not in _ENDED:
            if not around.blocks and around.of == "CASE":
                self._open.pop()
            around.blocks = max(around.blocks - 1, 0)

    def _heading(self, tokens: list[Any], words: list[str]) -> list[Condition]:
        """What a loop stands under: ``WHILE v``, ``FOR r IN …``, ``FOR i IN 1 .. v``, ``FOREACH e IN ARRAY v``."""
        if words[0] == "WHILE":
            return self._of(tokens[1:])
        if words[0] == "FOREACH":
            return self._of(tokens[words.index("ARRAY") + 1 :]) if "ARRAY" in words else []
        if words[2:3] != ["IN"]:
            return []
        ranges = [end for end in range(4, len(words)) if words[end] == "." and words[end - 1][-1:] == "."]
        return self._of(tokens[ranges[0] + 1 :]) if ranges else [Condition([tokens[1]], "rows")]

    def _of(self, tokens: list[Any]) -> list[Condition]:
        """The condition that words are; one that asks whether there was a row is about what was asked last."""
        words = said(tokens)
        if not tokens:
            return []
        if words[1:2] == ["%"] and words[0] != "SQL" and not _FETCHED.isdisjoint(words):
            return [Condition(tokens[:1], "rows")]
        if self._found and self._fetched is not None and "SQL" not in words and not _FETCHED.isdisjoint(words):
            return [self._fetched]
        if not _ASKS.isdisjoint(words):
            return [Condition(tokens, "found")]
        return [Condition(tokens)]

    def _fetch(self, tokens: list[Any], words: Words, place: int) -> None:
        """``FETCH c INTO …``: what follows in a loop runs once for each row of the cursor."""
        into = words.after(place, "INTO")
        if into is None or not 1 < into - place <= _NEAR:
            return
        self._fetched, self._found = Condition([tokens[into - 1]], "rows"), True
        around = next((one for one in reversed(self._open) if one.of == "LOOP"), None)
        if around is not None and all(tokens[into - 1].text != one.words[0].text for one in around.conditions):
            around.conditions.append(self._fetched)

    def _leave(self, tokens: list[Any], words: Words, place: int) -> None:
        """``EXIT WHEN v``, ``IF v THEN LEAVE l``: what follows in a loop runs only where that did not leave it."""
        loop = next((at for at in reversed(range(len(self._open))) if self._open[at].of == "LOOP"), None)
        if loop is None:
            return
        when = words.after(place, "WHEN")
        under = [one for inner in self._open[loop + 1 :] for one in inner.conditions]
        held = self._open[loop].conditions
        found = [*under, *(self._of(tokens[when + 1 :]) if when is not None else [])]
        held += [one for one in found if one.of == "value" and one not in held]
        if words[place] in _ENDING:
            self._turned(self._open[loop], found)

    def _word(self, tokens: list[Any], words: Words, place: int) -> None:
        word, after = words[place], _after(words, place)
        waits = self._open[-1].waits if self._open else ""
        if word in ("BREAK", "CONTINUE"):
            self._leave(tokens, words, place)
        if word in ("IF", "WHILE") and not (word == "IF" and place and words[place - 1] in _NAMED):
            if waits == "end":
                self._close()
            condition = self._of(tokens[place + 1 : _behind(words, place + 1)])
            opened = Opened(condition, "statement", "LOOP" if word == "WHILE" else "")
            self._loop(opened, condition if word == "WHILE" else [])
        elif word == "BEGIN" and after not in _NO_BLOCK:
            if waits == "statement":
                self._open[-1].waits = "END"
            else:
                self._close()
                self._open.append(Opened([], "END"))
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


def _own(words: Words, start: int, word: str) -> int:
    """Where ``word`` of the CASE or WHEN at ``start`` stands, past what stands in it; 0 where nowhere."""
    cases = 0
    for place in range(start + 1, len(words)):
        if words[place] == word and not cases:
            return place
        cases += (words[place] == "CASE") - (words[place] == "END")
    return 0


def _after(words: Words, place: int) -> str:
    return words[place + 1] if place + 1 < len(words) else ""


def _behind(words: Words, place: int) -> int:
    """Where the condition ends that begins at ``place``."""
    depth = 0
    while place < len(words):
        depth += (words[place] == "(") - (words[place] == ")")
        if depth <= 0 and words[place] in _BEGIN:
            break
        place += 1
    return place
