"""Comparison of metrics that two ways computed."""

from __future__ import annotations

import math
from dataclasses import astuple, fields

from freqtrade_riskkit.core.performance import Metrics


def assert_same(metrics: Metrics, others: Metrics) -> None:
    """Compare all of them to within rounding; what is undefined has to be so in both."""
    names = [field.name for field in fields(Metrics)]
    for name, value, expected in zip(names, astuple(metrics), astuple(others), strict=True):
        if expected is None or value is None:
            assert value is expected, name
        else:
            assert math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9), (name, value, expected)
