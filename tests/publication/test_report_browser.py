"""The report in a real browser, the network cut: the explorer against Python, links, keyboard, accessibility."""

import json
import re
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from benches.many_units import write_survey

from bpo_index.disclosure.publishable import disclose
from bpo_index.display.numbers import show_number, show_share
from bpo_index.pipeline import run
from bpo_index.publication.explorer import AGGREGATIONS, NORMALISATIONS, prepare_explorer, rescore
from bpo_index.publication.result import build_result
from tests.conftest import find_browser
from tests.limits import HANG_SECONDS
from tests.publication.nasty import ALL, NASTY
from tests.publication.reports import publish_with_a_withheld_category, rename, render

pytestmark = pytest.mark.component("browser")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"], timeout=1000 * HANG_SECONDS
        )
        yield opened
        opened.close()


@contextmanager
def open_page(browser, address, width=1280, scheme="light"):
    """Yield the page, offline; afterwards nothing was asked for but the page, and nothing was complained of."""
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(1000 * HANG_SECONDS)
    page, stated = context.new_page(), []
    page.on("request", lambda request: stated.append(f"request {request.url}"))
    page.on("console", lambda message: stated.append(f"console {message.text}"))
    page.on("pageerror", lambda error: stated.append(f"error {error}"))
    page.on("dialog", lambda dialog: stated.append(f"dialog {dialog.message}"))
    page.goto(address)
    yield page
    context.close()
    own = f"request {address.partition('#')[0]}"
    assert {line.partition("#")[0] for line in stated} == {own}


@pytest.fixture(scope="module")
def address(sample):
    return (sample.release.path / "report.html").as_uri()


@pytest.fixture(scope="module")
def explorer(sample):
    result = sample.result
    return prepare_explorer(result.ranking, result.categories, result.tables, sample.definition)


def read_state(page):
    """Return what the explorer says of its ranking, after it has shown all that follows from the last input."""
    page.wait_for_selector("#explore[data-state=done]", state="attached")
    return page.locator("#state").inner_text()


def read_table(page):
    """Return the rows of the explorer: rank, name, published rank, score; further down P(first), P(top 3)."""
    read_state(page)
    ranking, shares = (
        [read_cells(row) for row in page.locator(f"#{id_} tbody tr").all()] for id_ in ("explored", "shares")
    )
    assert [row[1] for row in ranking] == [row[0] for row in shares]
    return [row + own[1:3] for row, own in zip(ranking, shares, strict=True)]


def read_cells(row):
    return tuple(cell.inner_text() for cell in row.locator("td, th").all())


def list_rows(explorer, definition, published, weights, aggregation=None, normalisation="as_published"):
    """Return what the table has to show, from what Python computes."""
    scores, ranks, shares = rescore(explorer, np.array(weights), aggregation, normalisation)
    rows = [
        (
            str(rank),
            definition.unit_names[code],
            str(published[code]),
            f"{score:.1f}",
            show_share(round(share[0], 9)),
            show_share(round(share[:3].sum(), 9)),
        )
        for code, score, rank, share in zip(explorer.units, scores, ranks, shares, strict=True)
    ]
    return sorted(rows, key=lambda row: int(row[0]))


@pytest.fixture(scope="module")
def published(sample):
    return dict(sample.result.ranking.select("unit", "rank").iter_rows())


def test_the_explorer_opens_with_the_published_numbers_to_the_digit(browser, address, sample):
    ranking = pl.read_csv(sample.release.path / "ranking.csv")
    wanted = [
        (
            str(row["rank"]),
            row["name"],
            str(row["rank"]),
            show_number(row["score"]),
            show_share(row["p_first"]),
            show_share(row["p_top3"]),
        )
        for row in ranking.iter_rows(named=True)
    ]
    with open_page(browser, address) as page:
        assert read_table(page) == wanted
        assert read_state(page) == "This is the published ranking."
        # The one range beside a ranking is the rank set; shares stand under how far to trust it.
        assert [head.inner_text() for head in page.locator("#explored thead th").all()] == [
            "Rank",
            "Country",
            "Published",
            "Score",
        ]
        assert page.locator("#trust #shares tbody .places").count() == len(wanted)
        # What it computes at these weights is what it shows of them.
        data = json.loads(page.locator("#explorer-data").text_content())
        found = page.evaluate(
            "data => Explorer.explore(data, [], {weights: data.weights, aggregation: data.aggregation,"
            " normalisation: 'as_published'})",
            data,
        )
    assert found["ranks"] == ranking["rank"].to_list()
    # Computed from category scores of two decimals.
    assert found["scores"] == pytest.approx(ranking["score"].to_list(), abs=0.011)


def test_moving_a_slider_gives_what_python_computes(browser, address, sample, explorer, published):
    weights = explorer.weights * 100
    with open_page(browser, address) as page:
        before = read_table(page)
        page.locator("#w3").focus()
        for _ in range(24):
            page.keyboard.press("ArrowRight")
        weights[3] += 12
        first = read_table(page)
        assert first == list_rows(explorer, sample.definition, published, weights)
        assert first != before
        page.select_option("#aggregation", "geometric")
        page.select_option("#normalisation", "min_max")
        assert read_table(page) == list_rows(explorer, sample.definition, published, weights, "geometric", "min_max")
        moved = page.locator("#explored tbody td.moved").count()
        assert f"{moved} of 12 ranks differ" in read_state(page)
        page.click("#reset")
        assert read_table(page) == before
        assert "#" not in page.url


def count_frames(page):
    """Let the page count the frames that it asks for, and time pass by four milliseconds whenever it looks."""
    page.evaluate("""() => {
        globalThis.asked = [];
        const request = globalThis.requestAnimationFrame.bind(globalThis);
        globalThis.requestAnimationFrame = (work) => { asked.push(work); return request(work); };
        let now = 0;
        performance.now = () => (now += 4);
    }""")


def test_inputs_in_a_row_ask_for_one_frame_and_the_last_one_counts(browser, address, sample, explorer, published):
    weights = explorer.weights * 100
    with open_page(browser, address) as page:
        before = read_table(page)
        count_frames(page)
        asked = page.evaluate("""() => {
            const slider = document.getElementById("w3");
            for (let points = 11; points <= 28; points++) {
                slider.value = points;
                slider.dispatchEvent(new Event("input"));
            }
            return [asked.length, document.getElementById("state").textContent];
        }""")
        assert asked == [1, "This is the published ranking."]
        weights[3] = 28
        assert read_table(page) == list_rows(explorer, sample.definition, published, weights) != before
        # Six hundred draws, two or three in each of these frames.
        assert page.evaluate("asked.length") > 100


def test_what_was_begun_for_an_earlier_input_is_dropped(browser, address, sample, explorer, published):
    weights = explorer.weights * 100
    with open_page(browser, address) as page:
        read_state(page)
        count_frames(page)
        page.locator("#w3").fill("28")
        while page.evaluate("asked.length") <= 20:
            pass
        page.select_option("#aggregation", "harmonic")
        page.locator("#w3").fill("20.5")
        assert page.locator("#explore").get_attribute("data-state") == "busy"
        weights[3] = 20.5
        assert read_table(page) == list_rows(explorer, sample.definition, published, weights, "harmonic")


def test_tables_are_sorted_and_searched_by_the_keyboard(browser, address, sample):
    ranking = sample.result.ranking
    names = ranking["name"].to_list()
    with open_page(browser, address) as page:
        for table in ("ranking", "explored"):
            rows = page.locator(f"#{table} tbody tr:visible th")

            def read_names(rows=rows):
                return [re.split(r"[*\n]", text)[0].strip() for text in rows.all_inner_texts()]

            assert read_names() == names
            head = page.locator(f"#{table} thead th").nth(1)
            assert head.get_attribute("aria-sort") is None
            head.locator("button").focus()
            page.keyboard.press("Enter")
            assert (read_names(), head.get_attribute("aria-sort")) == (sorted(names), "ascending")
            page.keyboard.press("Enter")
            assert (read_names(), head.get_attribute("aria-sort")) == (sorted(names)[::-1], "descending")
        # The explorer keeps the order that was chosen when something is moved.
        page.locator("#w0").fill("25")
        read_state(page)
        assert page.locator("#explored tbody th").all_inner_texts() == sorted(names)[::-1]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Return a run over thirty units, published without figures."""
    folder = tmp_path_factory.mktemp("many")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bpo_index.publication.release_files.start_figures", lambda *_: dict)
        return run(write_survey(folder, 30, replicates=200))


def test_long_tables_are_searched_without_regard_to_accents_and_capitals(browser, many):
    with open_page(browser, get_address(many)) as page:
        for table in ("ranking", "explored"):
            field, rows = page.locator(f"[data-search={table}]"), page.locator(f"#{table} tbody tr:visible")
            assert rows.count() == 30
            field.fill("  CÓUNTRY number 1")
            assert rows.count() == 11
            assert page.locator(f"[data-search={table}] + [role=status]").inner_text() == "11 of 30 found"
        # What is searched for stays when something is moved.
        page.locator("#w0").fill("25")
        read_state(page)
        assert page.locator("#explored tbody tr:visible").count() == 11
        page.locator("[data-search=explored]").fill("")
        assert page.locator("#explored tbody tr:visible").count() == 30


def test_a_link_shares_the_state(browser, address, sample, explorer, published):
    with open_page(browser, address) as page:
        page.locator("#w0").fill("25")
        page.locator("#w9").fill("0")
        page.select_option("#aggregation", "copeland")
        link, shown = page.url, read_table(page)
    assert link.endswith("#explore;w=25,,,,,,,,,0;a=copeland")
    weights = explorer.weights * 100
    weights[0], weights[9] = 25, 0
    assert shown == list_rows(explorer, sample.definition, published, weights, "copeland")
    with open_page(browser, link) as page:
        assert read_table(page) == shown
        assert page.locator("#w0").input_value() == "25"
        assert page.locator("#aggregation").input_value() == "copeland"


@pytest.mark.parametrize(
    "hash_", ["#explore;w=1e9,-3,x,,%3Cscript%3E;a=nonsense;n=", "#explore", "#units", "#explore;w=%", "#%E0%A4%A"]
)
def test_a_broken_link_shows_the_published_ranking(browser, address, hash_):
    with open_page(browser, address + hash_) as page:
        assert read_state(page) == "This is the published ranking."


def test_back_leads_to_the_ranking_before(browser, address):
    with open_page(browser, address) as page:
        before = read_table(page)
        page.evaluate("location.hash = '#explore;w=0,0,0,30'")
        page.locator("#state", has_text="Your ranking").wait_for()
        moved = read_table(page)
        page.go_back()
        page.locator("#state", has_text="This is the").wait_for()
        assert read_table(page) == before != moved


def test_a_slider_back_in_its_place_gives_the_published_ranking(browser, address):
    with open_page(browser, address) as page:
        page.locator("#w1").focus()
        page.keyboard.press("ArrowRight")
        assert read_state(page).startswith("Your ranking")
        page.keyboard.press("ArrowLeft")
        assert read_state(page) == "This is the published ranking."
        assert "#" not in page.url


def test_without_any_weight_there_is_no_ranking(browser, address):
    with open_page(browser, address) as page:
        for n in range(10):
            page.locator(f"#w{n}").fill("0")
        assert "Give at least one category a weight" in read_state(page)
        assert read_table(page) == []
        page.locator("#w4").fill("5")
        assert len(read_table(page)) == 12


def test_every_choice_gives_what_python_computes(browser, address, explorer):
    rng = np.random.default_rng(5)
    with open_page(browser, address) as page:
        page.evaluate("""() => {
            const data = JSON.parse(document.getElementById("explorer-data").textContent);
            globalThis.tried = {data, draws: Explorer.readDraws(data)};
        }""")
        for aggregation in AGGREGATIONS:
            for normalisation in NORMALISATIONS:
                weights = rng.integers(0, 31, 10) + np.eye(10)[rng.integers(10)]
                scores, ranks, shares = rescore(explorer, weights, aggregation, normalisation)
                found = page.evaluate(
                    "state => Explorer.explore(tried.data, tried.draws, state)",
                    {"weights": weights.tolist(), "aggregation": aggregation, "normalisation": normalisation},
                )
                assert found["ranks"] == ranks.tolist(), (aggregation, normalisation)
                assert found["scores"] == pytest.approx(scores.tolist(), abs=2e-9)
                assert np.array(found["places"]) == pytest.approx(shares, abs=1e-9)


def test_odd_scores_and_powers_give_what_python_computes(browser, address, explorer):
    """Ties, draws without a score, and the powers of a generalised mean."""
    rng = np.random.default_rng(8)
    draws = 25 * rng.integers(-1, 5, explorer.draws.shape)
    odd = replace(explorer, draws=draws.astype(np.int16), step=1.0, scores=25.0 * rng.integers(0, 5, (12, 10)))
    weights = rng.integers(0, 9, 10)
    with open_page(browser, address) as page:
        data = json.loads(page.locator("#explorer-data").text_content())
        data |= {"scores": odd.scores.tolist(), "draw_weights": odd.draw_weights.tolist()}
        for power in (0.5, -2.0, 3.0, 1e-7):
            powered = replace(odd, power=power)
            scores, ranks, shares = rescore(powered, weights, "generalised_mean")
            state = {"weights": weights.tolist(), "aggregation": "generalised_mean", "normalisation": "as_published"}
            found = page.evaluate(
                "([data, draws, state]) => Explorer.explore(data, draws, state)",
                [data | {"power": power}, odd.draws.tolist(), state],
            )
            assert found["ranks"] == ranks.tolist()
            assert found["scores"] == pytest.approx(scores.tolist(), abs=2e-9)
            assert (
                np.isnan(shares).all()
                if found["places"] is None
                else np.array(found["places"]) == pytest.approx(shares)
            )
        for aggregation in ("median", "copeland", "borda", "arithmetic"):
            scores, ranks, shares = rescore(odd, weights, aggregation, "borda")
            state = {"weights": weights.tolist(), "aggregation": aggregation, "normalisation": "borda"}
            found = page.evaluate(
                "([data, draws, state]) => Explorer.explore(data, draws, state)", [data, odd.draws.tolist(), state]
            )
            assert found["ranks"] == ranks.tolist()
            assert np.array(found["places"]) == pytest.approx(shares, abs=1e-9)


def test_numbers_are_printed_as_python_prints_them(browser, address):
    values = [90.25, 90.75, 0.125, 0.375, -0.25, 99.95, 0.05, 1 / 3, 1e-9, 100.0, 12.35, 0.005, 2.5]
    with open_page(browser, address) as page:
        for decimals in (0, 1, 2):
            found = page.evaluate("([values, d]) => values.map(x => Explorer.show(x, d))", [values, decimals])
            assert [text.replace("-", "−") for text in found] == [show_number(value, decimals) for value in values]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["report", "annex"])
def test_accessibility(browser, sample, name, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with open_page(browser, (sample.release.path / f"{name}.html").as_uri(), width, scheme) as page:
        if name == "report":
            page.locator("#w2").fill("20")
        violations = Axe().run(page).response["violations"]
        grave = [
            (found["id"], found["impact"], [node["html"][:160] for node in found["nodes"]][:3])
            for found in violations
            if found["impact"] in ("serious", "critical")
        ]
        assert grave == []
        # Nothing but tables and figures, which scroll by themselves, is wider than the window.
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_accessibility_of_pages_of_units(browser, sample, three_levels, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    # One with all there is, one of a tree with regions, and one without a rank.
    for path in (sample.release.path, three_levels.release.path):
        ranking = pl.read_csv(path / "ranking.csv")
        for code in {ranking["unit"][1], ranking["unit"][-1]}:
            with open_page(browser, (path / "units" / f"{code}.html").as_uri(), width, scheme) as page:
                violations = Axe().run(page).response["violations"]
                assert [found["id"] for found in violations if found["impact"] in ("serious", "critical")] == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pages_of_units_print_on_at_most_two_sheets(browser, sample, three_levels):
    for path in (sample.release.path, three_levels.release.path):
        code = pl.read_csv(path / "ranking.csv")["unit"][1]
        with open_page(browser, (path / "units" / f"{code}.html").as_uri()) as page:
            printed = page.pdf(prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type /Page\b", printed)) <= 2


def test_the_keyboard_reaches_everything(browser, address):
    with open_page(browser, address, 360) as page:
        seen = []
        for _ in range(200):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement.id || document.activeElement.getAttribute('href') || ''")
            if name == "#answer" and name in seen[2:]:
                break
            seen.append(name)
        assert seen[0] == "#answer"
        assert [name for name in seen if re.fullmatch(r"w\d+", name)] == [f"w{n}" for n in range(10)]
        assert {"aggregation", "normalisation", "copy", "#unit-COL"} <= set(seen)
        # First the way to the answer, then the contents, the ranking, and the explorer.
        places = [seen.index(name) for name in ("#answer", "#explorer", "annex.html", "#unit-COL", "#unit-NIC", "w0")]
        assert places == sorted(places)


def test_wide_tables_are_scrolled_by_the_keyboard(browser, sample):
    with open_page(browser, (sample.release.path / "annex.html").as_uri(), 360) as page:
        page.locator(".scroll[tabindex='0']").first.focus()
        assert page.evaluate("document.activeElement.getAttribute('role')") == "region"


def test_the_ranking_fits_one_screen_wide_and_narrow(browser, address):
    """On a wide page all twelve rows stand on the first screen; on a phone nothing of a row is left out."""
    with open_page(browser, address) as page:
        box = page.locator("#ranking").bounding_box()
        assert box["y"] + box["height"] < 900
        assert page.locator("#ranking tbody tr:first-child .interval .track").is_visible()
    with open_page(browser, address, 390) as page:
        row = page.locator("#ranking tbody tr").first
        assert [part.is_visible() for part in row.locator("a, .ranks, .narrow .track, .narrow.ends").all()] == [
            True
        ] * 4
        box = page.locator("#ranking").bounding_box()
        assert box["x"] + box["width"] <= 390


@pytest.mark.parametrize(("name", "most"), [("report", 18), ("annex", 12)])
def test_on_paper_sections_follow_one_another(browser, sample, name, most):
    """A sheet a section, or an empty first sheet, would be more; sliders, search and contents are left out."""
    with open_page(browser, (sample.release.path / f"{name}.html").as_uri()) as page:
        sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
        page.emulate_media(media="print")
        shown = [place for place in ("nav", "#explorer", ".search", ".notice") if page.locator(place).count()]
        assert not any(page.locator(place).first.is_visible() for place in shown)
        # A heading stands with what follows it, and the head of a table is there on every sheet.
        assert page.evaluate("getComputedStyle(document.querySelector('h2')).breakAfter") == "avoid"
        assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    assert 1 < sheets <= most


def test_without_scripts_the_report_is_whole(browser, address, sample):
    context = browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    text = page.locator("main").inner_text()
    assert "The explorer needs JavaScript" in text
    assert all(name in text for name in sample.definition.unit_names.values())
    context.close()


def test_downloads_are_the_published_tables(browser, address, sample, tmp_path):
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    page.goto(address)
    with page.expect_download() as waiting:
        page.click("#downloads a[download='ranking.csv']")
    waiting.value.save_as(tmp_path / "ranking.csv")
    context.close()
    assert (tmp_path / "ranking.csv").read_bytes() == (sample.release.path / "ranking.csv").read_bytes()


def test_labels_come_out_as_they_are(browser, computed, tmp_path):
    definition, *exact = computed
    texts = [*NASTY.values(), *"ABCDEFGHIJKL"][:12]
    changed = rename(definition, ALL, texts, texts[:10])
    public = disclose(*exact, changed)
    report = render(build_result(public, changed), changed, public.audit)
    (tmp_path / "report.html").write_text(report, encoding="utf-8")
    with open_page(browser, (tmp_path / "report.html").as_uri()) as page:
        page.locator("#w0").fill("20")
        assert {row[1] for row in read_table(page)} == {" ".join(text.split()) for text in texts}
        assert [label.inner_text() for label in page.locator(".slider label").all()] == [
            " ".join(text.split()) for text in texts[:10]
        ]
        assert page.locator("h1").inner_text() == " ".join(ALL.split())
        assert page.locator("script").count() == 2
        assert page.locator("h1 *, .headline *, .lead *, b").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_unit_with_a_withheld_category_is_left_out_as_soon_as_anything_moves(browser, tmp_path):
    completed = publish_with_a_withheld_category(tmp_path)
    ranking = completed.result.ranking
    with open_page(browser, (completed.release.path / "report.html").as_uri()) as page:
        assert [row[1] for row in read_table(page)] == ranking["name"].to_list()
        page.locator("#w0").fill("60")
        assert sorted(row[1] for row in read_table(page)) == sorted(set(ranking["name"]) - {"Beland"})
        # That Beland is not there moves nobody: the order is compared with the published one of the others.
        order = [row[1] for row in sorted(read_table(page), key=lambda row: int(row[2]))]
        differ = sum(order.index(row[1]) + 1 != int(row[0]) for row in read_table(page))
        assert f"{differ} of 5 ranks differ" in read_state(page)
        assert "Not every category score of Beland is published" in page.locator("#explore").inner_text()


# ---- categories in categories ---------------------------------------------------------------------------------------


def get_address(completed):
    return (completed.release.path / "report.html").as_uri()


def prepare(completed):
    result = completed.result
    return prepare_explorer(result.ranking, result.categories, result.tables, completed.definition)


def get_published(completed):
    return dict(completed.result.ranking.drop_nulls("rank").select("unit", "rank").iter_rows())


def test_the_explorer_of_a_tree_opens_with_the_published_numbers(browser, tree):
    ranking = tree.result.ranking.drop_nulls("rank")
    with open_page(browser, get_address(tree)) as page:
        assert [(row[0], row[1], row[3]) for row in read_table(page)] == [
            (str(row["rank"]), row["name"], show_number(row["score"])) for row in ranking.iter_rows(named=True)
        ]
        assert read_state(page) == "This is the published ranking."
        data = json.loads(page.locator("#explorer-data").text_content())
        state = "{weights: data.weights, aggregation: data.aggregation, normalisation: 'as_published'}"
        found = page.evaluate(f"data => Explorer.explore(data, [], {state})", data)
    wanted = ranking.filter(pl.col("unit").is_in(data["units"]))
    assert found["ranks"] == wanted["rank"].to_list()
    assert found["scores"] == pytest.approx(wanted["score"].to_list(), abs=0.011)


def test_sliders_of_a_tree_are_grouped_and_give_what_python_computes(browser, tree):
    explorer, definition, published = prepare(tree), tree.definition, get_published(tree)
    number = {node.id: node.number - 1 for node in definition.category_nodes}
    weights = explorer.weights * 100
    with open_page(browser, get_address(tree)) as page:
        before = read_table(page)
        groups = [group.inner_text().split("\n")[0] for group in page.locator(".controls fieldset").all()]
        assert groups[0] == "Weights of categories, rescaled to 100%"
        assert "Weights in People, rescaled to 100%" in groups
        assert (
            "by the geometric mean, as the definition says"
            in page.locator("fieldset", has_text="in Places").inner_text()
        )
        # One that lies alone in another has nothing beside it to weigh.
        alone = {"state"} & set(number)
        shown = {int(slider.get_attribute("data-weight")) for slider in page.locator("[data-weight]").all()}
        assert shown == {n for name, n in number.items() if name not in alone}
        for name, points in (("languages", 60), ("rules", 5), ("safety", 0)):
            page.locator(f"#w{number[name]}").fill(str(points))
            weights[number[name]] = points
            assert read_table(page) == list_rows(explorer, definition, published, weights)
        assert read_table(page) != before
        share = page.locator(f"#w{number['languages']} + output").inner_text()
        assert share == f"{100 * 60 / (60 + 50 + 25):.1f}%"
        page.select_option("#aggregation", "harmonic")
        page.select_option("#normalisation", "min_max")
        shown = read_table(page)
        assert shown == list_rows(explorer, definition, published, weights, "harmonic", "min_max")
        link = page.url
        places = link.split("w=")[1].split(";")[0].split(",")
        assert {n: float(text) for n, text in enumerate(places) if text} == {
            number[name]: points for name, points in (("languages", 60), ("rules", 5), ("safety", 0))
        }
        assert len(places) == len(number)
        page.click("#reset")
        assert read_table(page) == before
        assert "#" not in page.url
    with open_page(browser, link) as page:
        assert read_table(page) == shown


def test_a_set_without_any_weight_is_named(browser, four_levels):
    number = {node.id: node.number - 1 for node in four_levels.definition.category_nodes}
    with open_page(browser, get_address(four_levels)) as page:
        for name in ("posts", "schools"):
            page.locator(f"#w{number[name]}").fill("0")
        assert read_state(page) == "Give at least one category in Talent a weight."
        assert read_table(page) == []
        # Where Talent does not count, nothing is missing.
        page.locator(f"#w{number['talent']}").fill("0")
        assert len(read_table(page)) == 10


@pytest.mark.parametrize("power", [None, 0.5])
def test_every_choice_in_a_tree_gives_what_python_computes(browser, four_levels, power):
    explorer = prepare(four_levels)
    own = dict(explorer.tree.own)
    if power is not None:
        first, second = own
        own = {first: "generalised_mean", second: "copeland"}
        explorer = replace(explorer, power=power, tree=replace(explorer.tree, own=own))
    rng = np.random.default_rng(5)
    with open_page(browser, get_address(four_levels)) as page:
        page.evaluate(
            """changes => {
            const data = Object.assign(JSON.parse(document.getElementById("explorer-data").textContent), changes);
            globalThis.tried = {data, draws: Explorer.readDraws(data)};
        }""",
            {"own": {str(n): name for n, name in own.items()}, "power": explorer.power},
        )
        for aggregation in AGGREGATIONS:
            for normalisation in NORMALISATIONS:
                weights = rng.integers(0, 31, len(explorer.nodes)) * rng.integers(0, 2, len(explorer.nodes))
                scores, ranks, shares = rescore(explorer, weights, aggregation, normalisation)
                found = page.evaluate(
                    "state => Explorer.explore(tried.data, tried.draws, state)",
                    {"weights": weights.tolist(), "aggregation": aggregation, "normalisation": normalisation},
                )
                case = aggregation, normalisation, weights.tolist()
                if np.isnan(scores).any():
                    # Nothing that counts holds a weight; JSON has null for what is no number.
                    assert found["places"] is None, case
                    continue
                assert found["ranks"] == ranks.tolist(), case
                assert found["scores"] == pytest.approx(scores.tolist(), abs=2e-9), case
                assert np.array(found["places"]) == pytest.approx(shares, abs=1e-9), case


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_accessibility_of_a_tree(browser, four_levels, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with open_page(browser, get_address(four_levels), width, scheme) as page:
        violations = Axe().run(page).response["violations"]
        grave = [(found["id"], found["impact"]) for found in violations if found["impact"] in ("serious", "critical")]
        assert grave == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    annex = (four_levels.release.path / "annex.html").as_uri()
    with open_page(browser, annex, width, scheme) as page:
        violations = Axe().run(page).response["violations"]
        assert [found["id"] for found in violations if found["impact"] in ("serious", "critical")] == []
        # Tables under a heading that folds are open, and fold.
        details = page.locator("#categories details").first
        assert details.locator("table").is_visible()
        details.locator("summary").click()
        assert not details.locator("table").is_visible()
