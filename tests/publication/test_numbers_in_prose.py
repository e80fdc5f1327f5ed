"""Every number in the prose of report, annex and unit pages is one of the published tables, or of the definition.

The test reads the published files only, as a reader could. Of each paragraph it works out which numbers it may name:
those of the units, categories and assumptions that the paragraph names (or whose card it stands on), rounded as readers
see them, and a few counts that belong to no name. What stands in the wording of the catalogue, of a method's record or
of the definition itself, such as "0 and 100" or a year in a title, is no result. A number that is off by one in its
last digit has to be noticed in four cases of five.
"""

import html
import json
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

import polars as pl
import pytest
from babel.messages.pofile import read_po

from bpo_index.display.catalogue import VALUE
from bpo_index.display.language import LANGUAGES, SOURCE
from bpo_index.display.numbers import show_range, show_score, write_digits
from bpo_index.version import __version__

NUMBER = re.compile(r"(?<![\w.])[−+]?\d[\d,]*(?:\.\d+)?%?(?!\w)")
#: Of numbers that are off by one in the last digit such a share is noticed, at least; counts often are not.
NOTICED = 0.8
#: Of the report of the sample.
MOST_WORDS = 3_500
#: Elements without prose: tables but their captions, drawings, programs, forms, identifiers and hashes.
SILENT = ("table", "svg", "script", "style", "form", "select", "nav", "code", "title")
BLOCKS = (
    "legend",
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "caption",
    "summary",
    "dt",
    "dd",
    "figcaption",
    "div",
    "section",
    "small",
)
VOID = ("meta", "input", "br", "link", "img", "hr")


@dataclass
class Block:
    """A paragraph, and the unit on whose card it stands."""

    text: str
    card: str | None = field(default=None)


class Prose(HTMLParser):
    """The paragraphs of a page."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.cards, self.blocks = [], [], [Block("")]
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        self.open.append(tag)
        place = dict(attrs).get("id") or ""
        if tag == "article":
            self.cards.append(place.removeprefix("unit-"))
        if tag in BLOCKS:
            self.blocks.append(Block("", self.cards[-1] if self.cards else None))

    def handle_endtag(self, tag):
        self.open.pop()
        if tag == "article":
            self.cards.pop()
        if tag in BLOCKS:
            self.blocks.append(Block("", self.cards[-1] if self.cards else None))

    def handle_data(self, data):
        inside = self.open[self.open.index("table") + 1 :] if "table" in self.open else None
        if (inside is not None and "caption" in inside) or not set(SILENT) & set(self.open):
            self.blocks[-1].text += data


def read_prose(path):
    """Return the paragraphs of a page."""
    blocks = Prose(path.read_text(encoding="utf-8")).blocks
    return [Block(" ".join(block.text.split()), block.card) for block in blocks if NUMBER.search(block.text)]


@cache
def list_wordings():
    """Return what stands between values in the sentences of the catalogue, where it holds a digit."""
    parts = set()
    for path in sorted((LANGUAGES / SOURCE / "LC_MESSAGES").glob("*.po")):
        if path.stem in ("columns", "terminal"):
            continue
        with path.open("rb") as file:
            for message in read_po(file):
                forms = message.string if isinstance(message.string, tuple) else (message.string,)
                parts |= {part.strip() for form in forms if message.id for part in VALUE.sub("\0", form).split("\0")}
    worded = (part for part in parts if NUMBER.search(part) and re.search("[A-Za-z]", part))
    return sorted(worded, key=len, reverse=True)


def list_strings(value):
    """Return all texts in JSON."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inside for text in list_strings(one)]


def list_numbers(value):
    """Return all whole numbers in JSON."""
    if isinstance(value, int):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [number for one in inside for number in list_numbers(one)]


def show(value, decimals):
    return write_digits(abs(value), decimals)


class Release:
    """What the published files say, by what a paragraph names."""

    def __init__(self, folder):
        self.folder = folder
        self.definition = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
        self.audit = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.ranking, self.categories = self.read("ranking"), self.read("categories")
        self.names = dict(self.ranking.select("name", "unit").iter_rows())
        self.titles = dict(self.categories.select("category_title", "category").unique().iter_rows())
        strings = {" ".join(text.split()) for text in list_strings(self.definition)}
        worded = (text for text in strings if NUMBER.search(text) and re.search("[A-Za-z]{3}", text))
        self.strings = sorted(worded, key=len, reverse=True)
        self.general = self.count_general()

    def read(self, name):
        return pl.read_csv(self.folder / f"{name}.csv", infer_schema_length=None)

    def table(self, name):
        return self.read(f"robustness/{name}")

    def count_general(self):
        """Return counts that belong to no name."""
        method, pairs, first = self.definition["method"], self.table("pairs"), self.table("first_ranks")
        ranked = self.ranking.drop_nulls("rank").height
        sure = pairs.filter("surely").height
        codes = self.ranking.drop_nulls("rank")["unit"].to_list()
        open_pairs = (
            ranked
            - 1
            - pairs.filter(pl.col("surely"))
            .join(pl.DataFrame({"ahead": codes[:-1], "behind": codes[1:]}), on=["ahead", "behind"])
            .height
        )
        questions = sum(len(one["questions"]) for one in self.definition["categories"])
        level = f"{100 * method['confidence_level']:g}%"
        numbers = {
            *(ranked, self.ranking.height, pairs.height, sure, pairs.height - sure, ranked - 1, open_pairs),
            *(1, questions, len(self.titles), method["minimum_respondents_to_publish"]),
            *(method["minimum_respondents_to_rank"], method["replicates"], self.audit["rows_accepted"]),
            *(self.definition["scale"]["minimum"], self.definition["scale"]["maximum"]),
            *self.count_first(first),
        }
        return {level, *(f"{one:g}" for one in numbers)}

    def count_first(self, first):
        """Return how many may be among the best one and the best five."""
        return {*first.filter(pl.col("k").is_in([1, 5]))["candidates_count"], 5}

    def list_allowed(self, block):
        """Return the numbers that a paragraph may name."""
        text = block.text
        codes = [code for name, code in self.names.items() if name in text]
        codes += [block.card] if block.card else []
        categories = [category for title, category in self.titles.items() if title in text]
        allowed = self.general | self.list_of_units(codes) | self.list_of_categories(codes, categories)
        for words, numbers in self.list_by_words().items():
            allowed |= numbers if words in text else set()
        return allowed

    def list_of_units(self, codes):
        """Return score, interval, ranks, respondents and leads of units."""
        found = set()
        pairs = self.table("pairs").filter("surely")
        for row in self.ranking.filter(pl.col("unit").is_in(codes)).iter_rows(named=True):
            found |= {
                show(row[name], 1) + sign
                for name in ("score", "ci_low", "ci_high", "effective_n")
                if row[name] is not None
                for sign in ("", "%")
            }
            ends = [row[name] for name in ("rank", "rank_set_low", "rank_set_high", "respondents")]
            found |= {str(one) for one in ends if one is not None}
            found |= {str(row["rank_set_low"] - 1)} if row["rank_set_low"] else set()
            found |= {f"{100 * row['p_first']:.0f}%"} if row["p_first"] is not None else set()
            found |= {str(pairs.filter(ahead=row["unit"]).height), str(pairs.filter(behind=row["unit"]).height)}
            best = self.table("first_ranks").filter(pl.col("surely").str.split(" ").list.contains(row["unit"]))
            found |= {str(best["k"].min())} if best.height else set()
            first = self.categories.filter(pl.col("rank") == 1, unit=row["unit"]).height
            found |= {str(first)}
            shrunken = self.table("sampling_error").filter(pl.col("category").is_null(), unit=row["unit"])["shrunken"]
            found |= {show(one, 1) + sign for one in shrunken.drop_nulls() for sign in ("", "%")}
        neighbours = self.table("neighbours").filter(pl.col("ahead").is_in(codes), pl.col("behind").is_in(codes))
        return found | {show(one, decimals) for one in neighbours["difference"] for decimals in (1, 2)}

    def list_of_categories(self, codes, categories):
        """Return scores and differences of the categories that are named, of the units that are; null: of none."""
        cells = self.categories.filter(pl.col("unit").is_in(codes), pl.col("category").is_in(categories))
        found = {show(one, 1) + sign for one in cells["score"].drop_nulls() for sign in ("", "%")}
        found |= {f"{one:g}" for one in cells.filter(pl.col("score_bound").is_not_null())["score"]}
        stated = self.table("category_differences")
        stated = stated.filter(pl.col("unit").is_in(codes), pl.col("category").is_in(categories))
        found |= {show(one, 1) for one in stated["difference"]}
        parts = self.table("neighbours").filter(pl.col("category").is_in(categories))
        parts = parts.filter(pl.col("ahead").is_in(codes) | pl.col("behind").is_in(codes))
        return found | {show(one, 1) for one in parts["contribution"]}

    @cache  # noqa: B019  (one release in a process)
    def list_by_words(self):
        """Return numbers by words of the sentences that name them, where these name no unit and no category."""
        influence, replicates = self.table("influence"), self.table("replicate_ranks")
        one = influence.filter(left_out="respondent").row(0, named=True)
        swaps = self.table("weight_swaps").filter(pl.col("parent").is_null()).drop_nulls("weight_moved")
        small = swaps.filter(pl.col("weight_moved") < 0.05).sort("weight_moved", maintain_order=True)
        shifts = [
            show(part["mean_rank_shift"].mean(), 1) for _, part in replicates.group_by("version", maintain_order=True)
        ]
        effects = self.table("sensitivity").filter(output="all_ranks").drop_nulls("shapley").head(2)
        first = self.table("first_ranks").row(4, named=True)
        codes = self.ranking.drop_nulls("rank")["unit"].to_list()
        sure = set(self.table("pairs").filter("surely").select("ahead", "behind").iter_rows())
        together = next(n for n in range(1, 99) if any((code, codes[n]) in sure for code in codes[:n]))
        leading = len({ahead for ahead, _ in sure})
        means = self.table("pairs").height
        return {
            "Moving less than": {"5%", str(small.height), *(f"{100 * x:.1f}%" for x in small["weight_moved"][:3])},
            "Leaving out one": {str(one[name]) for name in ("changing_first", "changing_first_five", "items")},
            "a rank lies": set(shifts),
            "moves ranks most": {f"{100 * x:.0f}%" for x in effects["shapley"]},
            "first five are the same": {
                f"{100 * first[name]:.0f}%" for name in ("holds_sampling", "holds_all_assumptions")
            },
            "cannot be distinguished": {str(together), str(means)},
            "ahead of at least one other": {str(leading - 3)},
            "category scores can be distinguished": self.count_distinct(),
            "without a score and count in nothing": set(map(str, list_numbers(self.manifest))),
            # All weights together.
            "rescaled to": {"100%"},
            # Constants of the explorer, which makes its own replicates: how many, and the error of a share of them.
            "Shares are of": {"600", "0.05"},
        }

    def count_distinct(self):
        """Return how many scores can be distinguished from the mean of the others, and how many scores there are."""
        if not (self.folder / "robustness/category_differences.csv").is_file():
            return set()
        stated = self.table("category_differences").filter(against="all").drop_nulls("is_distinct")
        return {str(stated["is_distinct"].sum()), str(stated.height)}

    def list_results(self, text):
        """Return the numbers of a paragraph without those of its wording and of the definition's texts."""
        edition = f"edition {self.definition['edition']}"
        for part in (*self.strings, *list_wordings(), edition, self.folder.name, f"bpo-index {__version__}"):
            if part in text:
                text = re.sub(rf"(?<![\w.,−+]){re.escape(part)}(?!\w)", " # ", text)
        return [one.lstrip("−+").replace(",", "") for one in NUMBER.findall(text)]


def change_last_digit(number):
    digits = number.rstrip("%")
    last = str((int(digits[-1]) + 1) % 10)
    return digits[:-1] + last + number[len(digits) :]


@pytest.fixture(scope="module")
def release(sample):
    return Release(sample.release.path)


def test_every_number_in_the_prose_is_published(release):
    pages = [release.folder / name for name in ("report.html", "annex.html")]
    pages += sorted((release.folder / "units").glob("*.html"))
    unknown, found, noticed = [], 0, 0
    for page in pages:
        for block in read_prose(page):
            numbers = release.list_results(block.text)
            allowed = release.list_allowed(block) if numbers else set()
            unknown += [f"{page.name}: {one} in: {block.text}" for one in numbers if one not in allowed]
            found += len(numbers)
            noticed += sum(change_last_digit(one) not in allowed for one in numbers)
    assert unknown == []
    assert found > 80
    assert noticed >= NOTICED * found


# ---- one range everywhere -------------------------------------------------------------------------------------------


def read_ranking_table(path):
    """Return score, interval and rank set by name, as the cells of the ranking on the first screen have them."""
    table = re.search(r'<table class="ranking" id="ranking".*?</table>', path.read_text(encoding="utf-8"), re.DOTALL)[0]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL):
        name = html.unescape(re.search(r"<a [^>]*>(.*?)</a>", row)[1])
        score = re.search(r'<td class="score"[^>]*>(.*?)<', row)[1]
        ends = re.findall(r'class="(?:narrow )?ends">(.*?)<', row)
        assert len(set(ends)) == 1, "on a phone the interval is another"
        found[name] = score, ends[0], re.search(r'<td class="ranks"[^>]*>(.*?)<', row)[1]
    return found


def test_headline_table_figure_and_alternative_text_name_the_same_ranges(release):
    shown = read_ranking_table(release.folder / "report.html")
    rows = release.ranking.to_dicts()
    assert list(shown) == [row["name"] for row in rows]
    svg = (release.folder / "figures/ranking.svg").read_text(encoding="utf-8")
    drawn = [html.unescape(text) for text in re.findall(r"<text[^>]*>(?:<tspan[^>]*>)?([^<]*)<", svg)]
    described = html.unescape(re.search(r"<desc[^>]*>(.*?)</desc>", svg, re.DOTALL)[1])
    page = (release.folder / "report.html").read_text(encoding="utf-8")
    headline, lead = (
        html.unescape(re.search(rf'class="{name}" dir="auto">(.*?)</', page)[1]) for name in ("headline", "lead")
    )
    for row in rows:
        score = show_score(row)
        interval = show_range(row["ci_low"], row["ci_high"])
        ranks = show_range(row["rank_set_low"], row["rank_set_high"])
        assert shown[row["name"]] == (score, interval, ranks)
        # In the figure the row of a unit is its name, its score and its rank set, each somewhere in the row's order.
        assert row["name"] in [text.removesuffix(" *") for text in drawn]
    for column in (
        [show_score(row) for row in rows],
        [show_range(r["rank_set_low"], r["rank_set_high"]) for r in rows],
    ):
        assert is_within(column, drawn), "the figure has other numbers, or in another order"
    for row in (rows[0], rows[-1]):
        said = described[described.index(f" {row['name']} ") :]
        said = said.partition(". ")[0]
        for text in shown[row["name"]]:
            assert text in said, (text, said)
    first = shown[rows[0]["name"]]
    assert headline.startswith(rows[0]["name"])
    assert lead.startswith(f"{rows[0]['name']} scores {first[0]}%")
    assert f"interval is {first[1]} " in lead
    assert lead.partition(". ")[0].endswith(f" {first[2]}")


def is_within(wanted, texts):
    """Return whether texts stand among others, in their order."""
    left = iter(texts)
    return all(text in left for text in wanted)


def test_the_report_of_twelve_units_has_at_most_3500_words(release):
    assert count_words(release.folder / "report.html") <= MOST_WORDS


def count_words(path):
    """Return the words of a page, those of tables and figures too, without what only another width of a page shows."""
    text = re.sub(r"<(script|style|desc|title)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for part in ('<div class="phone">.*?</svg></div>', '<span class="narrow ends">.*?</span>'):
        text = re.sub(part, " ", text, flags=re.DOTALL)
    text = re.sub(r'<span class="narrow"><span class="ticks".*?</span></span></span>', " ", text, flags=re.DOTALL)
    return len(html.unescape(re.sub("<[^>]*>", " ", text)).split())
