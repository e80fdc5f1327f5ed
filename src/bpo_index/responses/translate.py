"""The cells of readable records into the texts of the tidy columns, in the one spelling that validation reads.

Stages: `translate_cells` takes each tidy column from its place or from the survey tool's own fields, replaces codes by
their labels where the file has a codebook (SPSS), then decimal commas and times. Texts are looked at once for each
different one of a column. What was decided is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Values
from dataclasses import replace

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Scale
from bpo_index.definition.design_block import STRATUM
from bpo_index.display.labels import show_text
from bpo_index.errors import DataRefused
from bpo_index.responses.answer_texts import Answers, find_unit, map_answers, parse_number
from bpo_index.responses.cell_texts import (
    can_be_decimal,
    find_date_order,
    find_decimal_mark,
    is_ambiguous,
    is_order_unclear,
    normalise_time,
    write_plainly,
)
from bpo_index.responses.distinct import list_different
from bpo_index.responses.grids import Grid
from bpo_index.responses.headings import Mapping, Match
from bpo_index.responses.no_answers import UnknownLabels, find_no_answer, is_out_of_place
from bpo_index.responses.rows import Cells
from bpo_index.responses.unit_blocks import stack_blocks

#: Texts of a column, null where a cell is empty.
Texts = pl.Series
#: Codes named in a message, at most.
_SHOWN = 12
#: Columns that are read by their labels where the file has them; so are background variables.
_LABELLED = ("finished", "status", "data_origin", "cluster")
_LEADING_NUMBER = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)(?![0-9.]*[0-9])(?P<percent>\s*%)?")
#: Nothing but two numbers: "10-20 %", "10 % to 20 %", "2 or 3".
_RANGE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%?\s*(?:[-–—]|or\b|to\b)\s*([0-9]+(?:\.[0-9]+)?)(?P<percent>\s*%)?\s*")
#: Whole numbers with a comma between them, without a zero before another digit.
_TWO_NUMBERS = re.compile(r"(?:0|[1-9][0-9]*),(?:0|[1-9][0-9]*)")
#: A time as `normalise_time` writes it.
_WRITTEN = r"^[1-9][0-9]{3}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"
#: Per cent of the scale are rounded to whole ones.
_ROUNDING = 1.0


def translate_rows(
    rows: Cells, mapping: Mapping, grid: Grid, definition: IndexDefinition, *, width: int
) -> tuple[dict[str, Texts], list[str]]:
    """Return what `translate_cells` does; where the file has blocks of columns, of each row once a block.

    Parameters
    ----------
    width
        Cells of a row.
    """
    if not mapping.blocks or mapping.missing:
        return translate_cells(rows, mapping, grid, definition)
    stacked = stack_blocks(rows, mapping.blocks, width, grid)
    places = {"unit": stacked.unit, **stacked.questions}
    matches = {tidy: Match(position, tidy, tidy) for tidy, position in places.items()}
    return translate_cells(stacked.rows, replace(mapping, matches=mapping.matches | matches), stacked.grid, definition)


def translate_cells(
    rows: Cells, mapping: Mapping, grid: Grid, definition: IndexDefinition
) -> tuple[dict[str, Texts], list[str]]:
    """Return the texts of every tidy column that the file has, null for an empty cell, and what was decided.

    Parameters
    ----------
    rows
        The readable ones.
    mapping
        Which column is what.
    grid
        The file: what it says of its own codes, and which of its columns are numbers.
    definition
        The index definition.

    Raises
    ------
    DataRefused
        When the file's own labels contradict the definition; the text names the column and the code.
    """
    columns: dict[str, Texts] = {}
    said: list[str] = []
    unknown = UnknownLabels()
    positions = mapping.positions
    given = dict(zip(positions, rows.read_columns(list(positions.values())), strict=True))
    for tidy, position in positions.items():
        columns[tidy] = given[tidy]
        labels = grid.codebook.labels.get(position, {})
        missing = grid.codebook.missing.get(position, frozenset())
        if tidy == "rating" or tidy in definition.question_ids:
            texts, scale = columns[tidy], definition.question_scales.get(tidy, definition.scale)
            none = _look_at_unknown(tidy, texts, labels, missing, scale=scale, unknown=unknown)
            rest = _replace(texts, dict.fromkeys(none))
            answers = _label_answers(tidy, rest, labels, missing, scale=scale, said=said)
            columns[tidy] = _replace(texts, answers | none)
            continue
        columns[tidy] = _drop_missing(tidy, columns[tidy], labels, missing, said=said)
        if tidy == "unit":
            columns[tidy] = _label_units(columns[tidy], labels, definition, said)
        elif tidy in _LABELLED or tidy == STRATUM or tidy.startswith("background_"):
            columns[tidy] = _replace(columns[tidy], labels)
    said += unknown.say()
    by_tool: dict[str, list[str | None]] = {tidy: [] for tidy in mapping.fields}
    for row in rows.list_cells() if by_tool else ():
        for tidy, tool_field in mapping.fields.items():
            by_tool[tidy].append(tool_field.read(row) or None)
    columns |= {tidy: pl.Series(texts, dtype=pl.String) for tidy, texts in by_tool.items()}
    number_columns = frozenset(tidy for tidy, position in mapping.positions.items() if position in grid.numbers)
    numbers = _write_numbers(columns, definition, said, number_columns)
    return columns | numbers | _write_times(columns, definition, said), said


def count_texts(texts: Texts) -> dict[str, int]:
    """Return the different texts of a column in the order in which they first stand there, with how often; "" for null.

    Examples
    --------
    >>> count_texts(pl.Series(["b", None, "a", "b"]))
    {'b': 2, '': 1, 'a': 1}
    """
    counted = texts.fill_null("").alias("text").to_frame().group_by("text", maintain_order=True).len()
    return dict(counted.iter_rows())


def list_texts(texts: Texts) -> set[str]:
    """Return the different texts of a column."""
    return set(texts.drop_nulls().unique().to_list())


def _replace(texts: Texts, new: Values[str, str | None]) -> Texts:
    """Return a column with what stands for some of its texts."""
    changed = {old: text for old, text in new.items() if old != text}
    if not changed:
        return texts
    old, replaced = (pl.Series(part, dtype=pl.String) for part in (list(changed), list(changed.values())))
    return texts.replace(old, replaced)


def _drop_missing(
    tidy: str, texts: Texts, labels: dict[str, str], missing: frozenset[str], *, said: list[str]
) -> Texts:
    """Return texts without the codes that the file declares missing."""
    lost = missing & list_texts(texts) if missing else frozenset()
    if lost:
        said.append(f"{tidy}: declared missing in the file, so left empty: {_list_codes(lost, labels)}")
    return _replace(texts, dict.fromkeys(lost))


def _list_codes(codes: Iterable[str], labels: dict[str, str]) -> str:
    ordered = sorted(codes)
    shown = ", ".join(
        f"{show_text(code)} {show_text(labels[code])!r}" if code in labels else show_text(code)
        for code in ordered[:_SHOWN]
    )
    return shown + (f" and {len(ordered) - _SHOWN:,} more" if len(ordered) > _SHOWN else "")


def _label_units(texts: Texts, labels: dict[str, str], definition: IndexDefinition, said: list[str]) -> Texts:
    """Return units by the file's own labels, where any code used has one that is a unit."""
    by_label = definition.unit_by_label
    used = list_texts(texts) if labels else set()
    named = {code: unit for code in used if (unit := find_unit(labels.get(code, ""), by_label))}
    if not named:
        return texts
    for code, unit in sorted(named.items()):
        if find_unit(code, by_label) not in (None, unit):
            raise DataRefused(
                f"in the column of units the file's code {code} has the label {show_text(labels[code])!r}, and the "
                f"definition takes {code} for {definition.unit_names[str(find_unit(code, by_label))]}. Take the code "
                "out of the aliases, or export the units as labels"
            )
    said.append("units by the labels of the file's codes")
    return _replace(texts, labels)


def _label_answers(
    tidy: str, texts: Texts, labels: dict[str, str], missing: frozenset[str], *, scale: Scale, said: list[str]
) -> dict[str, str | None]:
    """Return what stands for codes by the file's own labels, where every rating used has one the definition knows."""
    used = list_texts(texts) if labels or missing else set()
    if not used:
        return {}
    by_label, by_code = map_answers(labels.values(), scale), map_answers(used | set(labels), scale)
    kinds = by_label.dont_know | by_label.skipped | by_label.not_asked
    replaced: dict[str, str | None] = {code: labels[code] for code in used if labels.get(code) in kinds}
    lost = sorted(
        code for code in (missing & used) - set(replaced) if code in by_code.ratings or code in by_code.unreadable
    )
    if lost:
        replaced |= dict.fromkeys(lost)
        shown = _list_codes(lost, labels)
        said.append(f"{tidy}: declared missing in the file and not named in the definition, so left empty: {shown}")
    ratings = {code: labels[code] for code in used - set(replaced) if labels.get(code) in by_label.ratings}
    if ratings and len(ratings) == len(used - set(replaced)):
        replaced |= ratings
    else:
        # Codes of the scale that nobody used say what the others mean.
        rated = {
            code: label
            for code, label in labels.items()
            if (rating := by_code.ratings.get(code)) is not None
            and code not in missing
            and (code in used or scale.minimum <= rating <= scale.maximum)
        }
        unknown = {code: label for code, label in rated.items() if label not in by_label.ratings}
        _check_numbers(tidy, unknown, by_code.ratings, scale)
        for code, label in sorted(rated.items()):
            if label in by_label.ratings and by_code.ratings[code] != by_label.ratings[label]:
                raise DataRefused(
                    f"in {tidy} the file's code {code} has the label {show_text(label)!r}, which stands for "
                    f"{by_label.ratings[label]:g} on the scale of the definition: the file has another scale or "
                    "another direction. Name the codes under scale.labels, or export the answers as labels"
                )
    return replaced


def _look_at_unknown(
    tidy: str, texts: Texts, labels: dict[str, str], missing: frozenset[str], *, scale: Scale, unknown: UnknownLabels
) -> dict[str, str | None]:
    """Return the codes whose labels say that they are no answers, each with what stands for it; note unknown labels.

    Raises
    ------
    DataRefused
        When a code on the scale has a label that stands alone, as those of answers that are no rating do.
    """
    if not labels:
        return {}
    everything = {text: count for text, count in count_texts(texts).items() if text and text not in missing}
    counts = {text: count for text, count in everything.items() if text in labels}
    if not counts:
        return {}
    given = set(everything)
    by_label, by_code, codes = (map_answers(some, scale) for some in (labels.values(), given, labels))
    strange = {
        code: labels[code]
        for code in counts
        if labels[code] in by_label.unreadable and code not in _list_kinds(by_code)
    }
    points = {
        code: number for code in labels if code not in missing and (number := codes.ratings.get(code)) is not None
    }
    inside = {code: point for code, point in points.items() if scale.minimum <= point <= scale.maximum}
    labelled = {point for code, point in inside.items() if not find_no_answer(labels[code])}
    used = {point for text, point in by_code.ratings.items() if not find_no_answer(labels.get(text, ""))}
    used = {point for point in used if scale.minimum <= point <= scale.maximum}
    replaced: dict[str, str | None] = {}
    for code, label in strange.items():
        # A label that begins with a number is a place on the scale, unless both ends have labels and it is alone.
        may_be = not _LEADING_NUMBER.match(label) or {scale.minimum, scale.maximum} <= labelled
        is_alone = may_be and code in inside and is_out_of_place(inside[code], labelled, used, scale)
        kind = find_no_answer(label, is_outside=is_alone or code not in inside)
        if kind:
            named = getattr(scale, kind)
            replaced[code] = named[0] if named else None
            unknown.taken.setdefault(tidy, {})[code] = (label, kind, counts[code])
        elif is_alone:
            raise DataRefused(
                f"in {tidy} the file's code {code} has the label {show_text(label)!r} ({counts[code]:,} "
                f"answer{'' if counts[code] == 1 else 's'}), which the definition does not know, and codes near it "
                "have none: it may be no rating. Name the label under scale.dont_know, scale.skipped or "
                "scale.not_asked, or under scale.labels with its rating"
            )
        else:
            unknown.listed.setdefault(tidy, {})[code] = (label, counts[code])
    return replaced


def _list_kinds(answers: Answers) -> set[str]:
    return answers.dont_know | answers.skipped | answers.not_asked


def _check_numbers(tidy: str, labels: dict[str, str], ratings: dict[str, float], scale: Scale) -> None:
    """Refuse codes whose labels begin with another number, but for per cent of the scale and ranges in order."""
    highest = float("-inf")
    for code in sorted(labels, key=lambda code: (ratings[code], code)):
        found, both = _LEADING_NUMBER.match(labels[code]), _RANGE.fullmatch(labels[code])
        if not found or float(found[1]) == parse_number(code):
            continue
        shares = _find_shares(ratings[code], scale)
        if both and both["percent"]:
            low, high = float(both[1]), float(both[2])
            is_right = low < high and any(low - _ROUNDING < share < high + _ROUNDING for share in shares)
        elif both:  # it begins where the range of the code before ended, or later
            is_right, highest = highest <= float(both[1]) < float(both[2]), float(both[2])
        else:
            is_right = bool(found["percent"]) and any(abs(float(found[1]) - share) < _ROUNDING for share in shares)
        if not is_right:
            raise DataRefused(
                f"in {tidy} the file's code {code} has the label {show_text(labels[code])!r}, which begins with "
                "another number. Name the codes under scale.labels, or export the answers as labels"
            )


def _find_shares(rating: float, scale: Scale) -> list[float]:
    """Return what per cent of the scale a rating may be called: of its length, or of its highest rating."""
    of_length = 100 * (rating - scale.minimum) / (scale.maximum - scale.minimum)
    return [of_length, 100 * rating / scale.maximum] if scale.minimum > 0 else [of_length]


def _write_numbers(
    columns: dict[str, Texts], definition: IndexDefinition, said: list[str], number_columns: frozenset[str]
) -> dict[str, Texts]:
    """Return the columns of numbers with decimal points and without thousands, where the file writes them otherwise.

    Durations are judged apart: they are the tool's own, often spelt as the program does where answers are spelt as the
    respondent does.
    """
    numbers = definition.design.numbers if definition.design else {}
    answers = {
        tidy: texts
        for tidy, texts in columns.items()
        if tidy in ("design_weight", "rating", *definition.question_ids, *numbers) or tidy.startswith("importance_")
    }
    durations = {"duration": columns["duration"]} if "duration" in columns else {}
    asked = {tidy: answers[tidy] for tidy in ("rating", *definition.question_ids) if tidy in answers}
    given = dict(zip(answers, list_different(answers.values()), strict=True))
    pairs = {} if definition.source.decimal else find_two_answers(asked, definition, given)
    said += [_say_two_answers(pairs, asked)] if pairs else []
    written: dict[str, Texts] = {}
    for what, group in (("numbers", answers), ("durations", durations)):
        different = given if group is answers else dict(zip(group, list_different(group.values()), strict=True))
        alone = {tidy: texts - pairs.get(tidy, set()) for tidy, texts in different.items()}
        mark = _find_mark(what, alone, definition.source.decimal, said)
        if mark is None:
            continue
        spelling = {
            tidy: {
                text: plain
                for text in texts
                if (plain := write_plainly(text, mark, has_thousands=tidy not in number_columns and what == "numbers"))
                != text
            }
            for tidy, texts in alone.items()
        }
        if any(spelling.values()):
            kind = "decimal commas" if mark == "," else "commas before thousands"
            said.append(kind if what == "numbers" else f"{kind} in durations")
            written |= {tidy: _replace(group[tidy], changed) for tidy, changed in spelling.items()}
    return written


def find_two_answers(
    columns: dict[str, Texts], definition: IndexDefinition, different: dict[str, set[str]]
) -> dict[str, set[str]]:
    """Return the cells of each question that hold two answers, such as "3,4", and no decimal comma.

    They are few (up to a quarter) in a column of whole numbers, or four and all rising; both numbers are ratings, and
    in no question of the file numbers with a comma are anything else.
    """
    found: dict[str, set[str]] = {}
    for tidy, texts in columns.items():
        commas = {text for text in different[tidy] if _TWO_NUMBERS.fullmatch(text)}
        if not commas:
            continue
        given = count_texts(texts)
        given.pop("", None)
        scale = definition.question_scales.get(tidy, definition.scale)
        ratings = map_answers({part for text in commas for part in text.split(",")}, scale).ratings
        whole = sum(count for text, count in given.items() if text.lstrip("+-").isdigit())
        few = 3 * sum(given[text] for text in commas) <= whole or _are_all_rising(commas)
        if not few or not all(_are_ratings(text.split(","), ratings, scale) for text in commas):
            return {}
        found[tidy] = commas
    return found


def _are_all_rising(commas: set[str]) -> bool:
    return len(commas) >= 4 and all(int(low) < int(high) for low, high in (text.split(",") for text in commas))


def _are_ratings(parts: Sequence[str], ratings: Values[str, float], scale: Scale) -> bool:
    return all(part in ratings and scale.minimum <= ratings[part] <= scale.maximum for part in parts)


def _say_two_answers(pairs: dict[str, set[str]], columns: dict[str, Texts]) -> str:
    count = sum(int(columns[tidy].is_in(list(texts)).sum()) for tidy, texts in pairs.items())
    shown = "; ".join(f"{tidy} {_list_codes(texts, {})}" for tidy, texts in pairs.items())
    held = " holds" if count == 1 else "s hold"
    return (
        f"{count:,} cell{held} two answers and so no rating, among whole numbers: {shown} "
        '(`source.decimal: ","` of the definition reads them as decimals)'
    )


def _find_mark(what: str, group: dict[str, set[str]], wanted: str | None, said: list[str]) -> str | None:
    """Return what stands before the decimals of these columns; None where it is not clear."""
    given = set().union(*group.values())
    advice = "(`source.decimal` of the definition says which of the two stands before decimals)"
    if what == "durations":
        # NOTE: what the definition says of answers need not hold for what the program writes.
        advice = "(export them without marks before thousands)"
        possible = [mark for mark in ",." if can_be_decimal(mark, given)]
        if not possible:
            said.append(f"{what} with commas and points are not read, since both stand before decimals {advice}")
            return None
        wanted = wanted if len(possible) > 1 else possible[0]
    if wanted:
        return wanted
    if is_ambiguous(given):
        said.append(
            f"{what} with a comma before three digits, which may be thousands or decimals, are not read {advice}"
        )
        return None
    mark = find_decimal_mark(given)
    if mark is None:
        said.append(f"{what} with a comma are not read, since others have a point {advice}")
    return mark


def _write_times(columns: dict[str, Texts], definition: IndexDefinition, said: list[str]) -> dict[str, Texts]:
    """Return the columns of times in ISO form; times of which it is not clear what day and month are, are left out."""
    times = {tidy: columns[tidy] for tidy in ("started_at", "finished_at") if tidy in columns}
    written = {tidy: texts.filter(~_are_times(texts)) for tidy, texts in times.items()}
    different = set().union(*map(list_texts, written.values()))
    order = find_date_order(different, definition.source.dates)
    spelling: dict[str, str | None] = {text: normalise_time(text, day_first=order.day_first) for text in different}
    if order.matters and order.day_first is None:
        unclear = {text for text in different if is_order_unclear(text)}
        spelling |= dict.fromkeys(unclear)
        count = sum(int(texts.is_in(list(unclear)).sum()) for texts in written.values())
        said.append(
            f"{count:,} time{'' if count == 1 else 's'} not used: day and month cannot be told apart (`source.dates` "
            "of the definition: day_first or month_first)"
        )
    elif order.matters:
        said.append("dates with the day first" if order.day_first else "dates with the month first")
    return {tidy: _replace(texts, spelling) for tidy, texts in times.items()}


def _are_times(texts: Texts) -> pl.Series:
    """Return which texts are times in the form in which times are written, of any year from 1000."""
    are = texts.str.contains(_WRITTEN)
    if are.any():
        are &= texts.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).is_not_null()
    return are.fill_null(value=False)
