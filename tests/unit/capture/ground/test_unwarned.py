"""Warnings of what we do ourselves, beside those of others."""

import warnings
from typing import Any

import pytest

from driftline.capture.ground import unwarned


def warn_in(module: str) -> None:
    names: dict[str, Any] = {"__name__": module, "warnings": warnings}
    exec("warnings.warn(__name__)", names)


@pytest.mark.parametrize("way", ["always", "error"])
def test_only_warnings_that_name_us_are_not_told(way: Any) -> None:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter(way)
        before = list(warnings.filters)
        with unwarned.unwarned():
            warn_in("driftline.capture.tables.formats")
            compile("1 is 1", unwarned.TEXT, "exec")
            if way == "error":
                with pytest.raises(UserWarning):
                    warn_in("driftlines")
            else:
                warn_in("driftlines")
        assert warnings.filters == before
    assert [str(one.message) for one in found] == (["driftlines"] if way == "always" else [])


def test_filters_that_another_thread_has_removed_stay_removed() -> None:
    with warnings.catch_warnings():
        with unwarned.unwarned():
            warnings.resetwarnings()
        assert not warnings.filters
