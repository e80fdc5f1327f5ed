"""Reads figures as they are drawn: every mark with what its groups say for it, and where it lies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from bpo_index.publication.figures.labels import measure

SVG = "{http://www.w3.org/2000/svg}"
MOVED = re.compile(r"translate\(([-\d.]+),([-\d.]+)\)")
TURNED = re.compile(r"rotate\(([-\d.]+)\)")


@dataclass(frozen=True)
class Mark:
    """A mark: its own and inherited attributes, and how far its groups are moved from the whole's corner."""

    tag: str
    looks: dict[str, str]
    right: float
    down: float
    text: str

    @property
    def own_place(self) -> tuple[float, float]:
        """Where it lies within its groups, pixels."""
        if match := MOVED.match(self.looks.get("transform", "")):
            return float(match[1]), float(match[2])
        names = ("cx", "cy") if self.tag == "circle" else ("x", "y")
        return tuple(float(self.looks.get(name, 0)) for name in names)

    @property
    def is_bold(self) -> bool:
        return self.looks.get("font-weight") in ("bold", "700")


def list_marks(svg: bytes | str) -> list[Mark]:
    return list(_walk(ElementTree.fromstring(svg), {}, 0.0, 0.0))


def _walk(node: ElementTree.Element, inherited: dict[str, str], right: float, down: float) -> Iterator[Mark]:
    tag = node.tag.removeprefix(SVG)
    looks = {**inherited, **node.attrib}
    if tag in ("g", "svg"):
        moved = MOVED.match(looks.pop("transform", ""))
        if moved:
            right, down = right + float(moved[1]), down + float(moved[2])
        for name in ("width", "height", "id"):
            looks.pop(name, None)
        for child in node:
            yield from _walk(child, looks, right, down)
    elif tag not in ("title", "desc", "style", "defs"):
        yield Mark(tag, looks, right, down, "".join(node.itertext()))


def read_texts(svg: bytes | str) -> list[str]:
    """Return what is written in a figure, line by line, in its order."""
    return [mark.text for mark in list_marks(svg) if mark.tag == "text" and mark.text]


def find_ends(mark: Mark) -> tuple[float, float]:
    """Return the left and the right end of a text, or of one that is turned the left end and how far it may reach."""
    x, _ = mark.own_place
    start = mark.right + x
    width = measure(mark.text, bold=mark.is_bold) * float(mark.looks["font-size"])
    if match := TURNED.search(mark.looks.get("transform", "")):
        width *= 0.71 if float(match[1]) % 90 else 0.0
    anchor = mark.looks.get("text-anchor", "start")
    left = start - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return left, left + width


def read_size(svg: bytes | str) -> tuple[float, float]:
    root = ElementTree.fromstring(svg)
    return float(root.get("width")), float(root.get("height"))


def list_lengths(svg: bytes | str, stroke: str) -> list[float]:
    """Return the lengths of all level lines of a colour, in their order."""
    drawn = [mark.looks["d"] for mark in list_marks(svg) if mark.tag == "path" and mark.looks.get("stroke") == stroke]
    return [float(length) for path in drawn for length in re.findall(r"M[-\d.]+,[-\d.]+h([-\d.]+)", path)]
