"""Synthetic surveys with a planted truth: the sample data, and surveys of any size for planning and coverage.

A rating is a latent mean of its unit and question, plus the respondent's leniency, plus the respondent's taste in the
category, plus noise, rounded to a whole number and held to the scale. `simulate_answers` makes one unit's ratings from
frozen draws; `calibrate_latents` solves the latent means for target scores under those draws, so that no respondent is
ever edited; `make_sample` adds the blemishes of real files as rows of their own.

Everything made here is synthetic and says so in its column `data_origin`. Run as a module it writes the sample data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import yaml

from bpo_index.definition import IndexDefinition, load_definition
from bpo_index.files.csv_tables import render_csv
from bpo_index.files.resources import find_resource
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.structure import IndexStructure, Node
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means

#: How near the printed score an exact target must come, in score points (half a printed digit, with a margin).
_EXACT = 0.045


@dataclass(frozen=True)
class AnswerModel:
    """Standard deviations of a rating's parts in scale points, and the shares of answers without a rating."""

    leniency: float
    """Between respondents, over all questions."""
    taste: float
    """Between respondents, within a category."""
    noise: float
    """Between answers."""
    dont_know: float = 0.0
    """Share of don't-know answers."""
    skipped: float = 0.0
    """Share of answers left out."""

    @property
    def spread(self) -> float:
        """The standard deviation of a rating before rounding."""
        return float(np.sqrt(self.leniency**2 + self.taste**2 + self.noise**2))


@dataclass(frozen=True)
class AnswerDraws:
    """The frozen draws of one unit's respondents."""

    deviation: Floats
    """Respondents x questions: leniency, taste and noise."""
    state: np.ndarray
    """Respondents x questions: 0 a rating, 1 don't know, 2 skipped."""


def draw_answers(
    rng: np.random.Generator, respondents: int, structure: IndexStructure, model: AnswerModel
) -> AnswerDraws:
    """Draw what is a respondent's own, for one unit."""
    holders, questions = [node.number for node in structure.groups_of_questions], len(structure.node_of)
    leniency = model.leniency * rng.standard_normal((respondents, 1))
    taste = model.taste * rng.standard_normal((respondents, len(holders)))
    noise = model.noise * rng.standard_normal((respondents, questions))
    luck = rng.random((respondents, questions))
    state = np.where(luck < model.dont_know, 1, np.where(luck < model.dont_know + model.skipped, 2, 0))
    return AnswerDraws(leniency + taste[:, np.searchsorted(holders, structure.node_of)] + noise, state)


def simulate_answers(latent: Floats, draws: AnswerDraws, structure: IndexStructure) -> Floats:
    """Return respondents x questions of whole ratings in the direction of the questionnaire; NaN where there is none.

    `latent` gives the latent mean of every question in the direction of confidence.
    """
    confident = np.clip(np.rint(latent + draws.deviation), structure.minimum, structure.maximum)
    ratings = np.where(structure.reverse, structure.minimum + structure.maximum - confident, confident)
    return np.asarray(np.where(draws.state == 0, ratings, np.nan))


def expect_rating(latent: Floats, model: AnswerModel, minimum: float, maximum: float) -> Floats:
    """Return the expected rating, in the direction of confidence, of a question with this latent mean.

    ``E = minimum + sum over whole ratings r above the minimum of P(latent + deviation >= r - 1/2)``.
    """
    from scipy.special import ndtr  # noqa: PLC0415

    cuts = np.arange(minimum + 1, maximum + 1) - 0.5
    above: Floats = ndtr((latent[..., np.newaxis] - cuts) / model.spread)
    return np.asarray(minimum + above.sum(axis=-1))


def score_answers(ratings: Floats, structure: IndexStructure) -> Floats:
    """Return overall and category scores of one unit's ratings, all respondents weighing the same."""
    respondents = len(ratings)
    unit = UnitAnswers("", ratings, np.ones(respondents), np.arange(respondents))
    scores: Floats = score_means(estimate_unit_means([unit]), structure)[0]
    return scores


def calibrate_latents(
    targets: Floats,
    shifts: Floats,
    draws: AnswerDraws,
    structure: IndexStructure,
    *,
    exact_categories: Mapping[int, float] | None = None,
    exact_overall: float | None = None,
) -> Floats:
    """Solve the latent means of one unit for target category scores under frozen draws.

    Parameters
    ----------
    targets
        Category scores, 0 to 100; each is met as nearly as whole ratings allow.
    shifts
        Per question, the planted difference within its category, in scale points.
    exact_categories, exact_overall
        Scores to meet to one printed decimal; for a category the shift of its last question is tried in steps of 0.02
        until they are met, for the overall score the other categories give way a little.

    Returns
    -------
    ndarray
        Latent means of the questions.

    Raises
    ------
    ValueError
        When an exact score cannot be met under these draws.
    """
    exact_categories = exact_categories or {}
    latent, categories = np.zeros(len(shifts)), structure.groups_of_questions

    def score(category: int) -> float:
        return float(score_answers(simulate_answers(latent, draws, structure), structure)[categories[category].number])

    def solve(category: int, target: float, shift: Floats) -> float:
        questions = categories[category].questions
        low, high = structure.minimum - 10.0, structure.maximum + 10.0
        best = (np.inf, 0.0)
        for _ in range(40):
            middle = (low + high) / 2
            latent[questions] = middle + shift[questions]
            reached = score(category)
            best = min(best, (abs(reached - target), middle))
            low, high = (middle, high) if reached < target else (low, middle)
        latent[questions] = best[1] + shift[questions]
        return score(category)

    for category, target in enumerate(targets):
        if category not in exact_categories:
            solve(category, target, shifts)
            continue
        last = categories[category].questions[-1]
        for step in sorted(np.arange(-75, 76) / 50, key=abs):
            trial = shifts.copy()
            trial[last] += step
            if abs(solve(category, exact_categories[category], trial) - exact_categories[category]) < _EXACT:
                break
        else:
            msg = f"category {category} cannot reach {exact_categories[category]}"
            raise ValueError(msg)

    if exact_overall is not None:
        free = [category for category in range(len(targets)) if category not in exact_categories]
        for turn in range(60):
            overall = score_answers(simulate_answers(latent, draws, structure), structure)[0]
            if abs(overall - exact_overall) < _EXACT:
                return latent
            category = free[turn % len(free)]
            share = _find_share(categories[category], structure)
            change = np.clip((exact_overall - overall) / share, -0.6, 0.6)
            solve(category, score(category) + change, shifts)
        msg = f"the overall score cannot reach {exact_overall}"
        raise ValueError(msg)
    return latent


def _find_share(node: Node, structure: IndexStructure) -> float:
    """Return the nominal weight of a node within the whole index."""
    share = 1.0
    while node.parent >= 0:
        outside = structure.nodes[node.parent]
        share *= structure.node_weights[node.number] / outside.nominal.sum()
        node = outside
    return share


def make_sample(name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sample responses of an edition and its planted truth.

    Parameters
    ----------
    name
        A built-in definition that ``sample_data/calibration.yaml`` has targets for.

    Returns
    -------
    responses
        The rows of the CSV file, all columns text.
    truth
        One row per unit and category: target, latent mean, planted (expected) and sample score, in percent.
    """
    definition = load_definition(name)
    calibration = yaml.safe_load(find_resource("sample_data", "calibration.yaml").read_text(encoding="utf-8"))
    model, edition = AnswerModel(**calibration["model"]), calibration["editions"][name]
    structure = IndexStructure.from_definition(definition)
    rng = np.random.default_rng(edition["seed"])
    category_ids = [definition.nodes[node.number].id for node in structure.groups_of_questions]

    rows: list[dict[str, str]] = []
    truth: list[dict[str, object]] = []
    latents: dict[str, Floats] = {}
    for unit in definition.units:
        draws = draw_answers(rng, edition["respondents"][unit.code], structure, model)
        shift_of = edition["question_shifts"].get(unit.code, {})
        exact = dict(edition["exact"].get(unit.code, {}))
        overall = exact.pop("overall", None)
        targets = np.array(edition["targets"][unit.code], dtype=float)
        latent = calibrate_latents(
            targets,
            np.array([shift_of.get(question, 0.0) for question in definition.question_ids]),
            draws,
            structure,
            exact_categories={category_ids.index(category): score for category, score in exact.items()},
            exact_overall=overall,
        )
        latents[unit.code] = latent
        ratings = simulate_answers(latent, draws, structure)
        rows += [
            {"country": unit.name} | _write_answers(definition, *pair)
            for pair in zip(ratings, draws.state, strict=True)
        ]
        truth += _describe_truth(
            unit.code, definition, structure, model, targets=targets, latent=latent, ratings=ratings
        )
    _pair_companies(rows, rng)
    # A generator of its own, so that what respondents say of themselves moves none of their answers.
    quarantined = np.random.default_rng([edition["seed"], 1])
    _add_background(rows, definition, quarantined)
    _spell_otherwise(rows, definition, rng)
    rows += _make_blemishes(definition, structure, model, latents, rng=rng)
    _add_background(rows, definition, quarantined)
    return _finish_rows(rows, definition, edition, rng), pl.DataFrame(truth)


def _write_answers(definition: IndexDefinition, ratings: Floats, state: np.ndarray) -> dict[str, str]:
    texts = {0: "{:.0f}", 1: "Don't know", 2: ""}
    return {
        question: texts[int(what)].format(rating)
        for question, rating, what in zip(definition.question_ids, ratings, state, strict=True)
    }


def _describe_truth(
    unit: str,
    definition: IndexDefinition,
    structure: IndexStructure,
    model: AnswerModel,
    *,
    targets: Floats,
    latent: Floats,
    ratings: Floats,
) -> list[dict[str, object]]:
    sampled = score_answers(ratings, structure)
    expected = expect_rating(latent, model, structure.minimum, structure.maximum)
    reach = structure.maximum - structure.minimum
    rows: list[dict[str, object]] = []
    for n, node in enumerate(structure.groups_of_questions):
        questions = node.questions
        rows.append(
            {
                "data_origin": "synthetic",
                "unit": unit,
                "category": definition.nodes[node.number].id,
                "target_score": float(targets[n]),
                "latent_mean": round(float(latent[questions].mean()), 4),
                "planted_score": round(float(100 * (expected[questions].mean() - structure.minimum) / reach), 4),
                "sample_score": round(float(sampled[node.number]), 4),
            }
        )
    return rows


def _pair_companies(rows: list[dict[str, str]], rng: np.random.Generator) -> None:
    """Give every respondent a company of its own, except for six pairs in one country."""
    numbers = rng.permutation(np.arange(1, len(rows) + 1))
    for row, number in zip(rows, numbers, strict=True):
        row["company"] = f"Synthetic company {number:03d}"
    countries = list(dict.fromkeys(row["country"] for row in rows))
    for country in rng.permutation(countries)[:6]:
        first, second, *_ = (row for row in rows if row["country"] == country)
        second["company"] = first["company"]


def _add_background(rows: list[dict[str, str]], definition: IndexDefinition, rng: np.random.Generator) -> None:
    """Give respondents without one a company size, in turn within a country, and 100 points over the categories."""
    size_of: dict[str, str] = {row["company"]: row["company_size"] for row in rows if "company_size" in row}
    for row in rows:
        if "company_size" in row:
            continue
        beside = {other["company"] for other in rows if other["country"] == row["country"]} & set(size_of)
        size_of.setdefault(row["company"], ("small", "large")[len(beside) % 2])
        row["company_size"] = size_of[row["company"]]
        headings = definition.columns.importance
        shares = rng.dirichlet(np.full(len(headings), 8.0))
        for heading, points in zip(headings.values(), rng.multinomial(100, shares), strict=True):
            row[heading] = str(points)


def _spell_otherwise(rows: list[dict[str, str]], definition: IndexDefinition, rng: np.random.Generator) -> None:
    """Give the country of some rows under another of its names, as surveys do."""
    aliases = {unit.name: (unit.code, *unit.aliases) for unit in definition.units}
    for n in rng.permutation(len(rows))[:9]:
        names = aliases[rows[n]["country"]]
        rows[n]["country"] = names[int(rng.integers(len(names)))]


def _make_blemishes(
    definition: IndexDefinition,
    structure: IndexStructure,
    model: AnswerModel,
    latents: dict[str, Floats],
    *,
    rng: np.random.Generator,
) -> list[dict[str, str]]:
    """Return rows that the checks quarantine; each is a respondent of its own, none enters the calibration."""

    def respondent(unit: str, number: int) -> dict[str, str]:
        draws = draw_answers(rng, 1, structure, model)
        answers = _write_answers(definition, simulate_answers(latents[unit], draws, structure)[0], draws.state[0])
        company = f"Synthetic company {900 + number}"
        return {"country": definition.unit_names[unit], "company": company} | answers

    questions = definition.question_ids
    typed_wrong = respondent("PHL", 1) | {questions[7]: "11"}
    unfinished = respondent("IND", 2) | dict.fromkeys(questions[15:], "") | {"finished": "false"}
    incomplete = respondent("ZAF", 3) | dict.fromkeys(questions[9:], "")
    straight = respondent("MEX", 4) | dict.fromkeys(questions, "8")
    elsewhere = respondent("SLV", 5) | {"country": "Guatemala"}
    twice = respondent("EGY", 6) | {"respondent_id": "conflict"}
    changed = respondent("EGY", 6) | {"respondent_id": "conflict"}
    return [typed_wrong, unfinished, incomplete, straight, elsewhere, twice, changed]


def _finish_rows(
    rows: list[dict[str, str]], definition: IndexDefinition, edition: dict[str, Any], rng: np.random.Generator
) -> pl.DataFrame:
    """Number, date and shuffle the rows, repeat one, and return them as text columns."""
    first_day = datetime.fromisoformat(edition["first_day"])
    rows = [rows[n] for n in rng.permutation(len(rows))]
    conflict = f"synthetic-{definition.edition}-{len(rows) + 1:03d}"
    for n, row in enumerate(rows):
        started = first_day + timedelta(days=int(rng.integers(26)), minutes=int(rng.integers(8 * 60, 18 * 60)))
        seconds = int(60 * np.exp(rng.normal(2.4, 0.35)))
        row["started_at"] = started.isoformat(sep=" ")
        row["finished_at"] = (started + timedelta(seconds=seconds)).isoformat(sep=" ")
        row["data_origin"] = "synthetic"
        row.setdefault("finished", "true")
        row["respondent_id"] = conflict if "respondent_id" in row else f"synthetic-{definition.edition}-{n + 1:03d}"
    rows.insert(70, dict(rows[12]))
    columns = ["respondent_id", "data_origin", "country", "company", "started_at", "finished_at", "finished"]
    columns += [*definition.columns.background.values(), *definition.columns.importance.values()]
    columns += definition.question_ids
    return pl.DataFrame([{column: row[column] for column in columns} for row in rows])


def write_sample_data() -> list[str]:
    """Write the sample data of every calibrated edition into ``sample_data/`` and return the file names."""
    folder = find_resource("sample_data")
    calibration = yaml.safe_load((folder / "calibration.yaml").read_text(encoding="utf-8"))
    written = []
    for name in calibration["editions"]:
        for file, frame in zip((f"{name}.csv", f"{name}-truth.csv"), make_sample(name), strict=True):
            (folder / file).write_bytes(render_csv(frame))
            written.append(file)
    return written


if __name__ == "__main__":
    print("\n".join(write_sample_data()))  # noqa: T201
