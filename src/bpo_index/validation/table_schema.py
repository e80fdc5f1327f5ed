"""Describe a responses file for people and other programs: a Frictionless Table Schema made from a definition.

`describe_responses` says of the wide file what the pandera schema checks after the texts have become types. A test
holds the two equal by what they accept. Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Scale
from bpo_index.definition.design_block import STRATUM, is_replicate
from bpo_index.responses.headings import name_design_columns
from bpo_index.responses.template import list_codebook
from bpo_index.validation.design_fields import REPLICATES, SIZES
from bpo_index.validation.schema import WEIGHTS
from bpo_index.validation.typed_responses import MOST_POINTS

#: Kinds of columns to Table Schema types; all others are texts.
_TYPES = {"design_weight": "number", "duration": "number", "finished": "boolean"}
_TIMES = ("started_at", "finished_at")


def describe_responses(definition: IndexDefinition) -> dict[str, Any]:
    """Return the Table Schema of a wide responses file with ratings as numbers.

    Fields stand in the order of the questionnaire. Of questions the don't-knows, skipped and not asked are missing
    values; answers as labels, which the reader takes too, are not described.

    Examples
    --------
    >>> from bpo_index.definition import load_definition
    >>> fields = describe_responses(load_definition("offshore-bpo-2021"))["fields"]
    >>> [(field["name"], field["type"], field["constraints"]) for field in fields[-1:]]
    [('scale_expand', 'number', {'required': False, 'minimum': 0.0, 'maximum': 10.0})]
    """
    codebook = {row["column"]: row for row in list_codebook(definition).iter_rows(named=True)}
    key_of = {
        getattr(definition.columns, key): key
        for key in type(definition.columns).model_fields
        if _is_text(definition, key)
    }
    points = set(definition.columns.importance.values())
    design = {heading: tidy for tidy, heading in name_design_columns(definition).items()}
    scales = definition.question_scales
    fields = []
    for name, row in codebook.items():
        key = key_of.get(name, "")
        field: dict[str, Any] = {"name": name, "type": _TYPES.get(key, "string"), "description": row["meaning"]}
        constraints: dict[str, Any] = {"required": key in ("unit", "design_weight")}
        if key == "unit":
            constraints["enum"] = [
                label for unit in definition.units for label in (unit.code, unit.name, *unit.aliases)
            ]
        elif key in _TIMES:
            field |= {"type": "datetime", "format": "any"}
        elif key == "design_weight":
            constraints |= {"minimum": WEIGHTS[0], "maximum": WEIGHTS[1]}
        elif name in design:
            constraints["required"] = True
            if design[name] != STRATUM:
                least, most = REPLICATES if is_replicate(design[name]) else SIZES
                field["type"] = "number"
                constraints |= {"minimum": least, "maximum": most}
        elif name in points or key == "duration":
            field["type"] = "number"
            constraints |= {"minimum": 0.0, "maximum": MOST_POINTS}
        elif name in scales:
            field["type"] = "number"
            constraints |= {"minimum": scales[name].minimum, "maximum": scales[name].maximum}
            if _list_missing(scales[name]) != _list_missing(definition.scale):
                field["missingValues"] = _list_missing(scales[name])
        fields.append(field | {"constraints": constraints})
    return {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "name": f"{definition.index}-{definition.edition}-responses",
        "title": f"Responses of {definition.title}",
        "description": "One row a respondent. Made from the index definition.",
        "missingValues": _list_missing(definition.scale),
        "fields": fields,
    }


def _list_missing(scale: Scale) -> list[str]:
    return list(dict.fromkeys(["", *scale.dont_know, *scale.skipped, *scale.not_asked]))


def _is_text(definition: IndexDefinition, key: str) -> bool:
    return isinstance(getattr(definition.columns, key), str)
