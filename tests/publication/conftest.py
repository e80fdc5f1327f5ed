"""A result of the sample, its files, and a release of it; computed once."""

from pathlib import Path

import pytest

from bpo_index.definition import load_definition
from bpo_index.disclosure.publishable import disclose
from bpo_index.files.resources import find_resource
from bpo_index.pipeline import run
from bpo_index.publication.result import build_result
from bpo_index.publication.tables import render_tables
from bpo_index.responses import read_responses
from bpo_index.robustness.assess import assess_robustness
from bpo_index.scoring.unit_scores import score_units
from bpo_index.settings import Settings
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.checked import Checked
from bpo_index.validation.validate import validate_responses
from tests.publication.trees import publish_tree
from tests.quick import quick_definition


@pytest.fixture(scope="session")
def computed():
    definition = load_definition("offshore-bpo-2021")
    responses = read_responses([find_resource("sample_data", "offshore-bpo-2021.csv")], definition)
    validation = validate_responses(responses, definition)
    scores = score_units(validation.accepted, definition)
    robustness = assess_robustness(
        validation.accepted, scores, definition, quarantined_by_rules=validation.quarantined_by_rules, replicates=300
    )
    checked = Checked(validation, summarise_audit(validation, definition), Path("nowhere"), is_synthetic=True)
    return definition, checked, scores, robustness


@pytest.fixture(scope="session")
def rendered(computed):
    definition, *exact = computed
    result = build_result(disclose(*exact, definition), definition)
    return result, render_tables(result, definition)


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """Return the outcome of a run on the sample."""
    folder = tmp_path_factory.mktemp("published")
    survey = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
    return run(Settings((survey,), quick_definition(replicates=1000), str(folder / "out"), str(folder / "audit")))


@pytest.fixture(scope="session")
def three_levels(tmp_path_factory):
    """Return the outcome of a run on the sample of three levels; of Kenya a category is withheld."""
    return publish_tree(tmp_path_factory.mktemp("three"), 3)


@pytest.fixture(scope="session")
def four_levels(tmp_path_factory):
    """Return the outcome of a run on four levels."""
    return publish_tree(tmp_path_factory.mktemp("four"), 4)


@pytest.fixture(scope="session", params=["three", "four"])
def tree(request):
    """Return the outcome of a run on three levels, and on four."""
    return request.getfixturevalue(f"{request.param}_levels")
