"""Methods by name: the catalogue, method files, margin files, and what they change from the answers to the release."""

import dataclasses
import json

import numpy as np
import polars as pl
import pytest

from bpo_index.cli.main import main
from bpo_index.definition import replace_method
from bpo_index.definition.method_block import Method
from bpo_index.errors import DataRefused, DefinitionError
from bpo_index.files.resources import find_resource
from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.robustness.sampling.resampling import Resampler
from bpo_index.scoring.chain import Evidence, score_means
from bpo_index.scoring.margins import read_margins
from bpo_index.scoring.methods.registry import list_methods, list_names
from bpo_index.scoring.preparation import prepare_sample
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means, sort_respondents
from bpo_index.scoring.unit_scores import score_units as score
from tests.quick import quick_definition
from tests.surveys import make_definition, read_sample, validate_rows

pytestmark = pytest.mark.usefixtures("without_figures")

EXTRAS = {
    "log": "normalisation: min_max",
    "power": "normalisation: z_score",
    "distance_to_target": "target: 9",
    "distance_to_reference": "reference_unit: IND",
    "goalposts": "goalposts: [2, 10]",
    "generalised_mean": "power: 0.5",
    "ahp": f"comparisons: {[[1.0] * 10] * 10}",
    "factor_analysis": "weighting_level: within",
}


@pytest.fixture(scope="module")
def sample():
    return read_sample()


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_every_method_has_a_line_a_page_and_a_source_that_there_is(project):
    sources = (project / "docs" / "references.bib").read_text(encoding="utf-8")
    for entries in list_methods().values():
        for entry in entries.values():
            assert (project / "docs" / "methods" / f"{entry.page}.md").is_file(), entry.page
            assert len(entry.line) < 90
            assert entry.source is None or f"{{{entry.source}," in sources


def test_the_command_lists_every_method(run):
    code, out, _ = run("methods")
    assert code == 0
    listed = json.loads(run("methods", "--json")[1])
    for step, entries in listed.items():
        assert step in out
        assert all(entry["name"] in out and entry["line"] in out for entry in entries)


def list_method_texts():
    for step, entries in list_methods().items():
        if step == "respondent_weights":
            continue
        for entry in entries.values():
            extra = EXTRAS.get(entry.name, "")
            yield f"{step}: {entry.name}\n{extra}"
            if step == "aggregation" or (
                step == "weighting" and entry.name in list_names("weighting", "question_weighting")
            ):
                yield f"question_{step}: {entry.name}\n{extra}"


@pytest.mark.parametrize("text", list(list_method_texts()), ids=lambda text: text.split("\n")[0])
def test_every_method_runs_from_answers_to_errors(sample, text):
    definition, accepted = sample
    # Half of the units tell as much, in a quarter of the time.
    accepted = accepted.filter(pl.col("unit").is_in(["COL", "IND", "BGR", "HND", "NIC", "POL"]))
    changed = replace_method(definition, text)
    scores = score(accepted, changed)
    assert scores.units["score"].count() == 6
    assert scores.units["rank"].min() == 1
    assert scores.weights.filter(pl.col("question").is_null())["nominal_weight"].sum() == pytest.approx(1)
    robustness = assess_robustness(accepted, scores, changed, replicates=100)
    assert robustness.units.filter(pl.col("se").is_null() & (pl.col("note") == "")).is_empty()
    assert (robustness.units["se"].drop_nulls() > 0).all()


@pytest.mark.parametrize(
    "text",
    [
        "normalisation: z_score",
        "normalisation: min_max\nnormalisation_range: [1, 100]\naggregation: geometric",
        "weighting: pca",
        "weighting: entropy\nquestion_aggregation: harmonic",
    ],
)
def test_linearised_errors_agree_with_replicates_under_methods_across_units(sample, text):
    definition, accepted = sample
    changed = replace_method(definition, text)
    scores = score(accepted, changed)
    bootstrap = assess_robustness(accepted, scores, changed, replicates=3_000).units["se"].to_numpy()
    analytic = linearise_standard_errors(scores.sample.answers, scores.sample.structure)[0][:, 0]
    ratio = bootstrap / analytic
    assert 0.85 < np.median(ratio) < 1.2
    assert (ratio > 0.6).all()
    assert (ratio < 1.7).all()


def test_the_derivative_crosses_units():
    structure = IndexStructure.of_categories(
        np.array([0]), np.ones(1), np.ones(1), method=Method(normalisation="min_max")
    )
    ratings = [np.array([[2.0], [4.0]]), np.array([[5.0], [6.0]]), np.array([[8.0], [10.0]])]
    answers = [UnitAnswers(str(n), part, np.ones(2), np.arange(2)) for n, part in enumerate(ratings)]
    # Score of the middle unit 100 (b - a) / (c - a) at a = 3, b = 5.5, c = 9; each mean has se^2 = s^2 / 2.
    se, _ = linearise_standard_errors(answers, structure)
    a, b, c = 3, 5.5, 9
    slopes = [100 * (b - c) / (c - a) ** 2, 100 / (c - a), -100 * (b - a) / (c - a) ** 2]
    variances = [1.0, 0.25, 1.0]
    expected = sum(slope**2 * variance for slope, variance in zip(slopes, variances, strict=True)) ** 0.5
    assert se[1, 0] == pytest.approx(expected, rel=1e-5)


def test_a_method_file_takes_the_place_of_keys_and_moves_the_release(run, tmp_path):
    data = find_resource("sample_data", "offshore-bpo-2021.csv")
    (tmp_path / "geometric.yaml").write_text("aggregation: geometric\n")
    (tmp_path / "nested.yaml").write_text("method:\n  aggregation: geometric\n")
    quick = ("--definition", quick_definition())
    plain = json.loads(run("run", data, "--json", *quick)[1])
    changed = json.loads(run("run", data, "--json", *quick, "--method", "geometric.yaml")[1])
    nested = json.loads(run("run", data, "--json", *quick, "--method", "nested.yaml")[1])
    assert changed["release"] == nested["release"] != plain["release"]
    assert changed["ranking"][0]["score"] < plain["ranking"][0]["score"]
    released = json.loads((tmp_path / changed["path"] / "definition.json").read_text())
    assert released["method"]["aggregation"] == "geometric"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aggregation: mean\n", "method.aggregation (line 1)"),
        ("normalisation: min_max\naggregation: geometric\n", "needs positive values"),
        ("units: []\n", "method.units (line 1): is not a key"),
        ("", "the file is empty"),
        ("- 1\n", "holds no keys"),
        ("weighting: pca\nweighting: equal\n", "given twice"),
    ],
)
def test_a_broken_method_file_is_exit_2_with_places(run, tmp_path, text, expected):
    (tmp_path / "method.yaml").write_text(text)
    code, out, err = run("run", find_resource("sample_data", "offshore-bpo-2021.csv"), "--method", "method.yaml")
    assert (code, out) == (2, "")
    assert expected in err
    assert "The method file method.yaml has" in err
    assert run("run", "x.csv", "--method", "absent.yaml")[0] == 2


def test_definitions_refuse_what_does_not_go_together():
    with pytest.raises(DefinitionError) as caught:
        make_definition(**{"{minimum_respondents_to_publish": "{weighting: importance, minimum_respondents_to_publish"})
    assert "columns.importance for each category; not: first, last" in str(caught.value)
    with pytest.raises(DefinitionError, match="uses itself"):
        make_definition(**{"id: q1": "id: importance_q1"})
    with pytest.raises(DefinitionError, match="not the id of a category"):
        make_definition(**{"company: company": "company: company, importance: {nowhere: points}"})
    with pytest.raises(DefinitionError, match=r"already the heading of columns\.company"):
        make_definition(**{"company: company": "company: company, background: {size: company}"})
    broken = "{minimum_respondents_to_publish: 2, weighting: [pca], normalisation: {a: 1}, comparisons: 3, power: x"
    with pytest.raises(DefinitionError):
        make_definition(**{"{minimum_respondents_to_publish: 2": broken})


# ---- respondents' weights ------------------------------------------------------------------------------------------


def test_margins_change_scores_errors_and_the_release(run, tmp_path):
    def read_annex(answer):
        return (tmp_path / answer["path"] / "annex.html").read_text(encoding="utf-8")

    data, margins = (
        find_resource("sample_data", name) for name in ("offshore-bpo-2021.csv", "synthetic-margins-2021.csv")
    )
    quick = ("--definition", quick_definition(replicates=300))
    plain = json.loads(run("run", data, "--json", *quick)[1])
    before = read_annex(plain)  # the release is withdrawn by the next
    weighed = json.loads(run("run", data, "--json", *quick, "--margins", margins)[1])
    assert plain["release"] != weighed["release"]
    ours, theirs = ({row["unit"]: row for row in answer["ranking"]} for answer in (plain, weighed))
    # Where the sample has the population's shares already nothing moves.
    assert sum(theirs[unit]["score"] != ours[unit]["score"] for unit in ours) >= 8
    assert all(row["design_effect"] >= 1 for row in weighed["ranking"])
    assert any(row["effective_n"] < row["respondents"] - 0.01 for row in weighed["ranking"])
    manifest = json.loads((tmp_path / weighed["path"] / "manifest.json").read_text())
    assert "margins_hmac_sha256" in manifest["made_from"]["settings"]
    assert ["fitted to shares of the population" in page for page in (before, read_annex(weighed))] == [False, True]


def test_raked_scores_by_hand_and_weights_fitted_anew_in_replicates(sample):
    definition, accepted = sample
    margins = read_margins(find_resource("sample_data", "synthetic-margins-2021.csv"))
    prepared = prepare_sample(accepted, definition, margins)
    position = [unit.unit for unit in prepared.answers].index("POL")
    unit = prepared.answers[position]
    rows = sort_respondents(accepted.filter(unit="POL"), definition.question_ids)
    small = (rows["background_company_size"] == "small").to_numpy()
    expected = np.where(small, 0.6 / small.sum(), 0.4 / (~small).sum()) * len(small)
    assert unit.weights == pytest.approx(expected)
    resampler = Resampler(unit)
    drawn = resampler.weigh(resampler.draw_counts(np.random.default_rng(1), 500))
    both = (drawn[:, small] > 0).any(axis=1) & (drawn[:, ~small] > 0).any(axis=1)
    share = drawn[:, small].sum(axis=1) / drawn.sum(axis=1)
    assert share[both] == pytest.approx(0.6)
    assert both.mean() > 0.9


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([",company_size,small,1", ",company_size,large,1", ",company_size,giant,1"], "'giant' has a share"),
        ([",company_size,small,1"], "'large' has respondents and no share"),
        ([",age,young,1"], "does not know"),
        (["ZZZ,company_size,small,1"], "'ZZZ' is not the code of a unit"),
    ],
)
def test_margins_that_cannot_be_met_are_refused_by_name(run, tmp_path, lines, expected):
    (tmp_path / "margins.csv").write_text("\n".join(["unit,variable,level,share", *lines]) + "\n")
    code, out, err = run("run", find_resource("sample_data", "offshore-bpo-2021.csv"), "--margins", "margins.csv")
    assert (code, out) == (1, "")
    assert expected in err
    assert err.count("\n") == 1


def test_the_private_audit_says_why_scoring_refused(run, tmp_path):
    data = find_resource("sample_data", "offshore-bpo-2021.csv")
    run("run", data, "--definition", quick_definition())
    (path,) = (tmp_path / "audit").glob("*/audit.json")
    folder = path.parent
    assert json.loads(path.read_text())["refusal"] is None
    assert (folder / "influence.csv").exists()
    (tmp_path / "margins.csv").write_text("unit,variable,level,share\n,age,young,1\n")
    assert run("run", data, "--definition", quick_definition(), "--margins", "margins.csv")[0] == 1
    assert "does not know" in json.loads((folder / "audit.json").read_text())["refusal"]
    assert not (folder / "influence.csv").exists()
    assert not (folder / "exclusions.csv").exists()


def test_trimming_caps_the_weights(sample):
    definition, accepted = sample
    uneven = accepted.with_columns(
        design_weight=pl.Series(np.random.default_rng(2).gamma(0.7, 1, accepted.height) + 0.05)
    )
    # Of everybody: a unit in which one respondent has most of the weight would not be published.
    everybody = "minimum_respondents_to_publish: 1"
    trimmed = prepare_sample(uneven, replace_method(definition, f"trim_weights: 1.5\n{everybody}"))
    plain = prepare_sample(uneven, replace_method(definition, everybody))
    for ours, theirs in zip(trimmed.answers, plain.answers, strict=True):
        assert ours.weights.max() <= 1.5 * ours.weights.mean() * (1 + 1e-9)
        assert ours.weights.sum() == pytest.approx(theirs.weights.sum())
        assert ours.design_effect <= theirs.design_effect + 1e-9


def test_stated_importance_by_hand(sample):
    definition, accepted = sample
    changed = replace_method(definition, "weighting: importance")
    weights = score(accepted, changed).weights.filter(pl.col("question").is_null())["weight"].to_list()
    points = accepted.select(f"importance_{category.id}" for category in definition.categories).to_numpy()
    expected = (points / points.sum(axis=1, keepdims=True)).mean(axis=0)
    assert weights == pytest.approx(expected.tolist(), abs=1e-9)


# ---- suppressed units, small units ---------------------------------------------------------------------------------


def test_suppressed_units_move_no_score_under_any_normalisation_across_units(sample):
    definition, accepted = sample
    changed = replace_method(
        definition, "normalisation: z_score\nminimum_respondents_to_publish: 6\nminimum_respondents_to_rank: 6"
    )
    extreme = accepted.with_columns(
        pl.when(pl.col("unit") == "NIC").then(0.0).otherwise(question).alias(question)
        for question in definition.question_ids
    )
    first, second = (score(frame, changed) for frame in (accepted, extreme))
    assert first.units.filter(unit="NIC")["suppressed"][0]
    assert first.units.equals(second.units)
    assert first.categories.equals(second.categories)


def test_a_suppressed_unit_of_reference_is_refused(sample):
    definition, accepted = sample
    text = "normalisation: distance_to_reference\nreference_unit: NIC\nminimum_respondents_to_publish: 6\n"
    with pytest.raises(DataRefused, match="NIC"):
        score(accepted, replace_method(definition, text + "minimum_respondents_to_rank: 6"))
    text = "normalisation: distance_to_reference\nreference_unit: POL\nminimum_respondents_to_publish: 6\n"
    scores = score(accepted, replace_method(definition, text + "minimum_respondents_to_rank: 6"))
    assert scores.units.filter(unit="POL")["score"][0] == pytest.approx(100)


def test_weights_that_answers_do_not_determine_are_refused(tmp_path):
    definition = make_definition(**{"method: {": "method: {weighting: pca, "})
    rows = [f"a{n},Aland,{5 + n},5,6" for n in range(3)]
    with pytest.raises(DataRefused, match="pca of the categories"):
        score(validate_rows(tmp_path, *rows, definition=definition).accepted, definition)


def test_factor_analysis_of_a_singular_matrix_is_refused_when_the_answers_show_it(tmp_path):
    definition = make_definition(**{"method: {": "method: {question_weighting: factor_analysis, "})
    rows = [
        f"{u}{n},{name},{5 + n},{5 + n},6"
        for u, name in (("a", "Aland"), ("b", "Beland"), ("c", "Celand"))
        for n in range(3)
    ]
    accepted = validate_rows(tmp_path, *rows, definition=definition).accepted
    assert score(accepted, definition).units["score"].null_count() == 0  # constant questions weigh the same
    rows = [
        f"{u}{n},{name},{k + n},{k + n},6"
        for k, (u, name) in enumerate((("a", "Aland"), ("b", "Beland"), ("c", "Celand")))
        for n in range(3)
    ]
    accepted = validate_rows(tmp_path, *rows, definition=definition).accepted
    with pytest.raises(DataRefused, match="factor_analysis of the questions of first"):
        score(accepted, definition)


def test_a_kemeny_order_that_is_not_unique_is_said(tmp_path):
    rows = [
        f"{u}{n},{name},{k},{k},{k}" for k, (u, name) in enumerate((("a", "Aland"), ("b", "Beland"))) for n in range(3)
    ]
    definition = make_definition(
        **{"method: {": "method: {aggregation: kemeny, ", "straight_line: {minimum_answers: 3}": ""}
    )
    scores = score(validate_rows(tmp_path, *rows, definition=definition).accepted, definition)
    assert scores.units["score"].to_list()[:2] == [50.0, 50.0]
    assert any("Several Kemeny orders" in note for note in scores.notes)


def test_what_is_not_the_default_is_said(sample):
    definition, accepted = sample
    bounds = "Scores at an end of the scale are published as bounds; as numbers they would say what everybody answered."
    assert score(accepted, definition).notes == [bounds]
    changed = replace_method(definition, "aggregation: geometric\nquestion_aggregation: median\nweighting: equal")
    margins = read_margins(find_resource("sample_data", "synthetic-margins-2021.csv"))
    assert score(accepted, changed, margins).notes == [
        "Methods other than the default: weighting equal, question_aggregation median, aggregation geometric.",
        "Managers are weighed to shares of company_size.",
        bounds,
    ]


def test_few_units_a_variable_and_contrary_components_are_said(sample):
    definition, accepted = sample
    notes = score(accepted, replace_method(definition, "weighting: pca")).notes
    assert any("12 countries for 10 categories" in note for note in notes)
    assert any("explains" in note for note in notes)
    few = replace_method(
        definition, "question_weighting: critic\nminimum_respondents_to_publish: 9\nminimum_respondents_to_rank: 9"
    )
    assert any("up to 3 questions of a category" in note for note in score(accepted, few).notes)
    filled = score(accepted, replace_method(definition, "missing_answers: knn")).notes
    assert any("do not include the uncertainty" in note for note in filled)


def test_a_unit_of_few_companies_has_no_error_under_ranks(sample):
    definition, accepted = sample
    changed = replace_method(definition, "aggregation: copeland")
    scores = score(accepted, changed)
    units = assess_robustness(accepted, scores, changed, replicates=200).units
    nicaragua = units.filter(unit="NIC").row(0, named=True)
    assert nicaragua["se"] is None
    assert nicaragua["note"] == "no_derivative"


def test_an_empty_cell_leaves_the_category_without_a_score_under_every_missing_answer_method(tmp_path):
    rows = [
        f"{u}{n},{name},{5 + n},{7 - n},{'' if u == 'a' else 3 + n}"
        for u, name in (("a", "Aland"), ("b", "Beland"))
        for n in range(3)
    ]
    for method in list_names("missing_answers"):
        definition = make_definition(**{"method: {": f"method: {{missing_answers: {method}, "})
        scores = score(validate_rows(tmp_path, *rows, definition=definition).accepted, definition)
        cell = scores.categories.filter(unit="AAA", category="last").row(0, named=True)
        assert cell["score"] is None
        assert scores.units.filter(unit="AAA")["score"][0] is None
        assert scores.units.filter(unit="BBB")["score"][0] is not None


def test_weights_learnt_anew_in_every_replicate_are_those_of_the_replicate():
    rng = np.random.default_rng(4)
    structure = IndexStructure.of_categories(
        np.arange(3), np.ones(3), np.ones(3), method=Method(weighting="standard_deviation")
    )
    batch = rng.uniform(0, 10, (5, 8, 3))
    found = score_means(batch, structure)
    for n in range(5):
        shares = 10 * batch[n]
        sd = shares.std(axis=0, ddof=1)
        assert found[n, :, 0] == pytest.approx(shares @ sd / sd.sum(), abs=1e-8)
    given = score_means(
        batch,
        dataclasses.replace(structure, method=Method(weighting="importance")),
        evidence=Evidence(importance=np.tile([np.nan, 0.2, 0.3, 0.5], (5, 1))),
    )
    assert given[0, :, 0] == pytest.approx(10 * batch[0] @ [0.2, 0.3, 0.5], abs=1e-8)
    assert estimate_unit_means([]).shape == (0, 0)
