"""Which column of a file is what: headings matched to the definition by id, text or alias.

Only exact matches count, case and white space apart; first those of whole headings (an id before a wording, a wording
before an alias), then, for what is left, those of parts, such as the statement behind the stem of a grid.
`map_headings` says what was found and how, what was not, and what
is given twice; near matches are proposed (`propose_headings`) and never taken.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field

from bpo_index.definition import IndexDefinition
from bpo_index.definition.design_block import STRATUM, share_heading
from bpo_index.display.labels import fold_label
from bpo_index.files.csv_tables import restore_text
from bpo_index.responses.exports import Headings
from bpo_index.responses.tools.record import ToolField, join_finished
from bpo_index.responses.unit_blocks import Blocks, UnitBlock, find_blocks
from bpo_index.scoring.methods.registry import get_weighting

#: Definition key of a source column, and the name of the column in the tidy responses.
TIDY_COLUMNS = {
    "respondent": "respondent_id",
    "unit": "unit",
    "design_weight": "design_weight",
    "company": "cluster",
    "started_at": "started_at",
    "finished_at": "finished_at",
    "finished": "finished",
    "duration": "duration",
    "status": "status",
    "data_origin": "data_origin",
}
#: A heading less alike than this is not proposed; the measure is `difflib`'s ratio, 0 to 1.
LEAST_ALIKE = 0.6
#: Headings of fewer letters must be more alike: Q1 is like every other Q.
_SHORT, _LEAST_ALIKE_SHORT = 6, 0.75
#: Unknown headings that are compared with what is missing, and what is missing that is looked for, at most.
_MOST_COMPARED, _MOST_TARGETS = 400, 100


def name_fields(definition: IndexDefinition) -> dict[str, str | None]:
    """Return the columns of the tidy responses that are not questions, each with its heading; None: not named.

    After the fixed ones come `importance_<category>`, `background_<variable>` and those of the `design:` block.
    """
    columns = definition.columns
    return {
        **{tidy: getattr(columns, key) for key, tidy in TIDY_COLUMNS.items()},
        **{f"importance_{category}": heading for category, heading in columns.importance.items()},
        **{f"background_{variable}": heading for variable, heading in columns.background.items()},
        **name_design_columns(definition),
    }


def name_design_columns(definition: IndexDefinition) -> dict[str, str]:
    """Return the columns of the `design:` block with their headings; not a stratum that is a background variable."""
    columns = definition.design.columns if definition.design else {}
    is_background = STRATUM in columns and share_heading(columns[STRATUM], definition.columns.background) is not None
    return {tidy: heading for tidy, heading in columns.items() if not (tidy == STRATUM and is_background)}


@dataclass(frozen=True)
class Match:
    """How a column was found."""

    position: int
    heading: str
    """The name of the column in the file."""
    label: str
    """What of the column's labels is in the definition; the name or another."""
    is_part: bool = False
    """Whether that is only a part of a heading."""


@dataclass(frozen=True)
class Proposal:
    """A heading that is nearly what is missing."""

    target: str
    """The tidy column or question id that is missing."""
    heading: str
    confidence: float
    """How alike the two are, 0 to 1."""


@dataclass(frozen=True)
class Mapping:
    """The columns of one file, by the names of the tidy responses."""

    layout: str
    """`wide` (a column a question), `long` (a row a respondent and question) or `blocks` (a column a question and
    unit)."""
    matches: dict[str, Match]
    """Tidy column, question id, or in long layout `question` and `rating`, to its column."""
    fields: dict[str, ToolField] = field(default_factory=dict)
    """Tidy columns that the survey tool's own columns give."""
    missing: list[str] = field(default_factory=list)
    """Tidy columns and questions that the index cannot do without and the file does not have."""
    absent: list[str] = field(default_factory=list)
    """Headings that the definition names, the file does not have, and the index can do without."""
    repeated: list[str] = field(default_factory=list)
    """Headings that the definition knows and the file gives more than once."""
    ambiguous: list[str] = field(default_factory=list)
    """Sentences on columns that are known under two names of different things."""
    unused: list[str] = field(default_factory=list)
    """Headings of the file that nothing was made of."""
    passed: list[str] = field(default_factory=list)
    """What was taken from another column though a heading fits too: the column taken goes before it."""
    not_ratings: list[str] = field(default_factory=list)
    """Columns that the definition knows as questions and that hold the marks of a multiple choice."""
    blocks: tuple[UnitBlock, ...] = ()
    """In the layout `blocks`: the columns of each unit; `matches` has none of a question then."""

    @property
    def positions(self) -> dict[str, int]:
        """Tidy column to the position in the record."""
        return {tidy: match.position for tidy, match in self.matches.items()}


def label_questions(definition: IndexDefinition) -> dict[str, str]:
    """Return the folded id, text and aliases of every question, each to the question's id."""
    return {
        fold_label(label): question.id
        for question in definition.questions
        for label in (question.id, question.text, *question.aliases)
    }


def rank_labels(definition: IndexDefinition) -> dict[str, int]:
    """Return the folded labels of questions and columns to ranks: of an id or a heading 0, a wording 1, an alias 2."""
    ranks: dict[str, int] = {}
    for question in definition.questions:
        for rank, labels in enumerate(((question.id,), (question.text,), question.aliases)):
            for label in labels:
                ranks.setdefault(fold_label(label), rank)
    for aliases in definition.columns.aliases.values():
        ranks |= {fold_label(alias): 2 for alias in aliases}
    return ranks


def find_parts(labels: Sequence[str]) -> list[bool]:
    """Return which labels of a column are only parts of another one: what follows a stem, a path or a code.

    Examples
    --------
    >>> find_parts(["Q6_1", "How satisfied are you? - Agents", "Agents"]), find_parts(["Agents", "How? [Agents]"])
    ([False, False, True], [True, False])
    """
    found = []
    for k, label in enumerate(labels):
        # The name of a column is whole, but where it is what stands in brackets of its question.
        ends = (f"[{label}]",) if k == 0 else (label, f"{label}]")
        longer = [other for other in labels if len(other) > len(label)]
        is_end = any(other.endswith(ends) for other in longer)
        found.append(bool(label) and (is_end or (k > 0 and any(other.startswith(f"{label}. ") for other in longer))))
    return found


def list_question_columns(headings: Headings, definition: IndexDefinition) -> list[int]:
    """Return the positions of the columns that may be known as a question, by whatever of their labels."""
    questions = label_questions(definition)
    return [
        n
        for n, labels in enumerate(headings.labels)
        if any(_fold_heading(label, questions) in questions for label in labels)
    ]


@dataclass(frozen=True)
class _Candidate:
    """A column that may be what is wanted."""

    position: int
    label: str
    rank: int


@dataclass
class _Matched:
    """What columns are known as, while they are looked at."""

    matches: dict[str, Match] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    ambiguous: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)
    """Positions of columns of which something was made, or said."""


def map_headings(headings: Headings, definition: IndexDefinition, no_ratings: Collection[int] = frozenset()) -> Mapping:
    """Match the headings of a file to the definition.

    Parameters
    ----------
    headings
        Of the file.
    definition
        The index.
    no_ratings
        Positions of columns that hold no ratings, so that they are no question.
    """
    columns = definition.columns
    named = {tidy: heading for tidy, heading in name_fields(definition).items() if heading is not None}
    known = {fold_label(heading): tidy for tidy, heading in named.items()}
    long_named = {"question": columns.question, "rating": columns.rating}
    known_long = {fold_label(heading): key for key, heading in long_named.items() if heading is not None}
    for key, aliases in columns.aliases.items():
        for alias in aliases:
            (known if key in TIDY_COLUMNS else known_long)[fold_label(alias)] = TIDY_COLUMNS.get(key, key)
    questions = label_questions(definition)

    everybody = {*known, *known_long, *questions}
    folded = [[_fold_heading(label, everybody) for label in labels] for labels in headings.labels]
    everything = {label for labels in folded for label in labels}
    given_long = {known_long[label] for label in everything & set(known_long)}
    is_long = given_long == {"question", "rating"} and not everything & set(questions)
    wanted = known | (known_long if is_long else questions)

    barred = {(n, question) for n in no_ratings for question in questions.values()}
    ranks = rank_labels(definition)
    matched = _match_columns(headings, folded, wanted, ranks=ranks, barred=barred)
    if not is_long and _list_lacking(matched.matches, definition):
        found = find_blocks(headings, definition)
        if found.blocks:
            barred = {(n, tidy) for n in found.positions for tidy in known.values()}
            of_respondents = {label: tidy for label, tidy in known.items() if tidy != "unit"}
            matched = _match_columns(headings, folded, of_respondents, ranks=ranks, barred=barred)
            return _map_blocks(headings, found, matched, named=named, definition=definition)
    matches = matched.matches
    of_tool = {tool_field.position for tool_field in headings.fields.values()}
    unused = _list_unused(headings, matched.settled | of_tool, definition)
    fields = _choose_fields(headings, matches, definition)
    required = _list_required(definition, is_long=is_long)
    given = {*matches, *fields}
    missing = [tidy for tidy in required if tidy not in given]
    absent = [heading for tidy, heading in named.items() if tidy not in given and tidy not in required]
    return Mapping(
        "long" if is_long else "wide",
        {tidy: match for tidy, match in matches.items() if tidy not in fields},
        fields,
        missing,
        absent,
        matched.repeated,
        matched.ambiguous,
        unused,
        matched.passed,
        [headings.names[n] for n in sorted(no_ratings)],
    )


def _list_lacking(matches: dict[str, Match], definition: IndexDefinition) -> list[str]:
    """Return the unit and the questions that have no column."""
    return [tidy for tidy in ("unit", *definition.question_ids) if tidy not in matches]


def _map_blocks(
    headings: Headings, found: Blocks, matched: _Matched, *, named: dict[str, str], definition: IndexDefinition
) -> Mapping:
    """Return the mapping of a file with blocks of columns: what is matched is of the respondent."""
    matches, positions = matched.matches, found.positions
    fields = _choose_fields(headings, matches, definition, positions)
    of_tool = {tool_field.position for tool_field in headings.fields.values()}
    settled = matched.settled | of_tool | positions
    given = {*matches, *fields, "unit", *definition.question_ids}
    required = _list_required(definition, is_long=False)
    return Mapping(
        "blocks",
        {tidy: match for tidy, match in matches.items() if tidy not in fields},
        fields,
        [*(tidy for tidy in required if tidy not in given), *found.missing],
        [heading for tidy, heading in named.items() if tidy not in given and tidy not in required],
        [*matched.repeated, *found.repeated],
        matched.ambiguous,
        _list_unused(headings, settled, definition),
        matched.passed,
        blocks=found.blocks,
    )


def _list_unused(headings: Headings, settled: Container[int], definition: IndexDefinition) -> list[str]:
    """Return the names of the columns of which nothing was made, and by which no rows are chosen."""
    choosing = {fold_label(heading) for heading in definition.source.keep}
    return [
        name
        for n, (name, labels) in enumerate(zip(headings.names, headings.labels, strict=True))
        if name and n not in settled and not choosing & {fold_label(label) for label in (name, *labels)}
    ]


def _match_columns(
    headings: Headings,
    folded: Sequence[Sequence[str]],
    wanted: dict[str, str],
    *,
    ranks: dict[str, int],
    barred: Container[tuple[int, str]],
) -> _Matched:
    """Return what the columns are known as: by whole headings, then, for what is left, by parts of them.

    Parameters
    ----------
    folded
        The labels of each column as they are compared.
    wanted
        Folded label to what it names.
    ranks
        Folded label to its rank; of several columns that are known as the same the one with the lowest counts.
    barred
        Pairs of a position and what the column there is not.
    """
    parts = [find_parts(labels) for labels in headings.labels]
    matched = _Matched()
    for is_part in (False, True):
        candidates: dict[str, list[_Candidate]] = {}
        for n, labels in enumerate(folded):
            found: dict[str, _Candidate] = {}
            for k, label in enumerate(labels) if n not in matched.settled else ():
                tidy = wanted.get(label)
                if tidy is None or parts[n][k] is not is_part or (n, tidy) in barred:
                    continue
                rank = ranks.get(label, 0)
                if tidy not in found or rank < found[tidy].rank:
                    found[tidy] = _Candidate(n, headings.labels[n][k], rank)
            _keep_candidates(found, n, headings.names[n], matched=matched, candidates=candidates)
        for tidy, some in candidates.items():
            _take_best(tidy, some, headings.names, matched, is_part=is_part)
    return matched


def _keep_candidates(
    found: dict[str, _Candidate], n: int, name: str, *, matched: _Matched, candidates: dict[str, list[_Candidate]]
) -> None:
    """Add what a column may be to the candidates: a part is for what no whole heading names."""
    left = {tidy: one for tidy, one in found.items() if tidy not in matched.matches}
    matched.passed += [_say_passed(matched.matches[tidy], name, tidy) for tidy in found if tidy not in left]
    if len(left) > 1:
        matched.ambiguous.append(f"the column {name} is known as {' and as '.join(sorted(left))}")
        matched.settled.add(n)
    for tidy, one in left.items() if len(left) == 1 else ():
        candidates.setdefault(tidy, []).append(one)


def _take_best(
    tidy: str, some: Sequence[_Candidate], names: Sequence[str], matched: _Matched, *, is_part: bool
) -> None:
    """Match the candidate of the lowest rank; others of it are repeated, the rest is passed over."""
    best = min(one.rank for one in some)
    first, *others = [one for one in some if one.rank == best]
    used = Match(first.position, names[first.position], first.label, is_part)
    matched.matches[tidy] = used
    matched.settled |= {one.position for one in (first, *others)}
    for one in others:
        name = names[one.position]
        matched.repeated.append(name if name == one.label else f"{one.label} ({name})")
    matched.passed += [_say_passed(used, names[one.position], tidy) for one in some if one.rank > best]


def _say_passed(used: Match, other: str, tidy: str) -> str:
    return f"{tidy} from {used.heading}, and not from {other}"


def _fold_heading(label: str, known: Container[str]) -> str:
    """Return the form in which a heading is compared; one of a template without the marks against formulas."""
    folded = fold_label(label)
    return folded if folded in known else fold_label(restore_text(label))


def _choose_fields(
    headings: Headings, matches: dict[str, Match], definition: IndexDefinition, in_blocks: Collection[int] = ()
) -> dict[str, ToolField]:
    """Return the tool's own fields where the definition's columns are not in the file, or are the same columns."""
    taken = {match.position for tidy, match in matches.items() if tidy in definition.question_ids} | set(in_blocks)
    fields = {}
    for tidy in {**headings.fields, **headings.coded}:
        own, coded = headings.fields.get(tidy), headings.coded.get(tidy, ())
        if tidy in matches:
            place = matches[tidy].position
            chosen = next((one for one in (own, *coded) if one and one.position == place), None)
        else:
            chosen = own or _join_covering(tidy, coded, taken)
        if chosen and chosen.position not in taken:
            fields[tidy] = chosen
    return fields


def _join_covering(tidy: str, coded: Sequence[ToolField], questions: set[int]) -> ToolField | None:
    """Return one field of those that speak of columns of questions; of several times the last."""
    covering = [one for one in coded if one.covers is None or one.covers & questions]
    return (join_finished(covering) if tidy == "finished" else covering[-1]) if covering else None


def _list_required(definition: IndexDefinition, *, is_long: bool) -> list[str]:
    """Return the tidy columns and questions without which no index can be computed."""
    required = ["unit"] + (["design_weight"] if definition.columns.design_weight else [])
    if get_weighting(definition.method.weighting).needs_importance:
        required += [f"importance_{category}" for category in definition.columns.importance]
    required += list(name_design_columns(definition)) + _list_background_strata(definition)
    return [*required, *(["respondent_id"] if is_long else definition.question_ids)]


def _list_background_strata(definition: IndexDefinition) -> list[str]:
    """Return the background variable that gives the strata, where one does."""
    strata = definition.design.strata if definition.design else None
    variable = None if strata is None else share_heading(strata, definition.columns.background)
    return [] if variable is None else [f"background_{variable}"]


def name_heading(tidy: str, definition: IndexDefinition) -> str:
    """Return the heading under which a column is looked for first: the definition's, or the question's id."""
    return name_fields(definition).get(tidy) or {"respondent_id": "respondent"}.get(tidy, tidy)


def propose_headings(targets: Sequence[str], headings: Iterable[str], definition: IndexDefinition) -> list[Proposal]:
    """Return, for what is missing, the unknown heading most like it, where one is like it; a heading once at most.

    Examples
    --------
    >>> from bpo_index.definition import load_definition
    >>> definition = load_definition("offshore-bpo-2021")
    >>> [(one.target, one.heading) for one in propose_headings(["unit", "sec_data"], ["Contry", "Age"], definition)]
    [('unit', 'Contry')]
    """
    candidates = list(dict.fromkeys(headings))[:_MOST_COMPARED]
    questions = {question.id: question for question in definition.questions}
    found = []
    for target in targets[:_MOST_TARGETS]:
        question = questions.get(target)
        labels = [name_heading(target, definition)]
        labels += [question.text, *question.aliases] if question else []
        for heading in candidates:
            alike = max(measure_alike(fold_label(label), fold_label(heading)[:500]) for label in labels)
            if alike >= (LEAST_ALIKE if len(heading) >= _SHORT else _LEAST_ALIKE_SHORT):
                found.append(Proposal(target, heading, round(alike, 2)))
    proposals: dict[str, Proposal] = {}
    used: set[str] = set()
    for proposal in sorted(found, key=lambda one: -one.confidence):
        if proposal.target not in proposals and proposal.heading not in used:
            proposals[proposal.target] = proposal
            used.add(proposal.heading)
    return [proposals[target] for target in targets if target in proposals]


def measure_alike(wanted: str, heading: str) -> float:
    """Return how alike two texts are; a wording that stands whole within a longer heading is very like it."""
    if len(wanted) >= 12 and wanted in heading:
        return 0.95
    matcher = difflib.SequenceMatcher(None, heading, wanted, autojunk=False)
    # The two cheap ones are upper bounds of the third.
    if matcher.real_quick_ratio() < LEAST_ALIKE or matcher.quick_ratio() < LEAST_ALIKE:
        return 0.0
    return matcher.ratio()
