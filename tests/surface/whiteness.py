"""Whether a frame's noise is N(0, 1) and white: what sampling that is not exact fails in one place or another."""

from __future__ import annotations

import numpy as np
from scipy import stats

LAGS = [(dy, dx) for dy in range(5) for dx in range(-4, 5) if (dy, dx) > (0, 0)]
SIGMAS = 4.5


def variance_p(xi: np.ndarray) -> float:
    """How likely noise N(0, 1) is to have a sum of squares as far from its mean, in (0, 1)."""
    square = (xi.astype(np.float64) ** 2).sum()
    return float(2 * min(stats.chi2.cdf(square, xi.size), stats.chi2.sf(square, xi.size)))


def normal_p(xi: np.ndarray) -> float:
    """The same of the greatest distance from the normal distribution: Kolmogorov and Smirnov."""
    return float(stats.kstest(xi.ravel(), "norm").pvalue)


def correlated_lags(xi: np.ndarray) -> list[tuple[int, int]]:
    """The lags up to 4 at which (channels, height, width) correlates with itself by more than chance."""
    return [lag for lag in LAGS if abs(_autocorrelation(xi, *lag)) > 1]


def channel_correlation(xi: np.ndarray) -> float:
    """The greatest between two channels, in standard errors."""
    correlation = np.corrcoef(xi.reshape(len(xi), -1)) - np.eye(len(xi))
    return float(abs(correlation).max() * np.sqrt(xi[0].size))


def flaws(xi: np.ndarray) -> list[str]:
    """What is not as it should be."""
    checks = {
        "variance": variance_p(xi) < 1e-4,
        "distribution": normal_p(xi) < 1e-4,
        "neighbours": bool(correlated_lags(xi)),
        "channels": channel_correlation(xi) > SIGMAS,
        "repetition": len(np.unique(xi)) < 0.999 * xi.size,
    }
    return [name for name, is_wrong in checks.items() if is_wrong]


def _autocorrelation(xi: np.ndarray, dy: int, dx: int) -> float:
    """In units of what chance allows."""
    height, width = xi.shape[1:]
    here = xi[:, : height - dy, max(0, -dx) : width - max(0, dx)]
    there = xi[:, dy:, max(0, dx) : width + min(0, dx)]
    return float((here * there).mean() * np.sqrt(here.size) / SIGMAS)
