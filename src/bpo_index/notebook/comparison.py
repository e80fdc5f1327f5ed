"""Rankings under several methods, weights or definitions side by side: a table and a figure.

They are for the owner of the answers; nothing is published. Of completed runs the published scores and ranks are shown,
of definitions those that `score_units` makes of the answers, which leaves out the same cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from bpo_index.completed import CompletedRun
from bpo_index.definition import IndexDefinition
from bpo_index.definition.changes import name_value
from bpo_index.definition.differences import Difference, list_differences
from bpo_index.display.catalogue import phrase
from bpo_index.display.frames import AsFrame
from bpo_index.display.notebook import show_block, show_image, show_sentence, show_table
from bpo_index.display.numbers import show_number, show_point, show_score
from bpo_index.display.table_view import make_table
from bpo_index.display.words import start_sentence
from bpo_index.drafting.session import rank_once
from bpo_index.errors import DataRefused, UsageError
from bpo_index.notebook.comparison_figure import LOOKS, draw_comparison
from bpo_index.notebook.given import find_definition, open_answers
from bpo_index.validation.refusals import find_refusal

if TYPE_CHECKING:
    from bpo_index.publication.figures.drawing import Figure

#: Differences that a name says.
_MOST_SAID = 3


@dataclass(frozen=True)
class Ranking:
    """One of the rankings that are compared."""

    name: str
    definition: IndexDefinition
    units: pl.DataFrame
    """One row per unit: `unit, rank, score, score_bound`."""
    notices: tuple[str, ...] = ()
    answers: int | None = None
    """The identity of the answers of a run; None: the same as those of all others without."""


@dataclass(frozen=True, repr=False)
class Comparison(AsFrame):
    """Rankings side by side; `compare_methods` makes it."""

    rankings: tuple[Ranking, ...]

    @property
    def names(self) -> list[str]:
        """What each ranking is called, in order."""
        return [one.name for one in self.rankings]

    def to_polars(self) -> pl.DataFrame:
        """Return one row per unit, by the first ranking: its code and name, and of each ranking rank and score.

        Columns are `unit, name`, then for each ranking, numbered from 1 in the order of `names`, `rank_1, score_1,
        score_bound_1`, and last `rank_low, rank_high`: the best and the worst of its ranks. Null: none there.
        """
        codes = list(dict.fromkeys(unit.code for one in self.rankings for unit in one.definition.units))
        names = {code: name for one in reversed(self.rankings) for code, name in one.definition.unit_names.items()}
        table = pl.DataFrame({"unit": codes, "name": [names[code] for code in codes]})
        for n, one in enumerate(self.rankings, start=1):
            columns = one.units.select("unit", *(pl.col(name).alias(f"{name}_{n}") for name in _COMPARED))
            table = table.join(columns, on="unit", how="left", maintain_order="left")
        ranks = [f"rank_{n}" for n in range(1, len(self.rankings) + 1)]
        return table.with_columns(rank_low=pl.min_horizontal(ranks), rank_high=pl.max_horizontal(ranks)).sort(
            "rank_1", nulls_last=True, maintain_order=True
        )

    @cached_property
    def figure(self) -> Figure:
        """The ranks of each unit in all rankings, drawn; a notebook shows it inline."""
        words = self.rankings[0].definition.words
        return draw_comparison(self.to_polars(), self.names, title=self._title, words=words, notices=self._notices)

    @property
    def _title(self) -> str:
        return phrase("notebook.compared_title", index=self.rankings[0].definition.title)

    @property
    def _notices(self) -> list[str]:
        answers = {one.answers for one in self.rankings if one.answers is not None}
        others = [phrase("notebook.compared_answers")] if len(answers) > 1 else []
        return list(dict.fromkeys([*others, *(notice for one in self.rankings for notice in one.notices)]))

    def _repr_html_(self) -> str:
        """Return what a notebook shows: ranks and scores side by side, and the figure."""
        table = self.to_polars()
        unit = start_sentence(self.rankings[0].definition.words.unit)
        numbers = range(1, len(self.rankings) + 1)
        headings = [unit]
        for name in self.names:
            headings += [phrase("notebook.compared_rank", name=name), phrase("notebook.compared_score", name=name)]
        rows = []
        for row in table.iter_rows(named=True):
            cells = [row["name"]]
            for n in numbers:
                scored = {"score": row[f"score_{n}"], "score_bound": row[f"score_bound_{n}"]}
                cells += [show_number(row[f"rank_{n}"]), show_score(scored)]
            rows.append(cells)
        moved = sum(low != high for low, high in table.select("rank_low", "rank_high").drop_nulls().iter_rows())
        said = phrase("notebook.compared_moved", count=moved, all=table.height)
        return show_block(
            self._title,
            show_table(make_table("compared", phrase("notebook.compared_caption"), headings, rows)),
            show_sentence(said),
            show_image(self.figure.svg, self.figure.alt),
            notice=" ".join(self._notices),
        )


_COMPARED = ("rank", "score", "score_bound")


def compare_methods(
    compared: Iterable[object], responses: object = None, *, names: Sequence[str] | None = None
) -> Comparison:
    """Return rankings under several methods, weights or definitions side by side.

    Parameters
    ----------
    compared
        Two to six completed runs, or definitions in any form that `run` takes.
    responses
        The answers that definitions rank, as `run` takes them.
    names
        What each is called; None: what in it departs from its definition.

    Raises
    ------
    UsageError
        When there are fewer or more, something is neither, or answers are missing.
    DataRefused
        When the answers cannot carry one of the definitions.
    """
    listed = _list_compared(compared)
    definitions = [one for one in listed if not isinstance(one, CompletedRun)]
    if definitions and responses is None:
        raise UsageError(
            "To compare definitions, answers are needed: bpo_index.compare_methods([one, other], answers)."
        )
    if not definitions and responses is not None:
        raise UsageError("Completed runs have their answers. Leave out the second argument.")
    if not definitions:
        found = [_read_run(one) for one in listed if isinstance(one, CompletedRun)]
    else:
        with open_answers(responses) as paths:
            found = [_read_run(one) if isinstance(one, CompletedRun) else _rank(one, paths) for one in listed]
    return Comparison(tuple(_name_rankings(found, names)))


def _list_compared(compared: object) -> list[CompletedRun | IndexDefinition]:
    wanted = "compare_methods needs a list of two to six completed runs, or definitions"
    if isinstance(compared, str | bytes | Mapping) or not isinstance(compared, Iterable):
        raise UsageError(f"{wanted}; found {name_value(compared)}.")
    listed = list(compared)
    if not 2 <= len(listed) <= len(LOOKS):
        raise UsageError(f"{wanted}; found {len(listed)}.")
    return [one if isinstance(one, CompletedRun) else find_definition(one) for one in listed]


def _rank(definition: IndexDefinition, paths: tuple[str, ...]) -> Ranking:
    ranking = rank_once(paths, definition)
    refusal = ranking.refusal or find_refusal([], ranking.audit, definition)
    if ranking.scores is None or refusal:
        raise DataRefused(f"{_describe_departures(definition)}: {refusal}")
    return Ranking(_describe_departures(definition), definition, ranking.scores.units)


def _read_run(run: CompletedRun) -> Ranking:
    name = _describe_departures(run.definition)
    answers = run.responses.sum_rows(b"compared")
    return Ranking(name, run.definition, run.result.ranking, tuple(run.result.notices), answers)


def _name_rankings(rankings: Sequence[Ranking], names: Sequence[str] | None) -> list[Ranking]:
    if names is None:
        names = [one.name for one in rankings]
        twice = {name for name in names if names.count(name) > 1}
        names = [f"{name} ({n})" if name in twice else name for n, name in enumerate(names, start=1)]
    elif isinstance(names, str) or len(names) != len(rankings) or not all(isinstance(one, str) for one in names):
        raise UsageError(f"names= needs a list of {len(rankings)} texts; found {name_value(names)}.")
    elif len(set(names)) < len(names):
        raise UsageError("names= has one text twice. Give each ranking a name of its own.")
    return [replace(one, name=name) for name, one in zip(names, rankings, strict=True)]


def _describe_departures(definition: IndexDefinition) -> str:
    """Return in a few words what departs from the official definition."""
    differences = list_differences(definition.official.model_dump(mode="json"), definition.model_dump(mode="json"))
    chosen = [one for one in differences if not one.place.startswith("uncertainty.")]
    if not chosen:
        return phrase("notebook.compared_as_defined")
    said = [_describe_difference(one, definition) for one in chosen[:_MOST_SAID]]
    more = [phrase("notebook.compared_more", count=len(chosen) - _MOST_SAID)] if len(chosen) > _MOST_SAID else []
    return ", ".join(said + more)


def _describe_difference(difference: Difference, definition: IndexDefinition) -> str:
    weighed = re.search(r"categories\[([^\]]+)\]\.weight$", difference.place)
    if weighed:
        title = definition.category_titles.get(weighed[1], weighed[1])
        return phrase("notebook.compared_weight", category=title, weight=show_point(float(difference.after)))
    if difference.place == "units":
        return phrase("notebook.compared_units", count=len(definition.units))
    return f"{difference.place.rpartition('.')[2]} {difference.after}"
