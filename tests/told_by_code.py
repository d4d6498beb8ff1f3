"""Column edges that the text of a script tells of, as tests ask for them.

Enters: events that a script left. Leaves: the edges of one output with provenance ``code``.
"""

from collections.abc import Callable
from typing import Any

Script = Callable[..., list[dict[str, Any]]]
Edges = dict[str, set[tuple[str, str, str, float]]]

BEGIN = 'import driftline\ndriftline.watch("job")\nimport pandas as pd\n'
DATA = """\
pd.DataFrame({"id": range(60), "spend": [n * 1.5 % 97 for n in range(60)], "tenure": [n % 13 + 1 for n in range(60)],
              "plan": ["abc"[n % 3] for n in range(60)]}).to_csv("customers.csv", index=False)
"""


def edges(events: list[dict[str, Any]], name: str) -> Edges:
    """Edges of the code into an output, as the last event tells them: by column, (source column, kind, confidence).

    A run that lasts longer than a second has told some of it before.
    """
    *_, output = [one for event in events for one in event.get("outputs", ()) if one["name"] == name]
    facet = output["facets"].get("columnLineage", {"fields": {}})
    found: Edges = {}
    for column, known in (*facet["fields"].items(), ("", {"inputFields": facet.get("dataset", ())})):
        for source in known["inputFields"]:
            for way in source["transformations"]:
                if way.get("provenance") == "code":
                    one = (source["name"], source["field"], way["subtype"], way.get("confidence", 1.0))
                    found.setdefault(column, set()).add(one)
    return found
