"""Any combination of methods on any small survey is scored or refused with a sentence; nothing else happens."""

import tempfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from bpo_index.definition import replace_method
from bpo_index.definition.method_block import list_chosen_options
from bpo_index.disclosure.publishable import disclose
from bpo_index.errors import BpoIndexError
from bpo_index.publication.result import build_result
from bpo_index.publication.tables import render_tables
from bpo_index.robustness.assess import assess_robustness
from bpo_index.scoring.methods.registry import list_methods, list_options
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.checked import Checked
from tests.commands import fuzz
from tests.surveys import make_definition, validate_rows

NAMES = {step: list(entries) for step, entries in list_methods().items() if step != "respondent_weights"}
OPTIONS = {
    "goalposts": "[2, 9]",
    "target": "8",
    "reference_unit": "AAA",
    "comparisons": "[[1, 2], [0.5, 1]]",
    "lowest_share": "0.2",
    "normalisation_range": "[1, 100]",
}
Choices = st.fixed_dictionaries(
    {},
    optional={
        **{step: st.sampled_from(names) for step, names in NAMES.items()},
        "question_weighting": st.sampled_from(NAMES["weighting"]),
        "question_aggregation": st.sampled_from(NAMES["aggregation"]),
        "weighting_level": st.sampled_from(["between", "within"]),
        "power": st.sampled_from(["0.5", "-2", "3"]),
        "questions_needed": st.sampled_from(["1", "null"]),
        "trim_weights": st.sampled_from(["2", "null"]),
        "negative_weights": st.sampled_from(["true", "false"]),
    },
)
Ratings = st.lists(st.sampled_from(["", "0", "5", "7", "8", "10"]), min_size=3, max_size=3)
Survey = st.lists(st.tuples(st.sampled_from(["Aland", "Beland", "Celand"]), Ratings), min_size=2, max_size=14)
BASE = make_definition(**{"straight_line: {minimum_answers: 3}": ""})


@fuzz(1, 30)
@given(Choices, Survey)
@example(
    {"weighting": "entropy", "questions_needed": "1"}, [(unit, ["", "0", "0"]) for unit in ("Aland", "Beland") * 2]
)
@example({}, [("Aland", ["", "0", "0"]), ("Aland", ["0", "", "0"]), *[("Beland", ["", "0", "0"])] * 3])
def test_scored_or_refused(choices, survey):
    # What no chosen method would use is refused, and there is nothing to see.
    used = list_chosen_options(choices)
    keys = {key: value for key, value in (OPTIONS | choices).items() if key not in list_options() or key in used}
    text = "\n".join(f"{key}: {value}" for key, value in keys.items()) or "aggregation: arithmetic"
    rows = [f"r{n},{unit},{','.join(ratings)}" for n, (unit, ratings) in enumerate(survey)]
    try:
        definition = replace_method(BASE, text)
        with tempfile.TemporaryDirectory() as folder:
            validation = validate_rows(Path(folder), *rows, definition=definition)
        scores = score_units(validation.accepted, definition)
        if not scores.sample.answers:
            return
        robustness = assess_robustness(
            validation.accepted,
            scores,
            definition,
            quarantined_by_rules=validation.quarantined_by_rules,
            replicates=100,
        )
    except BpoIndexError:
        return
    published = scores.units.filter(~scores.units["suppressed"])
    assert (published["score"].is_null() == published["rank"].is_null()).all()
    assert robustness.units.filter(robustness.units["se"].is_null() & (robustness.units["note"] == "")).is_empty()
    checked = Checked(validation, summarise_audit(validation, definition), Path("nowhere"))
    files = render_tables(build_result(disclose(checked, scores, robustness, definition), definition), definition)
    assert all(
        b"NaN" not in files[f"{table}.csv"] and b"inf" not in files[f"{table}.csv"]
        for table in ("ranking", "categories")
    )
