"""A registry of features: functions with an entity, an owner and what they need."""

from dataclasses import dataclass
from typing import Callable

import pandas as pd


@dataclass(frozen=True)
class Feature:
    name: str
    entity: str
    compute: Callable[[pd.DataFrame], pd.Series]
    ttl_days: int = 2


FEATURES: dict[str, Feature] = {}


def feature(entity: str, ttl_days: int = 2):
    def register(function):
        FEATURES[function.__name__] = Feature(function.__name__, entity, function, ttl_days)
        return function

    return register


def build(frame: pd.DataFrame, entity: str) -> pd.DataFrame:
    wanted = [one for one in FEATURES.values() if one.entity == entity]
    parts = {one.name: one.compute(frame) for one in wanted}
    return pd.DataFrame(parts).rename_axis([entity, "day"]).reset_index()
