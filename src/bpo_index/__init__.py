"""From survey answers to a published confidence index: validated, scored, ranked, with its uncertainty.

In one call: `run` computes and publishes an index from answers (paths or frames) and a definition, and gives a
`CompletedRun`; `check` only says what became of the rows; `draft` drafts a definition from answers; `compare_methods`
puts rankings side by side (`docs/notebook.md`). Step by step, each a function from values to a value:

1. `load_definition` (`parse_definition`, `replace_method`): an `IndexDefinition`
2. `read_responses`: `Responses`
3. `validate_responses` and `summarise_audit`: `Validation` and `Audit`; or `validate`, which does both, writes the
   private audit and refuses answers that cannot carry an index: `Checked`
4. `score_units`: `Scores`; below it `ConfidenceIndex`, the index as a scikit-learn estimator
5. `assess_robustness`: `Robustness`; `assess` takes replicates and seed as they may be published
6. `disclose`: what may be published of all that, a `Publishable`
7. `build_result`: a `Result`; `draw_figures`, `render_tables`: its files; `publish`: a `Result` and its `Release`

`docs/tutorial.md` walks through all of it. Every error raised on purpose is a `BpoIndexError`. `bpo_index.pipeline` is
the whole program; each folder beside it is one stage, in order.

Names are imported when they are first used, so that importing the package costs nothing.

Examples
--------
>>> import bpo_index
>>> bpo_index.load_definition("offshore-bpo-2021").title
'Offshore BPO Confidence Index 2021'
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bpo_index.completed import CompletedCheck, CompletedRun
    from bpo_index.definition import IndexDefinition, load_definition, parse_definition, replace_method
    from bpo_index.disclosure.publishable import Publishable, disclose
    from bpo_index.errors import (
        BpoIndexError,
        DataRefused,
        DefinitionError,
        EnvironmentFailed,
        FactDoesNotHold,
        UsageError,
    )
    from bpo_index.files.resources import find_resource, list_definitions
    from bpo_index.notebook.calls import check, draft, run
    from bpo_index.notebook.comparison import Comparison, compare_methods
    from bpo_index.notebook.drafted import DraftedDefinition
    from bpo_index.pipeline import assess, publish, validate
    from bpo_index.publication.facts import FactCheck
    from bpo_index.publication.figures import Figure, draw_figures
    from bpo_index.publication.integrity import read_release
    from bpo_index.publication.release import Release
    from bpo_index.publication.result import Result, build_result
    from bpo_index.publication.tables import render_tables
    from bpo_index.publication.verification import verify_release
    from bpo_index.responses import Responses, read_responses
    from bpo_index.responses.inspection import Inspection, inspect_files
    from bpo_index.responses.template import write_template
    from bpo_index.robustness.assess import Robustness, assess_robustness
    from bpo_index.scoring.confidence_index import ConfidenceIndex
    from bpo_index.scoring.margins import read_margins
    from bpo_index.scoring.unit_scores import Scores, score_units
    from bpo_index.settings import Settings
    from bpo_index.simulation.sample_facts import verify_sample
    from bpo_index.simulation.survey_plan import CompletedPlan, PlanSettings, plan_next_survey
    from bpo_index.validation.audit import Audit, summarise_audit
    from bpo_index.validation.checked import Checked
    from bpo_index.validation.validate import Validation, validate_responses
    from bpo_index.version import __version__ as __version__


__all__ = [
    "Audit",
    "BpoIndexError",
    "Checked",
    "Comparison",
    "CompletedCheck",
    "CompletedPlan",
    "CompletedRun",
    "ConfidenceIndex",
    "DataRefused",
    "DefinitionError",
    "DraftedDefinition",
    "EnvironmentFailed",
    "FactCheck",
    "FactDoesNotHold",
    "Figure",
    "IndexDefinition",
    "Inspection",
    "PlanSettings",
    "Publishable",
    "Release",
    "Responses",
    "Result",
    "Robustness",
    "Scores",
    "Settings",
    "UsageError",
    "Validation",
    "assess",
    "assess_robustness",
    "build_result",
    "check",
    "compare_methods",
    "disclose",
    "draft",
    "draw_figures",
    "find_resource",
    "inspect_files",
    "list_definitions",
    "load_definition",
    "parse_definition",
    "plan_next_survey",
    "publish",
    "read_margins",
    "read_release",
    "read_responses",
    "render_tables",
    "replace_method",
    "run",
    "score_units",
    "summarise_audit",
    "validate",
    "validate_responses",
    "verify_release",
    "verify_sample",
    "write_template",
]

#: Where each public name is defined; a test holds it against the imports for type checkers above.
_HOMES = {
    "completed": ("CompletedCheck", "CompletedRun"),
    "definition": ("IndexDefinition", "load_definition", "parse_definition", "replace_method"),
    "disclosure.publishable": ("Publishable", "disclose"),
    "errors": (
        "BpoIndexError",
        "DataRefused",
        "DefinitionError",
        "EnvironmentFailed",
        "FactDoesNotHold",
        "UsageError",
    ),
    "files.resources": ("find_resource", "list_definitions"),
    "notebook.calls": ("check", "draft", "run"),
    "notebook.comparison": ("Comparison", "compare_methods"),
    "notebook.drafted": ("DraftedDefinition",),
    "pipeline": ("assess", "publish", "validate"),
    "publication.facts": ("FactCheck",),
    "publication.figures": ("Figure", "draw_figures"),
    "publication.integrity": ("read_release",),
    "publication.release": ("Release",),
    "publication.result": ("Result", "build_result"),
    "publication.tables": ("render_tables",),
    "publication.verification": ("verify_release",),
    "responses": ("Responses", "read_responses"),
    "responses.inspection": ("Inspection", "inspect_files"),
    "responses.template": ("write_template",),
    "robustness.assess": ("Robustness", "assess_robustness"),
    "scoring.confidence_index": ("ConfidenceIndex",),
    "scoring.margins": ("read_margins",),
    "scoring.unit_scores": ("Scores", "score_units"),
    "settings": ("Settings",),
    "simulation.sample_facts": ("verify_sample",),
    "simulation.survey_plan": ("CompletedPlan", "PlanSettings", "plan_next_survey"),
    "validation.audit": ("Audit", "summarise_audit"),
    "validation.validate": ("Validation", "validate_responses"),
    "validation.checked": ("Checked",),
}
_MODULE_OF = {"__version__": f"{__name__}.version"} | {
    name: f"{__name__}.{module}" for module, names in _HOMES.items() for name in names
}

if not TYPE_CHECKING:  # else any misspelt name would pass as one of unknown type

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used (PEP 562)."""
        if name not in _MODULE_OF:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
