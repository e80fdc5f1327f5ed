"""Say which codes a file has that the definition does not know, and what the definition may say of them.

`write_refusal` makes one paragraph of all that `other_codes` found. Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Scale
from bpo_index.display.numbers import list_names
from bpo_index.display.words import start_sentence

#: Codes that advice names, and findings in one paragraph.
_MOST_CODES, _MOST_FINDINGS = 12, 8
#: Codes up to which they may all stand for no answer.
_FEW_CODES = 3


@dataclass(frozen=True)
class Finding:
    """What is outside the scale in one question, or in several in the same way."""

    questions: tuple[str, ...]
    scale: Scale
    outside: tuple[float | str, ...]
    """The values outside, rising; or texts."""
    said: str
    """What was found, as a sentence without the point."""
    mapping: Mapping[float, float]
    """The codes that would explain it, each to its rating; empty: unknown."""
    is_mark: bool = False
    """Whether it is 0 and 1 only, as the marks of a multiple choice are."""
    is_step: bool = False
    """Whether the values are a run of whole numbers steps off the scale."""

    @property
    def is_unknown(self) -> bool:
        """Whether nothing says what the codes are."""
        return not (self.mapping or self.is_mark)


@dataclass(frozen=True)
class Refusal:
    """Why a file with other codes is refused."""

    says: str
    """One paragraph."""
    is_explained: bool
    """Whether a mapping would explain all codes."""


def be(count: int) -> str:
    """Return the verb for a number of answers."""
    return "is" if count == 1 else "are"


def write_refusal(start: str, found: Sequence[Finding], definition: IndexDefinition) -> Refusal:
    """Return what is said of a file, or of several.

    Parameters
    ----------
    start
        The beginning, such as "The file x.csv has other codes than the definition".
    found
        At least one.
    definition
        The questions.
    """
    shown = "; ".join(finding.said for finding in found[:_MOST_FINDINGS])
    if len(found) > _MOST_FINDINGS:
        rest = [question for finding in found[_MOST_FINDINGS:] for question in finding.questions]
        shown += f"; the like in {', '.join(rest)}"
    shown = start_sentence(shown) if found[0].is_step else shown
    explained = [finding for finding in found if not finding.is_unknown]
    advice = [_explain(finding, explained, definition) for finding in explained]
    advice += [_ask(found, scale, definition) for scale in _list_scales(found)]
    says = (
        f"{start}. {shown}. So many are no slips, and to leave out the rows of those who gave them would select by the "
        f"answer. {' '.join(dict.fromkeys(advice))}"
    )
    return Refusal(says, all(finding.mapping for finding in found))


def _list_scales(found: Iterable[Finding]) -> list[Scale]:
    scales: list[Scale] = []
    for finding in found:
        if finding.is_unknown and finding.scale not in scales:
            scales.append(finding.scale)
    return scales


def _name_place(questions: Sequence[str], definition: IndexDefinition) -> str:
    """Return of which questions a key is, with a blank before it; empty: of all, so of the index."""
    return "" if set(questions) == set(definition.question_ids) else f" of {list_names(questions)}"


def _show(codes: Iterable[float | str]) -> str:
    return ", ".join(json.dumps(code, ensure_ascii=False) if isinstance(code, str) else f"{code:g}" for code in codes)


def _explain(finding: Finding, found: Sequence[Finding], definition: IndexDefinition) -> str:
    """Return what the definition may say where a mapping explains the codes, or they are marks."""
    same = [other for other in found if (other.outside, other.mapping) == (finding.outside, finding.mapping)]
    questions = [question for other in same for question in other.questions]
    is_common = finding.is_step and finding.scale == definition.scale and len(questions) > 1
    where = "" if is_common else _name_place(questions, definition)
    if finding.is_mark:
        return (
            f"If they are the marks of a multiple choice, they are no ratings: name the right column{where} under its "
            f"`aliases:`; if they are ratings, give `scale: {{minimum: 0, maximum: 1}}` or `may_be_narrow`{where}."
        )
    labels = ", ".join(f"{code:g}: {rating:g}" for code, rating in finding.mapping.items())
    if not finding.is_step:
        return f"If these are codes in the order of the scale, say `scale: {{labels: {{{labels}}}}}`{where}."
    codes = _show(finding.outside)
    return (
        f"If that is another coding, say `scale: {{labels: {{{labels}}}}}`{where}; if {codes} is no rating, "
        f"{_say_no_rating(finding.outside, finding.scale)}{where} (or skipped, or not_asked)."
    )


def _say_no_rating(codes: Iterable[float | str], scale: Scale) -> str:
    known = [code if not code.lstrip("-").isdigit() else float(code) for code in scale.dont_know]
    return f"`scale: {{dont_know: [{_show([*known, *codes])}]}}`"


def _ask(found: Sequence[Finding], scale: Scale, definition: IndexDefinition) -> str:
    """Return what the definition has to say of codes that nothing explains, for all questions on one scale."""
    concerned = [finding for finding in found if finding.is_unknown and finding.scale == scale]
    codes = list(dict.fromkeys(code for finding in concerned for code in finding.outside))
    where = _name_place([question for finding in concerned for question in finding.questions], definition)
    further = "`minimum:` and `maximum:` where it is another scale"
    labels = "`labels:` where each stands for a rating"
    if len(codes) > _MOST_CODES:
        return (
            f"Say under `scale:`{where} what these are: no rating (dont_know, skipped, not_asked), {labels}, {further}."
        )
    if len(codes) > _FEW_CODES:
        return (
            f"Say under `scale:`{where} what {_show(codes)} are: {labels}, dont_know (skipped, not_asked), {further}."
        )
    no_rating = f"{_say_no_rating(codes, scale)}{where} (or skipped, or not_asked) where it is no rating"
    return f"Say what {_show(codes)} {be(len(codes))}: {no_rating}, {labels}, {further}."
