"""The explanation: from a symptom to ranked causes, what else is hit, and what it cost. Pure: no clock, no store."""

from driftline.cause.money import Period, cost
from driftline.cause.rank import Ranking, rank
from driftline.cause.scene import Scene

__all__ = ["Period", "Ranking", "Scene", "cost", "rank"]
