"""The samples meet the facts that they were built to meet."""

from bpo_index.publication.facts import load_facts
from bpo_index.simulation.sample_facts import verify_sample


def test_every_testable_fact_of_2021_and_2022_holds_on_the_sample():
    checks = verify_sample()
    assert {check.outcome for check in checks if check.fact.edition in ("2021", "2022")} == {"holds"}
    assert {check.outcome for check in checks if check.fact.edition == "2024"} == {"not testable"}
    assert len(checks) == len(load_facts()) == 57
