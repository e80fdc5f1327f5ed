"""Whatever stands in a definition, a method file or a margin file: used, or refused with a sentence on each problem.

Good files are changed with a purpose: types swapped, keys deleted, doubled and nested, numbers made extreme, texts odd,
YAML broken. What is accepted is computed, with every warning an error, so no number may overflow on its way.
"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo_index.files.resources import find_resource, list_definitions
from tests.commands import CASES, call, fuzz
from tests.definitions import NUMBERS, TEXTS, spoil
from tests.surveys import SMALL

pytestmark = pytest.mark.usefixtures("without_figures")

FULL = (
    SMALL.replace(
        "quality_rules: {", "quality_rules: {long_string: {longest_run: 2}, low_variance: {minimum_sd: 0.1}, "
    )
    .replace("company: company", "company: company, background: {size: size}, design_weight: w, duration: took")
    .replace(
        "method: {",
        "uncertainty: {weight_variation: 0.3, weight_bounds: [0.5, 2], excluded_category: 0.1, normalisation: "
        "{scale: 1, min_max: 2, goalposts: 1, distance_to_target: 1}, normalisation_range: [1, 100], "
        "aggregation: {arithmetic: 1, generalised_mean: 1}}\n"
        "method: {goalposts: [2, 9], target: 8, trim_weights: 3, power: 0.5, "
        "confidence_level: 0.9, missing_answers: knn, neighbours: 2, outcome_boxes: 2, questions_needed: 1, ",
    )
    .replace("id: q1, text: One", "id: q1, text: One, weight: 2")
    .replace("title: Last", "title: Last, weight: 0.5")
)
METHODS = [
    "aggregation: generalised_mean\npower: 3\n",
    "normalisation: min_max\nnormalisation_range: [1, 100]\naggregation: geometric\n",
    "normalisation: goalposts\ngoalposts: [2, 9]\noutliers: winsorise\n",
    "normalisation: distance_to_target\ntarget: 9\nweighting: pca\n",
    "normalisation: z_score\nweighting: critic\nquestion_weighting: standard_deviation\n",
    "weighting: ahp\ncomparisons: [[1, 3], [0.3333, 1]]\n",
    "weighting: benefit_of_the_doubt\nlowest_share: 0.1\nhighest_share: 0.9\n",
    "outcome: top_two_box\noutcome_boxes: 3\nconfidence_level: 0.8\nmissing_answers: available_case\n",
    "missing_answers: knn\nneighbours: 3\nquestions_needed: 1\ntrim_weights: 2\n",
    "normalisation: borda\nnormalisation_range: [1, 100]\naggregation: harmonic\noutliers: log\n",
    "weighting: balanced\naggregation: median\noutliers: power\nnormalisation: rank\n",
    "normalisation: robust\nweighting: factor_analysis\nweighting_level: within\nfactors: 1\n",
]
MARGINS = [["unit", "variable", "level", "share"], ["", "size", "small", "0.25"], ["", "size", "large", "0.75"]]
HEADER = ["id", "country", "company", "size", "w", "took", "q1", "q2", "q3"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a survey that the small definition and its spoilt sisters may read."""
    folder = tmp_path_factory.mktemp("definitions")
    rows = [HEADER]
    for n in range(30):
        numbers = [(7 * n) % 11, "" if n % 7 == 3 else (3 * n) % 11, (n * n) % 11]
        unit, size = ["Aland", "Beland", "Celand"][n % 3], ["small", "large"][n // 3 % 2]
        rows.append([f"r{n}", unit, f"c{n // 2}", size, 1 + n % 4, 60 + n, *numbers])
    text = "\n".join(",".join(map(str, row)) for row in rows)
    (folder / "survey.csv").write_text(text, encoding="utf-8")
    (folder / "small.yaml").write_text(FULL, encoding="utf-8")
    return folder


def compute(folder, definition, *options):
    """Run a definition and return the answer; every row has to be accounted for."""
    answer = call(
        *("run", folder / "survey.csv", "--definition", definition, "--replicates", 100, "--json", *options),
        *("--out", folder / "out", "--audit-dir", folder / "audit"),
    )
    assert answer.code in (0, 1, 2), answer.err
    if answer.code == 0:
        audit = json.loads(answer.out, parse_constant=refuse_constant)["audit"]
        assert audit["rows_read"] == audit["rows_accepted"] + audit["rows_quarantined"] == 30
    return answer


def refuse_constant(name):
    raise AssertionError(f"{name} in the answer")


def test_the_good_files_are_computed(place):
    assert compute(place, place / "small.yaml").code == 0
    for method in METHODS if CASES else METHODS[::5]:
        (place / "method.yaml").write_text(method, encoding="utf-8")
        assert compute(place, place / "small.yaml", "--method", place / "method.yaml").code in (0, 1), method


@fuzz(13, 8)
@given(text=spoil(FULL))
def test_spoilt_definitions_are_computed_or_refused(place, text):
    (place / "spoilt.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    compute(place, place / "spoilt.yaml")


BUILT_IN = find_resource("schemas", "definitions", "offshore-bpo-2021.yaml").read_text(encoding="utf-8")


@fuzz(2, 2)
@given(text=spoil(BUILT_IN, most=2))
def test_spoilt_built_in_definitions_are_read_or_refused(place, text):
    (place / "spoilt.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    sample = find_resource("sample_data", f"{next(iter(list_definitions()))}.csv")
    answer = call("check", sample, "--definition", place / "spoilt.yaml", "--audit-dir", place / "audit", "--json")
    assert answer.code in (0, 1, 2)


@fuzz(10, 6)
@given(text=st.sampled_from(METHODS).flatmap(spoil))
def test_spoilt_method_files_are_computed_or_refused(place, text):
    (place / "method.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    compute(place, place / "small.yaml", "--method", place / "method.yaml")


@st.composite
def spoil_margins(draw):
    """Return a margin file with cells, rows or bytes changed."""
    rows = [list(row) for row in MARGINS]
    for _ in range(draw(st.integers(1, 3))):
        row = draw(st.sampled_from(rows))
        if row:
            row[draw(st.integers(0, len(row) - 1))] = draw(
                st.sampled_from([*NUMBERS, *TEXTS, "AAA", "large", "-1", "50%"])
            )
    if draw(st.integers(0, 3)) == 0:
        rows.insert(draw(st.integers(0, len(rows))), list(draw(st.sampled_from(rows))))
    if draw(st.integers(0, 5)) == 0:
        draw(st.sampled_from(rows)).append("x")
    separator = draw(st.sampled_from([",", ",", ",", ";"]))
    text = "\n".join(separator.join(row) for row in rows)
    content = text.encode("utf-8", "surrogatepass")
    return content[: draw(st.integers(0, len(content)))] if draw(st.integers(0, 9)) == 0 else content


@fuzz(8, 10)
@given(content=spoil_margins())
def test_spoilt_margins_are_used_or_refused(place, content):
    (place / "margins.csv").write_bytes(content)
    compute(place, place / "small.yaml", "--margins", place / "margins.csv")


Number = st.sampled_from([*NUMBERS, "1e", "٣", "-1", "5" * 5000, "100", "200"])


@fuzz(1, 5)
@given(options=st.dictionaries(st.sampled_from(["--replicates", "--seed"]), Number, min_size=1), other=Number)
def test_any_number_on_the_command_line_is_used_or_refused(place, options, other):
    given_options = [part for option in options.items() for part in option]
    answer = call(
        *("run", place / "survey.csv", "--definition", place / "small.yaml", *given_options, "--json"),
        *("--out", place / "out", "--audit-dir", place / "audit"),
    )
    assert answer.code in (0, 1, 2)
    for name in ("--width", "--neighbours", "--assurance"):
        assert call("plan", "no-such-definition", name, other).code == 2
