"""From the SVG that is drawn to one that is small: read, without what nothing shows, equal marks joined, written.

`read_svg` gives a tree, `shrink` makes it small, `write_node` writes it. Marks of one look become one path; what all
marks of a group share stands at the group.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from xml.etree import ElementTree

#: What screen readers would otherwise read of a figure that has one name and one description, and what nothing shows.
_UNUSED = re.compile("role|aria-.*|class|pointer-events|xmlns.*|font-family|text-rendering|style")
_FULL = {"opacity", "stroke-opacity", "fill-opacity"}
#: What a group may say for all that it holds.
_INHERITED = (
    *("fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-style", "text-anchor"),
    "stroke-linecap",
)
_MOVED = re.compile(r"translate\(([-\d.e]+),([-\d.e]+)\)")
#: As vega draws a dot.
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0Z?$")
_NOTHING = re.compile(r"(M0,0h0v0h0Z)?$")
_DECIMAL = re.compile(r"-?\d*\.\d+(e-?\d+)?")


@dataclass
class Node:
    """An element of an SVG."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""


def read_svg(drawn: str) -> Node:
    """Return an SVG as a tree."""
    return _read(ElementTree.fromstring(drawn))


def _read(element: ElementTree.Element) -> Node:
    attributes = {
        name.rpartition("}")[2]: _round(value)
        for name, value in element.attrib.items()
        if not (_UNUSED.fullmatch(name) or (name in _FULL and value == "1"))
    }
    return Node(element.tag.rpartition("}")[2], attributes, [_read(child) for child in element], element.text or "")


def _round(value: str) -> str:
    """Return a value with numbers to a tenth of a pixel, if it holds no other text."""
    return _DECIMAL.sub(lambda number: write_pixels(float(number[0])), value)


def write_pixels(value: float) -> str:
    """Return a length or a place to a tenth of a pixel, as short as can be.

    Examples
    --------
    >>> write_pixels(12.04), write_pixels(-0.04), write_pixels(7.25)
    ('12', '0', '7.2')
    """
    return f"{round(value, 1):g}".replace("-0", "0") if abs(value) < 0.05 else f"{round(value, 1):.7g}"


def shrink(node: Node) -> Node:
    """Return a tree that looks the same, and is small."""
    children = [shrink(child) for child in node.children]
    kept = [_simplify(child) for child in children if not _is_empty(child)]
    if node.tag in ("g", "svg"):
        kept = list(_unwrap(_join(kept)))
    made = Node(node.tag, dict(node.attributes), kept, node.text)
    if made.attributes.get("transform") == "translate(0,0)":
        del made.attributes["transform"]
    if made.tag == "g" and len(kept) > 1:
        _hoist(made)
    return made


def _is_empty(node: Node) -> bool:
    if node.tag == "g":
        return not node.children
    if node.tag == "path":
        return node.attributes.get("display") == "none" or bool(_NOTHING.match(node.attributes.get("d", "")))
    if node.tag == "text":
        return not (node.text or node.children)
    return False


def _simplify(node: Node) -> Node:
    """Return a text placed by `x` and `y`, a dot as a circle, and a line as a path."""
    # NOTE: what is not moved has lost its `translate(0,0)`.
    moved = _MOVED.fullmatch(node.attributes.get("transform", "translate(0,0)"))
    rest = {name: value for name, value in node.attributes.items() if name != "transform"}
    if node.tag == "text":
        rest["font-size"] = rest.get("font-size", "").removesuffix("px")
        if moved and not node.children:
            return Node("text", {"x": moved[1], "y": moved[2], **rest}, [], node.text)
        return Node("text", {**node.attributes, "font-size": rest["font-size"]}, node.children, node.text)
    if node.tag == "path" and "transform" in node.attributes and moved and (circle := _CIRCLE.match(rest["d"])):
        del rest["d"]
        return Node("circle", {"cx": moved[1], "cy": moved[2], "r": circle[1], **rest})
    if node.tag == "line" and moved:
        end = float(rest.pop("x2", "0")), float(rest.pop("y2", "0"))
        drawn = f"M{moved[1]},{moved[2]}{_draw_line(*end)}"
        return Node("path", {"d": drawn, **rest})
    return node


def _draw_line(right: float, down: float) -> str:
    if not down:
        return f"h{write_pixels(right)}"
    return f"l{write_pixels(right)},{write_pixels(down)}" if right else f"v{write_pixels(down)}"


def _join(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield paths that follow one another and look alike as one."""

    def look(node: Node) -> object:
        if node.tag != "path" or "transform" in node.attributes or node.children:
            return id(node)
        return tuple(sorted(item for item in node.attributes.items() if item[0] != "d"))

    for _, alike in groupby(nodes, look):
        first, *others = alike
        if others:
            first.attributes["d"] = "".join(node.attributes["d"] for node in (first, *others))
        yield first


def _unwrap(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield what groups hold that say nothing themselves."""
    for node in nodes:
        if node.tag == "g" and not node.attributes:
            yield from node.children
        else:
            yield node


def _hoist(group: Node) -> None:
    """Let a group say what all that it holds says."""
    for name in _INHERITED:
        values = {child.attributes.get(name) for child in group.children}
        if len(values) == 1 and None not in values:
            (value,) = values
            group.attributes[name] = str(value)
            for child in group.children:
                del child.attributes[name]


def write_node(node: Node) -> str:
    """Return a tree as text; the content of a style is written as it is."""
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    held = (node.text if node.tag == "style" else escape(node.text, quote=False)) + "".join(
        map(write_node, node.children)
    )
    return f"<{node.tag}{attributes}>{held}</{node.tag}>" if held else f"<{node.tag}{attributes}/>"


def list_nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all that lie in it."""
    yield node
    for child in node.children:
        yield from list_nodes(child)
