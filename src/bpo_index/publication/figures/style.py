"""Colours and sizes that all figures share, legible in grey print and for the colour-blind."""

from __future__ import annotations

from typing import Any

#: Okabe and Ito (2008): distinguished by the colour-blind; wherever hue says something, shape or filling says it too.
BLUE, ORANGE, SKY = "#0072B2", "#D55E00", "#A9D2EC"
INK, MUTED, FAINT, LINE = "#1a1a1a", "#595959", "#d4d4d4", "#e6e6e6"
#: The first is bundled with what draws; the others are its metric-compatible kin on the machines of readers.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
TEXT_SIZE, SMALL_SIZE = 12, 11

Rows = list[dict[str, Any]]
