"""Notes on questions whose answers have a shape that questions seldom have: perhaps other codes, or a copied column.

Over the accepted respondents of units with enough of them to be published, for questions with 30 ratings or more (12
for the last):

- **a shorter run**: all ratings are whole, their ends are those of a usual shorter scale, and if the question were
  answered like the others on its scale, of which a share p lies beyond these ends, (1 - p)^n would be under 0.001;
- **mass at an end, or at 0**: at least 10 ratings and a tenth of them are exactly there, four times as many as in the
  next point (the next tenth of a long scale), which has fewer than what lies farther; or nine in ten are there;
- **the same answers**: two questions that vary have the same rating, or none, in every row.

Nothing is changed. Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Scale
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_percentage, show_point
from bpo_index.scoring.arrays import Floats
from bpo_index.validation.direction import keep_published
from bpo_index.validation.notes import Note
from bpo_index.validation.other_scale import USUAL_SCALES

#: Ratings that a question needs.
_FEWEST = 30
#: Ratings from which two columns with the same answers are no chance.
_FEWEST_COPIES = 12
#: How improbable it must be that nobody goes beyond the shorter run.
_CHANCE = 0.001
#: Ratings at an end, their share of all, and how many times as many they are as those beside it.
_MASS, _MASS_SHARE, _MASS_TIMES = 10, 0.1, 4
#: Share of ratings at one point from which nearly all are there.
_NEARLY_ALL = 0.9
#: Points of a scale above which the next tenth of it is looked at, and not the next point.
_LONG_SCALE = 12


def find_strange_shapes(given: pl.DataFrame, definition: IndexDefinition) -> list[Note]:
    """Return the notes.

    Parameters
    ----------
    given
        One row per accepted respondent with `unit` and `<question ids>`: ratings as they were given, each on the scale
        of its question, null where there is none.
    definition
        The questions and their scales.
    """
    minimum = definition.method.minimum_respondents_to_publish
    published = keep_published(given, minimum)
    return [
        *_find_shorter_runs(published, definition),
        *_find_masses(published, definition),
        *_find_copies(published, definition),
    ]


def _find_shorter_runs(published: pl.DataFrame, definition: IndexDefinition) -> Iterator[Note]:
    for scale, questions in definition.scale_groups:
        if scale.may_be_narrow or len(questions) < 2:
            continue
        ends = published.select(
            *(pl.col(question).min().alias(f"{question}.low") for question in questions),
            *(pl.col(question).max().alias(f"{question}.high") for question in questions),
            *(
                (pl.col(question) == pl.col(question).round()).all().alias(f"{question}.whole")
                for question in questions
            ),
            *(pl.col(question).count().alias(f"{question}.n") for question in questions),
        ).row(0, named=True)
        for question in questions:
            low, high, n = (ends[f"{question}.{what}"] for what in ("low", "high", "n"))
            if n < _FEWEST or not ends[f"{question}.whole"] or (low, high) not in USUAL_SCALES:
                continue
            if (low, high) == (scale.minimum, scale.maximum):
                continue
            others = [other for other in questions if other != question]
            beyond = published.select(
                beyond=pl.sum_horizontal((~pl.col(other).is_between(low, high)).sum() for other in others),
                all=pl.sum_horizontal(pl.col(other).count() for other in others),
            ).row(0)
            if beyond[1] and (1 - beyond[0] / beyond[1]) ** n < _CHANCE:
                yield Note(
                    phrase("notes.shorter_run", question=question),
                    phrase(
                        "notes.shorter_run_detail",
                        count=n,
                        low=show_point(low),
                        high=show_point(high),
                        scale_low=show_point(scale.minimum),
                        scale_high=show_point(scale.maximum),
                    ),
                )


def _find_masses(published: pl.DataFrame, definition: IndexDefinition) -> Iterator[Note]:
    found: dict[str, list[str]] = {}
    details: dict[str, list[str]] = {}
    for scale, questions in definition.scale_groups:
        for question in questions:
            ratings = published[question].drop_nulls().to_numpy()
            for point in _list_looked_at(scale):
                if len(ratings) < _FEWEST or not _is_mass(ratings, point, scale):
                    continue
                key = "zero" if point == 0 else "low" if point == scale.minimum else "high"
                share = float((ratings == point).mean())
                found.setdefault(key, []).append(question)
                details.setdefault(key, []).append(
                    phrase("notes.mass_share", question=question, share=show_percentage(share), point=show_point(point))
                )
    for key, named in found.items():
        detail = phrase("notes.mass_detail", listed="; ".join(details[key]))
        yield Note(phrase(f"notes.mass_at_{key}", count=len(named), questions=list_names(named)), detail)


def _list_looked_at(scale: Scale) -> list[float]:
    ends = [scale.minimum, scale.maximum]
    return [*ends, 0.0] if scale.minimum < 0 < scale.maximum else ends


def _is_mass(ratings: Floats, point: float, scale: Scale) -> bool:
    """Return whether implausibly many ratings are exactly at a point, apart from all others."""
    there = int((ratings == point).sum())
    if there < _MASS or there < _MASS_SHARE * len(ratings):
        return False
    length = scale.maximum - scale.minimum
    if there >= _NEARLY_ALL * len(ratings):
        return True
    distance = np.abs(ratings - point)
    step = 1.0 if length <= _LONG_SCALE else length / 10
    beside = int(((distance > 0) & (distance <= step)).sum())
    farther = int((distance > step).sum())
    return length > 2 and there >= _MASS_TIMES * max(beside, 1) and farther > beside


def _find_copies(published: pl.DataFrame, definition: IndexDefinition) -> list[Note]:
    # Columns with the same count and sum are few; only these are compared row by row.
    alike: dict[tuple[int, float], list[str]] = {}
    pairs: list[tuple[str, str]] = []
    for question in definition.question_ids:
        ratings = published[question]
        if ratings.count() < _FEWEST_COPIES or ratings.min() == ratings.max():
            continue
        firsts = alike.setdefault((ratings.count(), float(ratings.sum())), [])
        original = next((first for first in firsts if published[first].equals(ratings, null_equal=True)), None)
        if original is None:
            firsts.append(question)
        else:
            pairs.append((original, question))
    if not pairs:
        return []
    originals, copies = ([pair[n] for pair in pairs] for n in (0, 1))
    return [
        Note(phrase("notes.same_answers", count=len(pairs), copies=_shorten(copies), originals=_shorten(originals)))
    ]


def _shorten(questions: Sequence[str]) -> str:
    return list_names(list(dict.fromkeys(questions)))
