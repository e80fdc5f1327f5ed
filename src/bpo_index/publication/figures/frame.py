"""The frame of a figure: its finding as the heading, what is shown and how to read it, and at the foot the source."""

from __future__ import annotations

from dataclasses import dataclass

from bpo_index.publication.figures.fonts import STACK, write_faces
from bpo_index.publication.figures.labels import clean, wrap
from bpo_index.publication.figures.style import INK, MUTED, PAPER, WARN, write_colours, write_dark
from bpo_index.publication.figures.svg import Node, list_nodes, read_svg, shrink, write_node, write_pixels

_TITLE_SIZE, _LINE_SIZE, _FOOT_SIZE = 18, 12.5, 11.5
#: Heights of lines, in sizes of their letters; pixels between parts, and round the whole.
_LEADING, _GAP, _MARGIN = 1.28, 10, 14
#: Pixels of the whole, at least: lines of the heading are as long, however few units there are.
LEAST_WIDTH = 560
#: Lines of the heading, of what is shown and of the source, and of each text that says how to read it, at most.
_TITLE_LINES, _NAME_LINES, _LINES = 4, 2, 9


@dataclass(frozen=True)
class Said:
    """What stands round a figure."""

    title: str
    """What it shows as a sentence: the heading."""
    alt: str
    """Alternative text."""
    shown: str = ""
    """What is drawn, in one line: under the heading."""
    notices: tuple[str, ...] = ()
    """That it is a trial or a draft, that the data is synthetic."""
    lines: tuple[str, ...] = ()
    """How to read it."""
    source: str = ""
    """At the foot."""


def frame_drawing(drawn: str, name: str, said: Said, *, least: float = LEAST_WIDTH) -> tuple[str, str]:
    """Return an SVG that names and describes itself, as a file and as it is drawn.

    Parameters
    ----------
    drawn
        As vl-convert returns it.
    name
        Every id starts with it, so that a page can hold many.
    said
        What stands round it.
    least
        Width of the whole, pixels, at least.

    Returns
    -------
    file, bare
        The file has the font and dark colours in a style block; without it, for a page that has both, and for PNG.
    """
    root = shrink(read_svg(drawn))
    wide, high = (float(root.attributes[side]) for side in ("width", "height"))
    width = max(wide + 2 * _MARGIN, least)
    heading, top = _write_heading(said, width - 2 * _MARGIN)
    plot = [child for child in root.children if child.tag != "rect"]
    foot = top + high + _GAP
    source, height = _write_lines([(said.source, _FOOT_SIZE, MUTED, False, _NAME_LINES)], width - 2 * _MARGIN, foot)
    height += _MARGIN - (0 if source else _GAP)
    moved = Node("g", {"transform": f"translate({_MARGIN},{write_pixels(top)})"}, plot)
    _name_ids(moved, name)
    sides = {"width": write_pixels(width), "height": write_pixels(height)}
    parts = [
        Node("title", {"id": f"{name}-title"}, text=clean(said.title)),
        Node("desc", {"id": f"{name}-desc"}, text=clean(said.alt)),
        Node("rect", {**sides, "fill": PAPER}),
        *heading,
        moved,
        *source,
    ]
    attributes = {
        "xmlns": "http://www.w3.org/2000/svg",
        **sides,
        "viewBox": f"0 0 {sides['width']} {sides['height']}",
        "font-family": STACK,
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
    }
    style = Node("style", text=_write_style(parts))
    return (
        write_node(Node("svg", attributes, [*parts[:2], style, *parts[2:]])),
        write_node(Node("svg", attributes, parts)),
    )


def _write_heading(said: Said, width: float) -> tuple[list[Node], float]:
    """Return heading, what is shown, notices and lines, and how far down they reach."""
    texts = [
        (said.title, _TITLE_SIZE, INK, True, _TITLE_LINES),
        *((notice, _LINE_SIZE, WARN, True, _LINES) for notice in said.notices),
        (said.shown, _LINE_SIZE + 0.5, INK, False, _NAME_LINES),
        *((line, _LINE_SIZE, MUTED, False, _LINES) for line in said.lines),
    ]
    nodes, at = _write_lines(texts, width, _MARGIN)
    return nodes, at + _GAP


def _write_lines(texts: list[tuple[str, float, str, bool, int]], width: float, at: float) -> tuple[list[Node], float]:
    """Return texts in lines of a width from a place down, and where they end.

    Of each: what it says, the size of its letters, its colour, whether it is bold, and its lines at most.
    """
    nodes = []
    for text, size, colour, bold, most in texts:
        if not text:
            continue
        for line in wrap(text, width / size, most, bold=bold):
            at += size * _LEADING
            looks = {"font-size": f"{size:g}", "fill": colour} | ({"font-weight": "bold"} if bold else {})
            place = {"x": f"{_MARGIN}", "y": write_pixels(at - 0.28 * size)}
            nodes.append(Node("text", place | looks, text=line))
        at += 3 if size == _TITLE_SIZE else 1
    return nodes, at


def _name_ids(node: Node, name: str) -> None:
    """Let every id start with the name of the figure, and what points to it."""
    for one in list_nodes(node):
        for key, value in one.attributes.items():
            if key == "id":
                one.attributes[key] = f"{name}-{value}"
            elif key == "href" or value.startswith("url(#"):
                one.attributes[key] = value.replace("#", f"#{name}-", 1)


def _write_style(parts: list[Node]) -> str:
    texts = [part for part in parts if part.tag not in ("title", "desc")]
    written = "".join(node.text for part in texts for node in list_nodes(part))
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{write_dark()}}}}}"
    return write_faces(written) + write_colours() + dark
