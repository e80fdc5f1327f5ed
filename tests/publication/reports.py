"""Reports for tests: of changed definitions, and of a survey with a withheld category."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bpo_index.completed import CompletedRun
from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.pipeline import run
from bpo_index.publication.figures import Figure, draw_figures
from bpo_index.publication.report import render_annex, render_report
from bpo_index.publication.result import Result
from bpo_index.settings import Settings
from bpo_index.validation.audit import Audit
from tests.disclosure.people import MEANS, make_people, write_files
from tests.quick import put_key


def render(result: Result, definition: IndexDefinition, audit: Audit, figures: dict[str, Figure] | None = None) -> str:
    """Return the report of a result, without other files beside it."""
    return _render(render_report, result, definition, audit, figures)


def render_annex_of(
    result: Result, definition: IndexDefinition, audit: Audit, figures: dict[str, Figure] | None = None
) -> str:
    """Return the annex of a result, without other files beside it."""
    return _render(render_annex, result, definition, audit, figures)


def _render(
    page: Callable[..., bytes],
    result: Result,
    definition: IndexDefinition,
    audit: Audit,
    figures: dict[str, Figure] | None,
) -> str:
    report = page(
        result,
        definition,
        audit,
        release_id="0123456789abcdef",
        made_from={"form": 1, "settings": {"seed": 1}},
        figures=draw_figures(result, definition) if figures is None else figures,
        files={"ranking.csv": b"rank\n1\n"},
    )
    return report.decode()


def rename(definition: IndexDefinition, text: str, units: list[str], categories: list[str]) -> IndexDefinition:
    """Return the definition with other names, and one text wherever else a text is."""
    return definition.model_copy(
        update={
            "title": text,
            "provenance": definition.provenance.model_copy(
                update={"note": text, "published": (text,), "own_choices": (text,)}
            ),
            "words": Words(unit=text, respondent=text),
            "columns": definition.columns.model_copy(update={"unit": text}),
            "units": tuple(
                unit.model_copy(update={"name": name, "region": text})
                for unit, name in zip(definition.units, units, strict=True)
            ),
            "categories": tuple(
                category.model_copy(
                    update={
                        "title": title,
                        "questions": tuple(
                            question.model_copy(update={"text": text}) for question in category.questions
                        ),
                    }
                )
                for category, title in zip(definition.categories, categories, strict=True)
            ),
        }
    )


def publish_with_a_withheld_category(folder: Path) -> CompletedRun:
    """Publish six units, of which Beland has a category with one rater."""
    people = make_people(MEANS)
    only = 0
    for n, (unit, ratings, done) in enumerate(people):
        if unit == "Beland":
            only += 1
            people[n] = (unit, [*ratings[:4], 9 if only == 1 else None, *ratings[5:]], done)
    survey, definition = write_files(folder, people, "")
    return run(Settings((str(survey),), str(definition), str(folder / "out"), str(put_key(folder / "audit"))))
