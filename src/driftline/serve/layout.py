"""Where the nodes of a graph stand when it is drawn: left to right along the lineage, with few crossings.

Enters: node ids and the links between them. Leaves: a place for each, ``x`` the column (0, 1, 2 …), ``y`` the
row in units of one node's height, centred per column. Pure and repeatable: the same graph gives the same
picture. Source: Sugiyama, Tagawa and Toda (1981): longest-path layers, barycentre sweeps; in small graphs
also dummy nodes along links that cross several columns, and exchanges of neighbours. A link that closes a
cycle is turned for layering.
"""

from collections.abc import Iterable, Sequence

SWEEPS = 8
SMALL = 150  # up to this many nodes, dummy nodes and exchanges are worth their time
_LINKS = 3 * SMALL  # … unless there are more links than this,
_DUMMIES = 4 * SMALL  # or they would need more dummy nodes than this
_EXCHANGES = 4

Point = tuple[float, float]
Neighbours = list[list[int]]


def place(nodes: Sequence[str], links: Iterable[tuple[str, str]]) -> dict[str, Point]:
    """Return the place of each of ``nodes``; links from or to other nodes and loops are passed over."""
    number = {node: index for index, node in enumerate(dict.fromkeys(nodes))}
    pairs = sorted({(number[a], number[b]) for a, b in links if a in number and b in number and a != b})
    pairs = _without_cycles(len(number), pairs)
    layer = _longest_path(len(number), pairs)
    dummies = sum(layer[b] - layer[a] - 1 for a, b in pairs)
    small = len(number) <= SMALL and len(pairs) <= _LINKS and dummies <= _DUMMIES
    if small:
        pairs, layer = _with_dummies(pairs, layer)
    rows = _ordered(pairs, layer, exchange=small)
    places: dict[int, Point] = {}
    for x, row in enumerate(rows):
        middle = (len(row) - 1) / 2
        for y, node in enumerate(row):
            places[node] = (float(x), y - middle)
    return {node: places[index] for node, index in number.items()}


def _adjacent(size: int, pairs: Iterable[tuple[int, int]]) -> tuple[Neighbours, Neighbours]:
    after: Neighbours = [[] for _ in range(size)]
    before: Neighbours = [[] for _ in range(size)]
    for a, b in pairs:
        after[a].append(b)
        before[b].append(a)
    return after, before


def _without_cycles(size: int, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Turn round every link that leads back to a node on the way to it (depth first, without recursion)."""
    after, before = _adjacent(size, pairs)
    state = bytearray(size)  # 0 = new, 1 = on the way, 2 = done
    turned: set[tuple[int, int]] = set()
    for start in sorted(range(size), key=lambda node: (len(before[node]) > 0, node)):
        if state[start]:
            continue
        state[start] = 1
        way = [(start, iter(after[start]))]
        while way:
            node, rest = way[-1]
            target = next(rest, None)
            if target is None:
                state[node] = 2
                way.pop()
            elif state[target] == 1:
                turned.add((node, target))
            elif not state[target]:
                state[target] = 1
                way.append((target, iter(after[target])))
    return sorted({(b, a) if (a, b) in turned else (a, b) for a, b in pairs})


def _longest_path(size: int, pairs: list[tuple[int, int]]) -> list[int]:
    """Return each node's column; a source stands right before the first node that it feeds."""
    after, before = _adjacent(size, pairs)
    missing = [len(sources) for sources in before]
    order = [node for node in range(size) if not missing[node]]
    layer = [0] * size
    for node in order:
        for target in after[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            missing[target] -= 1
            if not missing[target]:
                order.append(target)
    for node in reversed(order):
        if not before[node] and after[node]:
            layer[node] = min(layer[target] for target in after[node]) - 1
    return layer


def _with_dummies(pairs: list[tuple[int, int]], layer: list[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Split links over several columns into links over one, through nodes that are never shown."""
    layer = list(layer)
    short: list[tuple[int, int]] = []
    for a, b in pairs:
        last = a
        for column in range(layer[a] + 1, layer[b]):
            layer.append(column)
            short.append((last, len(layer) - 1))
            last = len(layer) - 1
        short.append((last, b))
    return short, layer


def _ordered(pairs: list[tuple[int, int]], layer: list[int], *, exchange: bool) -> list[list[int]]:
    """Return the nodes of each column from top to bottom."""
    rows: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for node, column in enumerate(layer):
        rows[column].append(node)
    after, before = _adjacent(len(layer), pairs)
    position = [0.0] * len(layer)
    for row in rows:
        _number(row, position)
    best, fewest = [list(row) for row in rows], _crossings(rows, after, position) if exchange else 0
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        beside = before if forward else after
        for row in rows if forward else reversed(rows):
            row.sort(key=lambda node: _barycentre(node, beside, position))
            _number(row, position)
        if exchange:
            _exchange(rows, before, after, position)
            count = _crossings(rows, after, position)
            if count < fewest:
                best, fewest = [list(row) for row in rows], count
    return best if exchange else rows


def _number(row: list[int], position: list[float]) -> None:
    middle = (len(row) - 1) / 2
    for index, node in enumerate(row):
        position[node] = index - middle


def _barycentre(node: int, beside: Neighbours, position: list[float]) -> float:
    near = beside[node]
    return sum(position[other] for other in near) / len(near) if near else position[node]


def _exchange(rows: list[list[int]], before: Neighbours, after: Neighbours, position: list[float]) -> None:
    """Swap neighbours in a column as long as that saves crossings."""
    for _ in range(_EXCHANGES):
        better = False
        for row in rows:
            for index in range(len(row) - 1):
                a, b = row[index], row[index + 1]
                saved = sum(
                    _pair(beside[a], beside[b], position) - _pair(beside[b], beside[a], position)
                    for beside in (before, after)
                )
                if saved > 0:
                    row[index], row[index + 1] = b, a
                    position[a], position[b] = position[b], position[a]
                    better = True
        if not better:
            return


def _pair(upper: list[int], lower: list[int], position: list[float]) -> int:
    """Return how often links of a node cross links of the one right below it."""
    return sum(position[a] > position[b] for a in upper for b in lower)


def _crossings(rows: list[list[int]], after: Neighbours, position: list[float]) -> int:
    return sum(
        _pair(after[a], after[b], position) for row in rows for index, a in enumerate(row) for b in row[index + 1 :]
    )
