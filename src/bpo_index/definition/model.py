"""The index definition: what is ranked, asked, weighed and how, as one typed, frozen value.

Stages: `load_definition` finds and reads a YAML file (`read_yaml`), checks each field (pydantic) and fields against
each other (`list_conflicts`), and lists every problem at once with its place in the file.
Unknown keys are refused. Method page: docs/methods/definition.md.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, SerializerFunctionWrapHandler, ValidationError, model_serializer

from bpo_index.definition.blocks import (
    Category,
    Columns,
    Provenance,
    QualityRules,
    Question,
    Scale,
    Source,
    Unit,
    Words,
)
from bpo_index.definition.changes import keep_units, plain_keys, weigh_categories
from bpo_index.definition.conflicts import list_conflicts
from bpo_index.definition.design_block import Design
from bpo_index.definition.left_to_do import list_left_to_do
from bpo_index.definition.method_block import Method, Uncertainty, drop_unused_options
from bpo_index.definition.method_conflicts import find_further, list_uncertainty_conflicts
from bpo_index.definition.problems import explain_errors
from bpo_index.definition.tree import DefinedNode, list_nodes
from bpo_index.definition.view import show_definition
from bpo_index.definition.yaml_places import MOST_BYTES, Place, YamlContent, describe_place, read_yaml
from bpo_index.display.labels import fold_label
from bpo_index.errors import DefinitionError
from bpo_index.fields import Block, Name, PathId
from bpo_index.files.given_paths import read_regular, refuse_address
from bpo_index.files.resources import list_definitions
from bpo_index.scoring.methods.registry import list_methods
from bpo_index.validation.rules.record import Questionnaire

_METHOD_FILE = "method file"


class IndexDefinition(Block):
    """One published methodology: what is ranked, asked, weighed and how."""

    schema_version: Literal[1]
    """The version of this form of file."""
    index: PathId
    """The index; a folder name in the releases."""
    edition: PathId
    """The edition; a folder name in the releases."""
    version: PathId
    """The version of the methodology."""
    title: Name
    """The title for readers."""
    provenance: Provenance
    words: Words = Words()
    scale: Scale
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    columns: Columns
    source: Source = Source()
    design: Design | None = None
    """How the companies were drawn; null: from a large population, in each unit by itself."""
    method: Method = Method()
    uncertainty: Uncertainty = Uncertainty()
    quality_rules: QualityRules = QualityRules()
    groups: Literal["region"] | None = None
    """What makes groups of units, with means and ranks of their own; null: nothing."""
    group_weights: Literal["equal", "size"] = "equal"
    """What weighs the units of a group."""
    _departs_from: IndexDefinition | None = PrivateAttr(None)

    def __eq__(self, other: object) -> bool:
        """Return whether two definitions say the same, whatever they depart from."""
        fields = type(self).model_fields
        return isinstance(other, IndexDefinition) and all(getattr(self, n) == getattr(other, n) for n in fields)

    def __hash__(self) -> int:
        """Return a hash of what the definition says."""
        return hash(self.hash_content())

    @property
    def official(self) -> IndexDefinition:
        """The definition from which this one departs; itself where it departs from none."""
        return self._departs_from or self

    def replace(
        self,
        *,
        weights: Mapping[str, float] | None = None,
        method: Mapping[str, object] | str | os.PathLike[str] | None = None,
        units: Iterable[str] | None = None,
    ) -> IndexDefinition:
        """Return a changed definition, which knows from which it departs: a run with it is a trial.

        Parameters
        ----------
        weights
            Id or title of a category to its weight, from 0.
        method
            Keys of the `method:` block with their values, or the path of a file with them.
        units
            Codes or names of the units that stay; rows on others are then of unknown units.

        Raises
        ------
        UsageError
            When something is named that is not there, the nearest is said; or what comes of it is no definition.

        Examples
        --------
        >>> definition = load_definition("offshore-bpo-2021")
        >>> changed = definition.replace(method={"aggregation": "geometric"}, units=["India", "POL"])
        >>> changed.method.aggregation, [unit.name for unit in changed.units], changed.official is definition
        ('geometric', ['India', 'Poland'], True)
        """
        changed: IndexDefinition = self
        if isinstance(method, str | os.PathLike):
            changed = read_method(self, os.fspath(method))
        elif method is not None:
            changed = _put_method(self, YamlContent({"method": plain_keys(method)}), "given as method=", "method")
        if weights is not None or units is not None:
            raw = changed.model_dump(mode="json")
            if weights is not None:
                weigh_categories(raw, weights)
            if units is not None:
                keep_units(raw, units)
            changed = _build_definition(YamlContent(raw), raw, f"{self.index} as changed")
        return changed._depart_from(self)

    def _depart_from(self, definition: IndexDefinition) -> IndexDefinition:
        """Return this definition, which from now on knows that it was made of another."""
        if self is not definition:
            self._departs_from = definition.official
        return self

    @model_serializer(mode="wrap")
    def _leave_out_unused_options(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the options of methods that are not chosen."""
        written: dict[str, Any] = handler(self)
        written["method"] = drop_unused_options(written["method"], find_further(written))
        # Left out where it is not given, so that the key changes no definition without it.
        return {key: value for key, value in written.items() if key != "design" or value is not None}

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, without the cached properties of the old ones."""
        copied = super().model_copy(update=update, deep=deep)
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                copied.__dict__.pop(name, None)
        return copied

    @cached_property
    def nodes(self) -> tuple[DefinedNode, ...]:
        """The index and all categories, parents before children."""
        return list_nodes(self.categories)

    @cached_property
    def category_nodes(self) -> tuple[DefinedNode, ...]:
        """All categories of all levels, parents before children."""
        return self.nodes[1:]

    @cached_property
    def category_titles(self) -> dict[str, str]:
        """Id to title of every category."""
        return {node.category.id: node.category.title for node in self.nodes if node.category}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions, categories in their order."""
        return tuple(question for node in self.nodes for question in node.questions)

    @cached_property
    def question_ids(self) -> tuple[str, ...]:
        """The ids of all questions, in order."""
        return tuple(question.id for question in self.questions)

    @cached_property
    def question_scales(self) -> dict[str, Scale]:
        """Question to the scale on which it was answered: its own, or that of its category, or the index's."""
        scale_of = [self.scale]
        for node in self.category_nodes:
            outside, own = scale_of[node.parent], node.category.scale if node.category else None
            scale_of.append(own.put_over(outside) if own else outside)
        return {
            question.id: question.scale.put_over(scale_of[node.number]) if question.scale else scale_of[node.number]
            for node in self.nodes
            for question in node.questions
        }

    @cached_property
    def scale_groups(self) -> tuple[tuple[Scale, tuple[str, ...]], ...]:
        """Each different scale with the questions that were answered on it, in the order of the questionnaire."""
        groups: list[tuple[Scale, list[str]]] = []
        for question in self.question_ids:
            scale = self.question_scales[question]
            held = next((held for other, held in groups if other == scale), None)
            if held is None:
                groups.append((scale, [question]))
            else:
                held.append(question)
        return tuple((scale, tuple(held)) for scale, held in groups)

    @property
    def question_ends(self) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """The lowest and the highest rating of each question as it was answered; None: everywhere the index's."""
        scales = [self.question_scales[question] for question in self.question_ids]
        common = (self.scale.minimum, self.scale.maximum)
        if all((scale.minimum, scale.maximum) == common for scale in scales):
            return None
        return tuple(scale.minimum for scale in scales), tuple(scale.maximum for scale in scales)

    @property
    def questionnaire(self) -> Questionnaire:
        """What is asked, as quality rules see it."""
        return Questionnaire(
            self.question_ids,
            self.scale.minimum,
            self.scale.maximum,
            {node.id: tuple(question.id for question in node.questions) for node in self.nodes if node.questions},
            frozenset(question.id for question in self.questions if question.reverse),
            self.words.names,
        )

    @cached_property
    def unit_by_label(self) -> dict[str, str]:
        """Folded code, name and aliases of every unit, each to the unit's code."""
        return {fold_label(label): unit.code for unit in self.units for label in (unit.code, unit.name, *unit.aliases)}

    @cached_property
    def unit_names(self) -> dict[str, str]:
        """Unit code to name."""
        return {unit.code: unit.name for unit in self.units}

    def to_canonical_json(self) -> str:
        """Return the definition as JSON with sorted keys and every default written out."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True, separators=(",", ":"))

    def hash_content(self) -> str:
        """Return the SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.to_canonical_json().encode("ascii")).hexdigest()

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what is ranked, asked and weighed, and how."""
        return show_definition(self)


def load_definition(name_or_path: str | Path, method: str | Path | None = None) -> IndexDefinition:
    """Load a built-in definition by name, or any definition by path.

    Parameters
    ----------
    name_or_path
        A name from `list_definitions`, or the path of a YAML file.
    method
        The path of a YAML file with keys of the `method:` block, which take the place of the definition's; None: the
        definition as it is.

    Raises
    ------
    DefinitionError
        When there is no such definition, or the file has problems; all of them are listed.
    UsageError
        When a path looks like an address.

    Examples
    --------
    >>> definition = load_definition("offshore-bpo-2021")
    >>> len(definition.units), len(definition.categories), len(definition.questions)
    (12, 10, 24)
    """
    refuse_address(name_or_path, "the definition")
    refuse_address(method, "the method file")
    built_in = list_definitions()
    path = built_in.get(str(name_or_path), Path(name_or_path))
    advice = f"built in are {', '.join(built_in)}, anything else is the path of a file"
    definition = parse_definition(_read_text(path, str(name_or_path), advice, "definition"), source=str(name_or_path))
    return definition if method is None else read_method(definition, method)


def read_method(definition: IndexDefinition, path: str | Path) -> IndexDefinition:
    """Return the definition with the `method:` keys of a file in place of its own.

    Raises
    ------
    DefinitionError
        When the file cannot be read or has problems; all of them are listed.
    UsageError
        When the path looks like an address.
    """
    refuse_address(path, "the method file")
    advice = "give the path of a file with keys of the method: block"
    steps = [step for step, methods in list_methods().items() if str(path) in methods]
    if steps:
        advice += f", or the keys themselves: {{{steps[0]!r}: {str(path)!r}}}"
    text = _read_text(Path(path), str(path), advice, _METHOD_FILE)
    return replace_method(definition, text, source=str(path))


def change_method(definition: IndexDefinition, **keys: object) -> IndexDefinition:
    """Return the definition with other values of keys of its `method:` block; None leaves a key as it is.

    Examples
    --------
    >>> change_method(load_definition("offshore-bpo-2021"), seed=7, replicates=None).method.seed
    7
    """
    changed = {key: value for key, value in keys.items() if value is not None}
    if not changed:
        return definition
    copied = definition.model_copy(update={"method": definition.method.model_copy(update=changed)})
    return copied._depart_from(definition)


def _read_text(path: Path, source: str, advice: str, kind: str) -> str:
    try:
        return read_regular(path, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError(source, [f"byte {error.start}: not UTF-8; save the file as UTF-8"], kind) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DefinitionError(source, [f"it cannot be read ({reason}); {advice}"], kind) from None


def parse_definition(text: str, *, source: str = "given as text") -> IndexDefinition:
    """Parse the YAML text of a definition; `source` names it in error messages.

    Raises
    ------
    DefinitionError
        Listing every problem with its place: ``categories[0].questions[1].weight (line 40): …``.
    """
    content = read_yaml(text)
    return _build_definition(content, content.value, source)


def replace_method(definition: IndexDefinition, text: str, *, source: str = "given as text") -> IndexDefinition:
    """Return the definition with the `method:` keys of a YAML text in place of its own.

    The text holds the keys themselves, or one key `method:` with them. Where the `uncertainty:` block does not go with
    the new method, methods, weights and what is left out are not varied.

    Raises
    ------
    DefinitionError
        Listing every problem with its place in the text.

    Examples
    --------
    >>> definition = replace_method(load_definition("offshore-bpo-2021"), "aggregation: geometric")
    >>> definition.method.aggregation, definition.method.normalisation
    ('geometric', 'scale')
    """
    content = read_yaml(text)
    if not (isinstance(content.value, dict) and set(content.value) == {"method"}):
        content = content.put_under("method")
    return _put_method(definition, content, source)._depart_from(definition)


def _put_method(
    definition: IndexDefinition, content: YamlContent, source: str, kind: str = _METHOD_FILE
) -> IndexDefinition:
    """Return the definition with the keys that a content has under `method` in place of its own."""
    keys = content.value["method"] if isinstance(content.value, dict) else None
    raw = definition.model_dump(mode="json")
    if isinstance(keys, dict):
        raw["method"] |= keys
        if list_uncertainty_conflicts(raw):
            # The definition's own variations of its method do not go with this one: they are not made.
            raw["uncertainty"] = {"respondents": definition.uncertainty.respondents}
        # Options of the definition's own methods go with them.
        raw["method"] = drop_unused_options(raw["method"], find_further(raw), given=keys)
        return _build_definition(content, raw, source, kind)
    nothing: list[tuple[Place, str]] = [
        (("method",), "holds no keys of the method: block, such as aggregation: geometric")
    ]
    problems = content.problems or nothing
    listed = [f"{describe_place(place, content)}: {says}" for place, says in problems]
    raise DefinitionError(source, listed, kind)


def _build_definition(content: YamlContent, value: object, source: str, kind: str = "definition") -> IndexDefinition:
    problems = list(content.problems)
    definition = None
    left = list(list_left_to_do(value))
    if left:
        problems += left
    elif not (value is None and problems):
        try:
            definition = IndexDefinition.model_validate(value)
        except ValidationError as error:
            problems += explain_errors(error, IndexDefinition)
        problems += list_conflicts(value)
        problems += _list_rule_problems(definition) if definition else []
    if problems or definition is None:
        ordered = sorted(set(problems), key=lambda problem: (content.find_line(problem[0]), str(problem)))
        raise DefinitionError(source, [f"{describe_place(place, content)}: {says}" for place, says in ordered], kind)
    return definition


def _list_rule_problems(definition: IndexDefinition) -> list[tuple[Place, str]]:
    """Return the options of quality rules that do not go with the questions."""
    return [
        (("quality_rules", named.name, key), says)
        for named in definition.quality_rules.list_named()
        for key, says in named.options.find_problems(definition.questionnaire)
    ]


def write_json_schema() -> str:
    """Return the JSON Schema of a definition, as it stands in ``schemas/index-definition.schema.json``."""
    schema = IndexDefinition.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Index definition of bpo-index"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
