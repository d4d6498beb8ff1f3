"""Questions asked in Python, answered from a store in this process.

Enters: the parameters of an HTTP address, as texts. Leaves: the record that the address would answer with. Named in
``driftline.capture.runs.ask``, which loads it by that name.
"""

from collections.abc import Callable, Mapping
from typing import Any

from driftline.config import Settings
from driftline.engine import spooled
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event.lineage import Subgraph
from driftline.event.report import Answers, Difference, Explanation, Impact, Selected


class LocalMemory:
    """An engine that answers questions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def ask(self, what: str, asked: Mapping[str, Any]) -> Any:
        """Return the record that answers a question."""
        answers: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "graph": self._graph,
            "path": self._path,
            "diff": self._diff,
            "select": self._select,
            "impact": self._impact,
            "why": self._why,
            "answers": self._answers,
        }
        return answers[what](asked)

    def close(self) -> None:
        """Let go of the store."""
        self.engine.close()

    def _graph(self, asked: Mapping[str, str]) -> Subgraph:
        moment, limit = self.engine.moment(asked["as_of"]), int(asked["limit"])
        if asked["select"]:
            return self.engine.among(asked["select"], exclude=asked["exclude"], as_of_us=moment, limit=limit)
        if not asked["node"] and asked["view"] in ("union", "last"):
            raise BadInput("no node was named", hint="Name one, or several with select=.")
        return self.engine.lineage(
            self._node(asked["node"]),
            up=asked["direction"] != "down",
            down=asked["direction"] != "up",
            depth=int(asked["depth"]),
            columns=asked["columns"] == "true",
            as_of_us=moment,
            view=asked["view"],
            roll_up="parent" if asked["roll_up"] == "parent" else "root" if asked["roll_up"] == "root" else "task",
            hide_inner=asked["hide_inner"] == "true",
            limit=limit,
        )

    def _path(self, asked: Mapping[str, str]) -> Subgraph:
        start, end = self._node(asked["start"]), self._node(asked["end"])
        moment = self.engine.moment(asked["as_of"])
        return self.engine.path(start, end, as_of_us=moment, columns=asked["columns"] == "true")

    def _diff(self, asked: Mapping[str, str]) -> Difference:
        since = self.engine.moment(asked["since"])
        if since is None:
            raise BadInput("a difference needs the moment to begin at", hint="Say it with since=.")
        return self.engine.diff(
            self._node(asked["node"]),
            since_us=since,
            until_us=self.engine.moment(asked["until"]),
            depth=int(asked["depth"]),
            limit=int(asked["limit"]),
        )

    def _select(self, asked: Mapping[str, str]) -> Selected:
        moment = self.engine.moment(asked["as_of"])
        limit = int(asked["limit"])
        return self.engine.select(asked["selector"], exclude=asked["exclude"], as_of_us=moment, limit=limit)

    def _impact(self, asked: Mapping[str, str]) -> Impact:
        return self.engine.touched_by(asked["node"])

    def _why(self, asked: Mapping[str, str]) -> Explanation:
        return self.engine.why(asked["id"])

    def _answers(self, asked: Mapping[str, str]) -> Answers:
        found = self.engine.answers(
            endpoint=asked["endpoint"],
            document=asked["document"],
            node=self._node(asked["node"]),
            since_us=self.engine.moment(asked["since"]),
            until_us=self.engine.moment(asked["until"]),
            limit=int(asked["limit"]),
            before=asked["before"],
        )
        return Answers(answers=tuple(found))

    def _node(self, text: str) -> str:
        return self.engine.resolve(text) if text else ""


def open_memory(settings: Settings) -> LocalMemory:
    """Return the store of ``settings``, to be asked; what any process recorded in it is worked out first.

    Raises:
        StoreUnusable: there is none, or it cannot be opened.
    """
    engine = Engine.open(settings, create=spooled.left(settings))
    engine.catch_up()
    return LocalMemory(engine)
