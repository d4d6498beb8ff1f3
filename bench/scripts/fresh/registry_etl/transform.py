import functools
import logging
import time

import pandas as pd

STEPS = {}
log = logging.getLogger(__name__)


def register(function):
    @functools.wraps(function)
    def timed(df, *args, **kwargs):
        start = time.perf_counter()
        result = function(df.copy(), *args, **kwargs)
        log.debug("%s took %.3f s", function.__name__, time.perf_counter() - start)
        return result

    STEPS[function.__name__] = timed
    return timed


@register
def snake_case(df):
    df.columns = [c.strip().lower().replace(" ", "_") for c in df.columns]
    return df


@register
def full_name(df):
    df["name"] = df.pop("first_name").str.capitalize().str.cat(df.pop("last_name"), sep=" ")
    return df


@register
def fill_zero(df, column):
    df[column] = df[column].fillna(0)
    return df


@register
def total_pay(df):
    df["total"] = df[["salary", "bonus"]].sum(axis=1)
    df["years"] = (pd.Timestamp("2024-01-01") - df["hired"]).dt.days / 365.25
    return df.drop(columns=["hired", "manager_id"])


@register
def drop_low(df, column):
    return df[df[column] > df[column].quantile(0.2)]


@register
def keep_paid(df):
    return df.loc[df["status"].isin({"paid", "shipped"})].drop(columns=["status", "note"])


@register
def amount(df):
    return df.eval("amount = quantity * unit_price * (1 - discount)")


@register
def month_of(df, column):
    df["month"] = pd.to_datetime(df[column]).dt.to_period("M").astype(str)
    return df
