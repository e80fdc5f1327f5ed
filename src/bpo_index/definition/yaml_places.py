"""Read the YAML of definitions: YAML 1.2 core scalars, no aliases, no repeated keys, a line for every value.

YAML 1.1, which PyYAML reads by default, turns NO into false and 2021-12-15 into a date; here they stay text. Size and
depth have limits that are checked before parsing: the parser's time grows with the square of the depth. Why PyYAML and
not ruamel.yaml: docs/adr/0019-pyyaml-for-definitions.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from bpo_index.files.given_paths import show_size

Place = tuple[str | int, ...]

#: Limits: bytes of a file, depth of nesting, number of keys and values.
MOST_BYTES, MOST_DEPTH, MOST_NODES = 2**20, 50, 200_000
_NO_LINE = 10**9
_LONGEST_PART = 80


class _CoreLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalar types of YAML 1.2's core schema, and a bound to depth.

    The methods of the scanner and the composer that are given here know how deep they are.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own form)

    _nodes = 0

    def fetch_flow_collection_start(self, token: type[yaml.Token]) -> None:
        """Begin a list or mapping in brackets."""
        self._check_depth()
        super().fetch_flow_collection_start(token)

    def add_indent(self, column: int) -> bool:
        """Begin a deeper indentation."""
        is_new = bool(super().add_indent(column))
        self._check_depth()
        return is_new

    def _check_depth(self) -> None:
        if self.flow_level + len(self.indents) >= MOST_DEPTH:
            raise _NotTaken(f"nested more than {MOST_DEPTH} deep: no definition", self.get_mark())

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Make the node of a value; aliases and merges would let a short text stand for a long one."""
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            raise _NotTaken(f"the alias *{event.anchor}: write the value out", event.start_mark)
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise _NotTaken(f"more than {MOST_NODES:,} keys and values: no definition", self.get_mark())
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.Node) and node.tag == "tag:yaml.org,2002:merge":
            raise _NotTaken("a merge key: write the keys out", node.start_mark)
        return node


class _NotTaken(Exception):
    """Valid YAML that definitions do not use."""

    def __init__(self, says: str, mark: yaml.Mark) -> None:
        self.says, self.line = says, mark.line + 1
        super().__init__(says)


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?[0-9]{1,15}$", list("-+0123456789")),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789.")),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def _construct_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


def _construct_float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


_CoreLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_CoreLoader.add_constructor("tag:yaml.org,2002:float", _construct_float)


@dataclass(frozen=True)
class YamlContent:
    """A YAML file read: its value, the line of every place in it, and what was wrong with it as YAML."""

    value: Any
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[tuple[Place, str]] = field(default_factory=list)

    def find_line(self, place: Place) -> int:
        """Return the line of the place, or of the nearest place above it that the file has."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return _NO_LINE

    def put_under(self, key: str) -> YamlContent:
        """Return the content as the value of a key that is not in the file."""
        return YamlContent(
            {key: self.value},
            {(): 1} | {(key, *place): line for place, line in self.lines.items()},
            [((key, *place), says) for place, says in self.problems],
        )


def describe_place(place: Place, content: YamlContent) -> str:
    """Return ``categories[0].weight (line 12)``.

    Examples
    --------
    >>> describe_place(("units", 2, "code"), YamlContent(None, {("units", 2): 7}))
    'units[2].code (line 7)'
    """
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{_shorten(part)}" for part in place).lstrip(".")
    line = content.find_line(place)
    where = f"line {line}" if line != _NO_LINE else ""
    return f"{path} ({where})" if path and where else path or where or "the file"


def read_yaml(text: str) -> YamlContent:
    """Read YAML text into plain values with the line of every place; never raises for a broken text."""
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return YamlContent(None, {}, [((), f"longer than {show_size(MOST_BYTES)}: no definition")])
    try:
        loader = _CoreLoader(text)
        node = loader.get_single_node()
        if node is None:
            return YamlContent(None, {}, [((), "the file is empty")])
        places = list(_list_places(node, (), node.start_mark.line + 1))
        lines = {place: line for place, line, is_again in places if not is_again}
        problems: list[tuple[Place, str]] = [
            (place, f"the key is given twice (also line {line})") for place, line, is_again in places if is_again
        ]
        return YamlContent(loader.construct_document(node), lines, problems)
    except _NotTaken as found:
        return YamlContent(None, {(): found.line}, [((), found.says)])
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        return YamlContent(None, {(): mark.line + 1} if mark else {}, [((), f"not valid YAML: {said}")])
    except (yaml.YAMLError, ValueError) as error:
        return YamlContent(None, {}, [((), f"not valid YAML: {' '.join(str(error).split())}")])


def _shorten(key: object) -> str:
    # A key may be anything that YAML has, such as null or a date.
    part = str(key)
    return part if len(part) <= _LONGEST_PART else f"{part[:_LONGEST_PART]}…"


def _list_places(node: yaml.Node, place: Place, line: int) -> Iterator[tuple[Place, int, bool]]:
    """Yield every place with its line, and whether its key was given before."""
    yield place, line, False
    if isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value):
            yield from _list_places(item, (*place, n), item.start_mark.line + 1)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            at = key.start_mark.line + 1
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else f"line {at}"
            if name in seen:
                yield (*place, name), at, True
            else:
                yield from _list_places(value, (*place, name), at)
            seen.add(name)
