"""From the SVG that is drawn to the one that is published: named, described, with ids of its own, and small."""

from __future__ import annotations

import re
from html import escape

_TAG = re.compile(r"<[^<>]*>")
#: What screen readers would otherwise read of a figure that has one name and one description.
_SPOKEN = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_UNUSED = re.compile(r' (?:class|pointer-events)="[^"]*"| (?:opacity|stroke-opacity|fill-opacity)="1"')
#: Nothing to see: vega draws the background of every group, and the axis line of those without.
_EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>|<g></g>')
_LONG_DECIMAL = re.compile(r"(\d+\.\d\d)\d+")
_IDENTITY = re.compile(r'( id="|url\(#|href="#)')


def finish_svg(drawn: str, name: str, title: str, alt: str) -> str:
    """Return an SVG that names and describes itself, to stand in a page with others.

    Parameters
    ----------
    drawn
        As vl-convert returns it.
    name
        Every id starts with it.
    title, alt
        The name and the description for those who do not see it.
    """
    slim = _TAG.sub(lambda tag: _slim_tag(tag[0], name), drawn)
    while (without := _EMPTY.sub("", slim)) != slim:
        slim = without
    head, body = slim.split(">", 1)
    head = head.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "") + (
        f' role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(alt)}</desc>'
    )
    return head + body


def _slim_tag(tag: str, name: str) -> str:
    tag = _LONG_DECIMAL.sub(r"\1", _UNUSED.sub("", _SPOKEN.sub("", tag)))
    return _IDENTITY.sub(rf"\g<1>{name}-", tag)
