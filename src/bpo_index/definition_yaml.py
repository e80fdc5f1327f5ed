"""YAML as the definitions use it: the YAML 1.2 core scalars, no aliases, no repeated keys, every value's line known.

YAML 1.1, which PyYAML reads by default, turns NO into false and 2021-12-15 into a date; here they stay text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from bpo_index.labels import show_text

Place = tuple[str | int, ...]

MAX_CHARACTERS = 2_000_000
_NO_LINE = 10**9


class _CoreLoader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalar types of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own form)


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
        """Return the content as the value of a key that the file does not write itself."""
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
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{show_text(part)}" for part in place).lstrip(".")
    line = content.find_line(place)
    where = f"line {line}" if line != _NO_LINE else ""
    return f"{path} ({where})" if path and where else path or where or "the file"


def read_yaml(text: str) -> YamlContent:
    """Read YAML text into plain values with the line of every place; never raises for a broken text."""
    if len(text) > MAX_CHARACTERS:
        return YamlContent(None, {}, [((), f"longer than {MAX_CHARACTERS:,} characters: no definition")])
    try:
        for event in yaml.parse(text, Loader=_CoreLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                return YamlContent(None, {(): line}, [((), f"the alias *{event.anchor}: write the value out")])
        node = yaml.compose(text, Loader=_CoreLoader)
        lines: dict[Place, int] = {}
        problems: list[tuple[Place, str]] = []
        if node is None:
            return YamlContent(None, {}, [((), "the file is empty")])
        _note_lines(node, (), lines, problems)
        return YamlContent(yaml.load(text, Loader=_CoreLoader), lines, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        return YamlContent(None, {(): mark.line + 1} if mark else {}, [((), f"not valid YAML: {said}")])
    except (yaml.YAMLError, ValueError) as error:
        return YamlContent(None, {}, [((), f"not valid YAML: {' '.join(str(error).split())}")])
    except RecursionError:
        return YamlContent(None, {}, [((), "nested too deeply for a definition")])


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int], problems: list[tuple[Place, str]]) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for n, item in enumerate(node.value):
            _note_lines(item, (*place, n), lines, problems)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else f"line {key.start_mark.line + 1}"
            here = (*place, name)
            if here in lines:
                problems.append((here, f"the key is given twice (also line {key.start_mark.line + 1})"))
                continue
            _note_lines(value, here, lines, problems)
            lines[here] = key.start_mark.line + 1
