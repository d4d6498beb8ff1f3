"""Walking level by level: what is reached from some places, within a depth and a number of places.

Enters: places with their distances, and what tells the edges beside places. Leaves: a ``Walk``. All places at one
distance are asked about together, each once, but for those that a course of time met in a further way. Never asks a
store itself.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from driftline.store.course import Course
from driftline.store.line import TOGETHER, Direction, Line, surer

Ask = Callable[[list[int]], Iterable[Line]]


class Walk(NamedTuple):
    """Places with their distance, the edges between them, and whether more were left out."""

    far: dict[int, int]
    lines: list[Line]
    truncated: bool
    course: Course | None = None  # of versions: by whose writing each was met


def walk(
    starts: dict[int, int], ask: Ask, direction: Direction, depth: int, limit: int, course: Course | None = None
) -> Walk:
    """Return what is reached from ``starts`` (each with its distance) within ``depth`` and ``limit`` places.

    A place that ``course`` met in a further way is asked about again.
    """
    far = dict(starts)
    lines: dict[tuple[int, int, int, str], Line] = {}
    waiting: dict[int, list[int]] = {}
    for place, distance in far.items():
        waiting.setdefault(distance, []).append(place)
    truncated = False
    while waiting:
        distance = min(waiting)
        places = [place for place in waiting.pop(distance) if far[place] == distance]
        if distance > depth:
            continue
        for at in range(0, len(places), TOGETHER):
            for line in ask(places[at : at + TOGETHER]):
                near, other = (line.target, line.source) if direction == "up" else (line.source, line.target)
                reached = far.get(near, distance) + line.hops
                if reached > depth:
                    continue
                if other not in far and len(far) >= limit:
                    truncated = True
                    continue
                key = (line.source, line.target, line.via, line.kind)
                if key not in lines or surer(line, lines[key]):
                    lines[key] = line
                if far.get(other, reached + 1) > reached:
                    far[other] = reached
                    waiting.setdefault(reached, []).append(other)
                elif course is not None and course.again(other):
                    waiting.setdefault(far[other], []).append(other)
    met = [line for line in lines.values() if line.source in far and line.target in far]
    return Walk(far, met, truncated, course)
