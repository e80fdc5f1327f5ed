"""From exact to publishable: the only door to publication.

`disclose` takes the results of all earlier stages and returns all that publication receives. Who takes part, which
cells are withheld and which scores are published as bounds was decided before anything was computed from them. This
module decides on influence (`influence`), rows that rules quarantine (`exclusions`), counts of answers (`answers`) and
what stands beside withheld categories (`withheld_categories`); a column that does not state of which answers it is made
is withheld. Exact tables of single respondents go into the private audit (`private_audit`). Method page:
docs/methods/disclosure.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.tree import place_categories
from bpo_index.disclosure.answers import PublicAudit, disclose_audit, withhold_small_units
from bpo_index.disclosure.cells.units import is_protected
from bpo_index.disclosure.decimals import coarsen_scores, find_few_decimals, round_published
from bpo_index.disclosure.exclusions import disclose_exclusions
from bpo_index.disclosure.influence import disclose_influence
from bpo_index.disclosure.keys import name_draws
from bpo_index.disclosure.withheld_categories import drop_score_effects, withhold_raters
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names
from bpo_index.errors import UsageError
from bpo_index.publication.columns import list_tables, list_withheld
from bpo_index.robustness.assess import Robustness, describe_notes
from bpo_index.robustness.node_results import SMOOTHED
from bpo_index.scoring.margins import hash_margins
from bpo_index.scoring.unit_scores import Scores
from bpo_index.validation.checked import Checked
from bpo_index.validation.nonresponse import tabulate_nonresponse


@dataclass(frozen=True)
class Publishable:
    """All that publication receives of an index, beside its definition.

    Attributes
    ----------
    tables
        The tables of `columns.list_tables()` by name, with their own columns and the origin of the data; but `long`,
        `neighbours` and `category_differences`, which are made of the others, and without added columns.
    audit
        How many rows were read and used, and why not.
    notes
        Sentences for readers: what the methods did that the numbers do not show, and which columns are withheld.
    replicates
        Replicates evaluated in each version, `sampling` and `all_assumptions`.
    replicates_not_ranked, assumptions_not_ranked
        Those of either in which a ranked unit had no score.
    draws
        Whose draws they are, from `name_draws`: to be compared, never published.
    margins
        The hash of the margins to which respondents were weighed, never published without a key; None: design weights.
    held
        Unit to the earlier release whose answers it keeps.
    restated
        Units whose category scores were published before, made in another way.
    earlier
        The releases of the edition with whose answers these were compared.
    cautions
        Those of the notes that are printed first: what was asked for and could not be had.
    """

    tables: dict[str, pl.DataFrame]
    audit: PublicAudit
    notes: list[str]
    replicates: int
    replicates_not_ranked: int
    assumptions_not_ranked: int
    draws: str = field(repr=False)
    margins: str | None = field(repr=False)
    held: dict[str, str] = field(default_factory=dict)
    restated: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


def disclose(checked: Checked, scores: Scores, robustness: Robustness, definition: IndexDefinition) -> Publishable:
    """Return what may be published of an index.

    Parameters
    ----------
    checked, scores, robustness, definition
        What the stages before found, and the index.

    Raises
    ------
    UsageError
        When the robustness was not assessed with the rows that quality rules keep out.
    """
    quarantined_by_rules, margins = checked.validation.quarantined_by_rules, scores.sample.margins
    if robustness.exclusions.readmitted != quarantined_by_rules.height:
        raise UsageError(
            f"The robustness was assessed with {robustness.exclusions.readmitted:,} of the "
            f"{quarantined_by_rules.height:,} rows that only quality rules quarantine. Assess it with "
            "`bpo_index.assess`, or pass `checked.validation.quarantined_by_rules` to `assess_robustness`."
        )
    exact = tabulate_nonresponse(checked.validation.accepted, definition)
    nonresponse = withhold_small_units(exact, definition.method.minimum_respondents_to_publish)
    frames = {
        "ranking": _join_ranking(scores, robustness, definition),
        "categories": _join_categories(scores, robustness, definition),
        "sampling_error": robustness.sampling_error,
        "design": robustness.design,
        "assumptions": robustness.assumptions,
        "weights": scores.weights,
        "outcomes": robustness.outcomes,
        "sensitivity": drop_score_effects(robustness.sensitivity, scores.categories, robustness.units),
        "method_ranks": robustness.method_ranks,
        "groups": robustness.groups,
        "exclusions": disclose_exclusions(robustness.exclusions, quarantined_by_rules, scores),
        "nonresponse": nonresponse,
        **disclose_influence(robustness.influence, quarantined_by_rules, scores),
    }
    for part in (robustness.ranks, robustness.structure, robustness.weights):
        frames |= vars(part)
    described, origin = list_tables(), pl.lit(checked.audit.data_origin)
    frames |= coarsen_scores(frames, find_few_decimals(scores, definition))
    return Publishable(
        tables={
            name: round_published(
                described[name],
                described[name].keep_stated(place_categories(frame, definition.nodes).with_columns(data_origin=origin)),
            )
            for name, frame in frames.items()
        },
        audit=disclose_audit(checked.audit, checked.validation.notes, nonresponse),
        notes=[
            *scores.notes,
            *_describe_draws(robustness),
            *_describe_protection(checked, frames["categories"], definition),
            *list_withheld(),
        ],
        replicates=robustness.replicates,
        replicates_not_ranked=robustness.replicates_not_ranked,
        assumptions_not_ranked=robustness.assumptions_not_ranked,
        draws=name_draws(robustness.replicates, robustness.seed),
        margins=None if margins is None else hash_margins(margins),
        held=checked.held,
        restated=checked.restated,
        earlier=checked.earlier,
        cautions=scores.sample.cautions,
    )


def _describe_draws(robustness: Robustness) -> list[str]:
    """Return sentences where respondents rate several units, and where no shares of replicates are given."""
    found = {"rate_several_units": robustness.rates_several, "no_shares": robustness.shares_withheld}
    return [phrase(f"notes.{name}", **robustness.words.names) for name, holds in found.items() if holds]


def _describe_protection(checked: Checked, categories: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    """Return sentences on smoothed errors, units that keep earlier answers or were scored before, and no protection."""
    names, words, said = definition.unit_names, definition.words, []
    if not is_protected(definition.method):
        said.append(phrase("disclosure.unprotected", units=words.units, respondent=words.respondent))
    if (categories["error"] == SMOOTHED).any():
        said.append(phrase("disclosure.smoothed", respondents=words.respondents, units=words.units))
    if checked.held:
        said.append(
            phrase(
                "disclosure.held",
                names=list_names([names[code] for code in checked.held]),
                respondents=words.respondents,
            )
        )
    if checked.restated:
        said.append(
            phrase(
                "disclosure.restated",
                names=list_names([names[code] for code in checked.restated]),
                respondents=words.respondents,
            )
        )
    return said


def _join_ranking(scores: Scores, robustness: Robustness, definition: IndexDefinition) -> pl.DataFrame:
    """Return the table `ranking`: units without a rank last."""
    return (
        scores.units.join(robustness.units, on="unit", how="left", maintain_order="left")
        .join(_name_units(definition), on="unit", how="left", maintain_order="left")
        .with_columns(pl.col("note").replace_strict(describe_notes(definition.words)))
        .sort("rank", "unit", nulls_last=True)
    )


def _join_categories(scores: Scores, robustness: Robustness, definition: IndexDefinition) -> pl.DataFrame:
    """Return the table `categories`: in the definition's order, units by rank."""
    titles = pl.DataFrame(
        [(node.id, node.title, node.number) for node in definition.category_nodes],
        schema={"category": pl.String, "category_title": pl.String, "order": pl.Int64},
        orient="row",
    )
    return (
        withhold_raters(scores.categories, scores.units)
        .join(robustness.categories, on=["unit", "category"], how="left", maintain_order="left")
        .join(_name_units(definition), on="unit", how="left", maintain_order="left")
        .join(titles, on="category", how="left", maintain_order="left")
        .with_columns(pl.col("note").replace_strict(describe_notes(definition.words)))
        .sort("order", "rank", "unit", nulls_last=True)
    )


def _name_units(definition: IndexDefinition) -> pl.DataFrame:
    return pl.DataFrame(
        [(unit.code, unit.name, unit.region) for unit in definition.units],
        schema={"unit": pl.String, "name": pl.String, "region": pl.String},
        orient="row",
    )
