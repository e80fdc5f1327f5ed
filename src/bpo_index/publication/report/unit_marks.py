"""The drawings on cards of units: a strip a category, and a bar a contribution, as SVG of a tenth of a pixel."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

#: Width and height of a strip and of a bar, in pixels; the edges beside them, so that no mark is cut.
STRIP, BAR, HEIGHT = 260.0, 200.0, 20.0
_EDGE = 6.0


def draw_strip(
    row: Mapping[str, Any], means: tuple[float | None, float | None], ends: tuple[float, float], words: str
) -> str:
    """Return one category of a unit: its interval, its score, the mean of the others and of those of its region.

    Parameters
    ----------
    row
        Of the table `categories`.
    means
        Of the others, and of the others of the region; None: not compared.
    ends
        Of the axis, in score points.
    words
        What it shows, for those who do not see it.

    Returns
    -------
    str
        SVG; empty where there is no score.
    """
    if row["score"] is None:
        return ""

    def place(value: float) -> float:
        return _EDGE + (STRIP - 2 * _EDGE) * (value - ends[0]) / (ends[1] - ends[0])

    middle = HEIGHT / 2
    parts = [f'<path d="M{_EDGE:g} {middle:g}H{STRIP - _EDGE:g}"/>']
    if row["ci_low"] is not None and row["ci_high"] is not None:
        low, high = _write(place(row["ci_low"])), _write(place(row["ci_high"]))
        parts.append(f'<path class="interval" d="M{low} {middle:g}H{high}"/>')
    everybody, region = means
    if everybody is not None:
        parts.append(f'<path class="mean" d="M{_write(place(everybody))} 2V18"/>')
    if region is not None:
        parts.append(f'<path class="region" d="M{_write(place(region))} 5.5l4.5 4.5-4.5 4.5-4.5-4.5z"/>')
    x = place(row["score"])
    if row["score_bound"] is None:
        parts.append(f'<circle class="own" cx="{_write(x)}" cy="{middle:g}" r="4.5"/>')
    else:  # a bound: an arrow to where the score lies
        turn = 5 if "least" in row["score_bound"] else -5
        parts.append(f'<path class="own" d="M{_write(x - turn)} 5L{_write(x + turn)} 10L{_write(x - turn)} 15z"/>')
    return _wrap("strip", STRIP, parts, words)


def draw_bar(row: Mapping[str, Any], reach: float) -> str:
    """Return one contribution: a bar from zero, to the left where it is below, with its interval and a line at zero.

    Parameters
    ----------
    row
        Of the table `neighbours`.
    reach
        Points at either end of the axis.

    Examples
    --------
    >>> row = {"contribution": -2.5, "ci_low": -4.0, "ci_high": -1.0, "is_distinct": True}
    >>> 'd="M53 4H100V16H53z"' in draw_bar(row, 5.0), 'd="M24.8 7v6m0-3H81.2m0-3v6"' in draw_bar(row, 5.0)
    (True, True)
    """
    zero, scale = BAR / 2, (BAR / 2 - _EDGE) / reach
    end = _write(zero + scale * row["contribution"])
    kind = "distinct" if row["is_distinct"] else "open"
    parts = [f'<path class="{kind}" d="M{end} 4H{zero:g}V16H{end}z"/>', f'<path d="M{zero:g} 0V20"/>']
    if row["ci_low"] is not None:
        low, high = (_write(zero + scale * row[name]) for name in ("ci_low", "ci_high"))
        parts.append(f'<path class="error" d="M{low} 7v6m0-3H{high}m0-3v6"/>')
    return _wrap("bar", BAR, parts, "")


def _wrap(kind: str, width: float, parts: list[str], words: str) -> str:
    said = f'role="img" aria-label="{escape(words)}"' if words else 'aria-hidden="true"'
    return f'<svg class="{kind}" viewBox="0 0 {width:g} {HEIGHT:g}" {said}>{"".join(parts)}</svg>'


def _write(value: float) -> str:
    """Return a coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
