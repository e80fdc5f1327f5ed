"""What a notebook shows of a definition: what is ranked, asked and weighed, and how."""

from __future__ import annotations

from typing import Any

from bpo_index.display.catalogue import phrase
from bpo_index.display.notebook import show_block, show_sentence, show_table
from bpo_index.display.numbers import NOTHING, list_names, show_count, show_level, show_percent, show_point
from bpo_index.display.table_view import make_table


def show_definition(definition: Any) -> str:
    """Return HTML that shows a definition.

    Parameters
    ----------
    definition
        An `IndexDefinition`, which is built on this module.
    """
    rows = [
        [
            "– " * (node.level - 1) + node.title,
            show_percent(node.share, decimals=1),
            show_count(len(node.questions)) if node.questions else NOTHING,
        ]
        for node in definition.category_nodes
    ]
    method = definition.method
    headings = (
        phrase("notebook.heading_category"),
        phrase("notebook.heading_nominal_weight"),
        phrase("notebook.heading_questions"),
    )
    return show_block(
        definition.title,
        show_sentence(
            phrase(
                "notebook.index_named", index=definition.index, edition=definition.edition, version=definition.version
            )
        ),
        show_sentence(
            phrase(
                "notebook.units_named",
                counted=definition.words.count_units(len(definition.units)),
                names=list_names(list(definition.unit_names.values())),
            )
        ),
        show_table(make_table("categories", phrase("notebook.categories"), headings, rows)),
        show_sentence(
            phrase(
                "notebook.answer_scale",
                low=show_point(definition.scale.minimum),
                high=show_point(definition.scale.maximum),
            )
        ),
        show_sentence(
            phrase(
                "notebook.methods",
                normalisation=method.normalisation,
                weighting=method.weighting,
                aggregation=method.aggregation,
                missing_answers=method.missing_answers,
                level=show_level(method.confidence_level),
            )
        ),
        show_sentence(
            phrase(
                "notebook.respondents_needed",
                unit=definition.words.unit,
                to_publish=definition.words.count_respondents(method.minimum_respondents_to_publish),
                to_rank=method.minimum_respondents_to_rank,
            )
        ),
        show_sentence(definition.provenance.note),
    )
