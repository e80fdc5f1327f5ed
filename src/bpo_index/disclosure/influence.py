"""Decide what is published of influence: counts of people, and effects of quality rules that public facts imply.

Single respondents and companies are counted together. What a rule that keeps rows out does to ranks is published only
where it does not depend on what those rows say (`possible_ranks`). Method page: docs/methods/influence.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bpo_index.disclosure.possible_ranks import bound_ranks, measure_changes
from bpo_index.publication.columns.influence import INFLUENCE, RANKS_WITHOUT
from bpo_index.robustness.influence import RULE, Influence
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW
from bpo_index.scoring.arrays import Ints
from bpo_index.scoring.unit_scores import Scores

#: What is left out under a name that is for the private audit only.
PRIVATE = ("respondent", "company")


def disclose_influence(
    influence: Influence, quarantined_by_rules: pl.DataFrame, scores: Scores
) -> dict[str, pl.DataFrame]:
    """Return the tables `influence`, `ranks_without` and `ranks_without_unit` as they may be published.

    Parameters
    ----------
    influence
        From `assess_influence`.
    quarantined_by_rules
        From `validate_responses`: the answers that quality rules keep out.
    scores
        What `score_units` made of the accepted answers.

    Returns
    -------
    dict
        `influence`: one row for all respondents, one for all companies, one per unit, question, category and quality
        rule: `left_out, item, items, changing_first, changing_first_five, changing_any_rank` (how many of the items
        do)`, largest_shift, mean_rank_shift` (over items and units)`, not_computed`; of a quality rule null where it
        depends on what the rows say that it keeps out. `ranks_without`: as in `Influence`, null likewise.
        `ranks_without_unit`: as there; ranks of published units.
    """
    rules = influence.items.filter(pl.col("left_out") == RULE)["item"].to_list()
    ranked = scores.units.filter("ranked")
    # The rows that a rule alone keeps out.
    possible = {rule: bound_ranks(quarantined_by_rules.filter(pl.col("reasons") == [rule]), scores) for rule in rules}
    return {
        "influence": _count_items(influence.items, possible, ranked["rank"].to_numpy()),
        "ranks_without": _withhold_ranks(influence.ranks_without, possible, ranked["unit"].to_list()),
        "ranks_without_unit": influence.ranks_without_unit,
    }


def _count_items(items: pl.DataFrame, possible: Mapping[str, tuple[Ints, Ints]], ranks: Ints) -> pl.DataFrame:
    """Return the public table: single respondents and companies are counted together, rules by possible ranks."""
    counted = (
        items.filter(pl.col("left_out") != RULE)
        .with_columns(item=pl.when(~pl.col("left_out").is_in(PRIVATE)).then("item"))
        .group_by("left_out", "item", maintain_order=True)
        .agg(
            items=pl.len(),
            changing_first=pl.col("changes_first").sum(),
            changing_first_five=pl.col("changes_first_five").sum(),
            changing_any_rank=(pl.col("ranks_changed") > 0).sum(),
            largest_shift=pl.col("largest_shift").max(),
            mean_rank_shift=pl.col("mean_rank_shift").mean().round(6),
            not_computed=pl.col("ranks_changed").null_count(),
        )
        .cast(INFLUENCE.schema)
    )
    shown = [
        (RULE, name, 1, *measure_changes(ranks, best, worst, FIRST_FEW), 0) for name, (best, worst) in possible.items()
    ]
    return pl.concat([counted, pl.DataFrame(shown, schema=INFLUENCE.schema, orient="row")])


def _withhold_ranks(exact: pl.DataFrame, possible: Mapping[str, tuple[Ints, Ints]], codes: list[str]) -> pl.DataFrame:
    """Return the ranks without each item; without a rule only those that it must leave, whatever its rows say."""
    shown = [
        (RULE, name, code, int(low) if low == high else None)
        for name, (best, worst) in possible.items()
        for code, low, high in zip(codes, best, worst, strict=True)
    ]
    schema = {name: RANKS_WITHOUT.schema[name] for name in ("left_out", "item", "unit")} | {"shown": pl.Int64}
    found = exact.join(
        pl.DataFrame(shown, schema=schema, orient="row"),
        on=["left_out", "item", "unit"],
        how="left",
        maintain_order="left",
    )
    known = pl.when(pl.col("left_out") == RULE).then("shown").otherwise("rank_without")
    return found.with_columns(rank_without=known).select(RANKS_WITHOUT.schema.names())
