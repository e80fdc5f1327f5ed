"""Stage 5: tables, figures, report, facts and the release."""

from bpo_index.publication.facts import Fact, FactCheck, check_facts, load_facts
from bpo_index.publication.figures import Figure, draw_figures
from bpo_index.publication.files import render_release
from bpo_index.publication.integrity import read_release
from bpo_index.publication.release import Release, identify_release, publish_release, refuse_other_definition
from bpo_index.publication.report import render_report
from bpo_index.publication.result import Result, build_result
from bpo_index.publication.standing import Standing, choose_standing
from bpo_index.publication.tables import render_tables

__all__ = [
    "Fact",
    "FactCheck",
    "Figure",
    "Release",
    "Result",
    "Standing",
    "build_result",
    "check_facts",
    "choose_standing",
    "draw_figures",
    "identify_release",
    "load_facts",
    "publish_release",
    "read_release",
    "refuse_other_definition",
    "render_release",
    "render_report",
    "render_tables",
]
