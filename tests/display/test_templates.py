"""What goes into a template is escaped for its format, and JSON in a page cannot be ended by a text in it."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from bpo_index.display.templates import escape_html, load_template
from tests.publication.reading import Document


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    (folder / "data.html").write_text('<script type="application/json">{{ data | tojson }}</script>\n<p>{{ text }}</p>')
    (folder / "loop.html").write_text("{% macro show(one) %}<b>{{ one }}</b>{% endmacro %}{{ show(text) }}{{ number }}")
    (folder / "signs.tex").write_text("{<< text >>}<% if number > 1 %>{{<< number >>}}<% endif %>")
    return folder


def test_every_value_is_escaped_once(folder):
    template = load_template(folder / "loop.html")
    assert template.render(text="<i>&", number=1.5) == "<b>&lt;i&gt;&amp;</b>1.5"
    assert template.render(text=Markup("<i>"), number=2) == "<b><i></b>2"


def test_another_format_has_its_own_escapes_and_brackets(folder):
    template = load_template(folder / "signs.tex", str.upper, brackets=("<", ">"))
    assert template.render(text="a<", number=3) == "{A<}{{3}}"


def test_a_name_that_is_not_given_is_an_error(folder):
    with pytest.raises(UndefinedError, match="text"):
        load_template(folder / "loop.html").render(number=1)


_TEXTS = st.text() | st.sampled_from(["</script>", "<!--<script>", "]]>", "\u2028\u2029", "&quot;'\"\\", "\x00\ud83d"])


@given(st.lists(_TEXTS, min_size=1).map("".join))
def test_json_in_a_page_gives_every_text_back_and_ends_nowhere(folder, text):
    data = {"title": text, "names": [text, "India"], "number": 1.25}
    page = load_template(folder / "data.html").render(data=data, text="")
    content = re.fullmatch(r'<script type="application/json">(.*)</script>\n<p></p>', page)[1]
    assert json.loads(content) == data
    assert not re.search("[<>&'\u2028\u2029]", content)
    assert content.isascii()


def test_numbers_that_json_has_not_are_refused(folder):
    with pytest.raises(ValueError, match="not JSON compliant"):
        load_template(folder / "data.html").render(data=float("nan"), text="")


@given(st.text())
def test_html_gives_any_text_back(text):
    (paragraph,) = Document(f"<p>{escape_html(text)}</p>").elements
    assert paragraph["text"] == text
