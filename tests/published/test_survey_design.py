"""Errors under a design as R's package survey printed them: its documentation and saved tests, version 4.1-1 of Debian.

The data are taken from Debian's package r-cran-survey when the tests run (`BPO_INDEX_SURVEY_DATA` names the folder of
its .rda files). Paths in the comments are those of the package, /usr/share/doc/r-cran-survey/tests/.
"""

from __future__ import annotations

import functools
import io
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml

from bpo_index.definition import parse_definition
from bpo_index.errors import DataRefused
from bpo_index.responses import read_responses
from bpo_index.robustness.sampling.linearisation import Linearised, linearise_errors
from bpo_index.robustness.sampling.replicate_weights import estimate_supplied_errors
from bpo_index.scoring.unit_scores import Scores, score_units
from bpo_index.validation.validate import validate_responses

with_survey_data = pytest.mark.component("survey-data")
#: Schools of California by type (example(api): pop.types).
SCHOOLS = {"E": 4421, "H": 755, "M": 1018}


@functools.cache
def read_data(name: str) -> pl.DataFrame:
    """Return a data frame of the package, all columns text or numbers."""
    import pandas as pd
    import rdata

    file = "fpc" if name == "fpc" else "api"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns that nothing is made of
        frame = rdata.read_rda(Path(os.environ["BPO_INDEX_SURVEY_DATA"]) / f"{file}.rda")[name]
    columns = {str(column): [None if pd.isna(value) else value for value in frame[column]] for column in frame.columns}
    return pl.DataFrame(
        {
            column: pl.Series([str(value) if isinstance(value, str) else value for value in values], strict=False)
            for column, values in columns.items()
        }
    )


def score(
    rows: pl.DataFrame,
    folder: Path,
    columns: Mapping[str, Any],
    design: Mapping[str, Any],
    *,
    rating: str = "api00",
    maximum: float = 1000,
    margins: pl.DataFrame | None = None,
) -> Scores:
    """Return the scores of the rows as a file of one unit and one question, on a scale from 0."""
    answers = rows.with_columns(unit=pl.lit("CAL"))
    answers.write_csv(folder / "answers.csv")
    definition = parse_definition(
        yaml.safe_dump(
            {
                **{"schema_version": 1, "index": "api", "edition": "one", "version": "1", "title": "Schools"},
                "provenance": {"note": "R survey"},
                "scale": {"minimum": 0, "maximum": maximum, "may_be_narrow": True},
                "units": [{"code": "CAL", "name": "California"}],
                "categories": [{"id": "api", "title": "API", "questions": [{"id": rating, "text": "Rating"}]}],
                "columns": {"unit": "unit", **columns},
                "quality_rules": {},
                **({"design": dict(design)} if design else {}),
            }
        )
    )
    responses = read_responses([str(folder / "answers.csv")], definition)
    assert not responses.refusals
    validation = validate_responses(responses, definition)
    assert validation.accepted.height == rows.height, validation.quarantined["sentences"].to_list()[:3]
    return score_units(validation.accepted, definition, margins)


def linearise(scores: Scores) -> tuple[float, float, Linearised]:
    """Return mean and standard error in points of the scale, and all that was found."""
    found = linearise_errors(scores.sample.answers, scores.sample.structure)
    points = scores.sample.structure.maximum / 100
    return points * float(scores.units["score"][0]), points * float(found.standard_errors[0, 0]), found


def tell(number: float, printed: str) -> str:
    """Return a number with as many decimals as the printed one."""
    return f"{number:.{len(printed.partition('.')[2])}f}"


WEIGHTED = {"design_weight": "pw"}
CLUSTERED = {"design_weight": "pw", "company": "dnum"}
ONE_OF_ALL = {"lonely_company": "certainty", "lonely_reason": "all of its schools were drawn"}
#: Data, columns, design; mean and standard error as printed. testoutput/api.Rout.saved: svymean(~api00, ...) of dstrat,
#: dclus1, dclus2 and dclus2wr.
DESIGNS = {
    "dstrat": ("apistrat", WEIGHTED, {"strata": "stype", "population": {"column": "fpc"}}, "662.29", "9.4089"),
    "dclus1": ("apiclus1", CLUSTERED, {"population": {"column": "fpc"}}, "644.17", "23.542"),
    "dclus1, by unit": ("apiclus1", CLUSTERED, {"population": {"by_unit": {"CAL": 757}}}, "644.17", "23.542"),
    "dclus2": (
        "apiclus2",
        CLUSTERED,
        {"population": {"column": "fpc1"}, "respondents_in_company": "fpc2", **ONE_OF_ALL},
        "670.81",
        "30.099",
    ),
    "dclus2wr": ("apiclus2", CLUSTERED, {}, "670.81", "30.712"),
    # The sizes of example(api) by stratum.
    "dstrat, by stratum": (
        "apistrat",
        WEIGHTED,
        {"strata": "stype", "population": {"by_stratum": SCHOOLS}},
        "662.29",
        "9.4089",
    ),
}


@with_survey_data
@pytest.mark.parametrize("name", DESIGNS)
def test_means_under_the_designs_of_the_documentation(name, tmp_path):
    data, columns, design, mean, error = DESIGNS[name]
    found_mean, found_error, _ = linearise(score(read_data(data), tmp_path, columns, design))
    assert (tell(found_mean, mean), tell(found_error, error)) == (mean, error)


def leave_districts_out() -> pl.DataFrame:
    """Return the one-stage sample with jackknife weights: each district left out once, the others with n / (n - 1)."""
    rows = read_data("apiclus1")
    districts = rows["dnum"].unique().sort().to_list()
    n = len(districts)
    return rows.with_columns(
        pl.when(pl.col("dnum") == left).then(0.0).otherwise(pl.col("pw") * n / (n - 1)).alias(f"rep{k + 1:02d}")
        for k, left in enumerate(districts)
    )


@with_survey_data
@pytest.mark.parametrize(
    ("mse", "fits_types", "mean", "error"),
    [
        # testoutput/api.Rout.saved, rclus1 and rclus1p, first with options(survey.replicates.mse=TRUE).
        (True, False, "644.17", "26.335"),
        (False, False, "644.17", "26.329"),
        (True, True, "642.31", "26.936"),
    ],
)
def test_jackknife_weights_that_the_survey_supplies(mse, fits_types, mean, error, tmp_path):
    design = {
        "replicate_weights": {
            "columns": ["rep{01..15}"],
            "type": "JK1",
            "mse": mse,
            "scale": (757 - 15) / 757 * 14 / 15,  # jk1weights: fpc x (n - 1) / n
        }
    }
    margins = None
    columns: dict[str, Any] = dict(CLUSTERED)
    if fits_types:
        columns["background"] = {"type": "stype"}
        margins = pl.DataFrame(
            {"unit": "", "variable": "type", "level": list(SCHOOLS), "share": [float(one) for one in SCHOOLS.values()]}
        )
    scores = score(leave_districts_out(), tmp_path, columns, design, margins=margins)
    found = estimate_supplied_errors(scores.sample.answers, scores.sample.structure)
    assert found is not None
    assert tell(10 * float(scores.units["score"][0]), mean) == mean
    assert tell(10 * found.standard_errors[0, 0], error) == error
    assert found.degrees[0, 0] == 14


@with_survey_data
@pytest.mark.parametrize(
    ("option", "error"),
    # lonely.psu.Rout.save, first design (each district a stratum, 413 has one school), options(survey.lonely.psu=...)
    # "certainty", "adjust" and "average", which are ours by the same names but for adjust: centre.
    [("certainty", "5.8058"), ("centre", "5.8281"), ("average", "6.0096")],
)
def test_options_for_a_lonely_company(option, error, tmp_path):
    reason = {"lonely_reason": "it was sure to be drawn"} if option == "certainty" else {}
    design = {"strata": "dnum", "lonely_company": option, **reason}
    mean, found, all_of_it = linearise(score(read_data("apiclus1"), tmp_path, WEIGHTED, design))
    assert (tell(mean, "644.17"), tell(found, error)) == ("644.17", error)
    assert all_of_it.degrees[0, 0] == 183 - 15  # schools less districts


@with_survey_data
def test_a_lonely_company_is_refused_by_default(tmp_path):
    # lonely.psu.Rout.save: "Stratum (413) has only one PSU at stage 1".
    with pytest.raises(DataRefused, match="stratum 413: only one, a respondent"):
        score(read_data("apiclus1"), tmp_path, WEIGHTED, {"strata": "dnum"})


@with_survey_data
@pytest.mark.parametrize("option", ["fail", "centre", "average"])
def test_the_only_company_of_its_population_is_not_lonely(option, tmp_path):
    # lonely.psu.Rout.save, "fpc specified": one school in the population of district 413, 1000 elsewhere.
    rows = read_data("apiclus1").with_columns(size=pl.when(pl.col("dnum") == 413).then(1).otherwise(1000))
    design = {"strata": "dnum", "population": {"column": "size"}, "lonely_company": option}
    mean, error, _ = linearise(score(rows, tmp_path, WEIGHTED, design))
    assert (tell(mean, "644.17"), tell(error, "5.7344")) == ("644.17", "5.7344")


@with_survey_data
def test_strata_without_the_lonely_one(tmp_path):
    # lonely.psu.Rout.save, "lonely PSUs after subsetting", before the subset: every stratum has two schools.
    rows = read_data("apiclus1").filter(pl.col("dnum") != 413)
    fails = {"strata": "dnum"}
    certain = {**fails, "lonely_company": "certainty", "lonely_reason": "none is"}
    _, error, _ = linearise(score(rows, tmp_path, WEIGHTED, fails))
    assert error == linearise(score(rows, tmp_path, WEIGHTED, certain))[1]


#: testoutput/fpc.Rout.save, as printed.
FPC = """stratid psuid weight nh Nh x
1 1 3 5 15 2.8
1 2 3 5 15 4.1
1 3 3 5 15 6.8
1 4 3 5 15 6.8
1 5 3 5 15 9.2
2 1 4 3 12 3.7
2 2 4 3 12 6.6
2 3 4 3 12 4.2
"""


@pytest.mark.parametrize(("population", "error"), [({}, "0.7413"), ({"population": {"column": "Nh"}}, "0.616")])
def test_a_small_stratified_sample_with_and_without_correction(population, error, tmp_path):
    rows = pl.read_csv(io.StringIO(FPC), separator=" ").drop("nh")  # headings are compared without case
    scores = score(
        rows, tmp_path, {"design_weight": "weight"}, {"strata": "stratid", **population}, rating="x", maximum=10
    )
    mean, found, _ = linearise(scores)
    assert (tell(mean, "5.4481"), tell(found, error)) == ("5.4481", error)


def test_a_design_based_effect_and_kishs_effect_are_two_things(tmp_path):
    # deff.Rout.save, from Takahiro Tsuchiya: svymean(~uriage, des.pps, deff="replace").
    turnover = [15, 143, 21, 51, 337, 50, 274, 145, 15, 86]
    weights = [20, 200, 11, 25, 550, 30, 250, 100, 10, 55]
    rows = pl.DataFrame({"uriage": turnover, "w": weights})
    design = {"population": {"by_unit": {"CAL": 10**9}}}
    scores = score(rows, tmp_path, {"design_weight": "w"}, design, rating="uriage")
    mean, error, found = linearise(scores)
    assert (tell(mean, "243.914"), tell(error, "48.752")) == ("243.914", "48.752")
    assert tell(found.standard_errors[0, 0] ** 2 / found.simple[0, 0], "1.9741") == "1.9741"
    shares = np.array(weights) / sum(weights)
    assert scores.sample.answers[0].design_effect == pytest.approx(10 * (shares**2).sum())
