"""Tables for readers read back: every format gives sections of rows of plain texts."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

Rows = list[tuple[str, tuple[str, ...]]]
_VOID = {"meta", "link", "br", "img", "hr", "input"}
_LATEX = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    r"\textasciigrave{}": "`",
    r"\/": "",
    r"\allowbreak{}": "",
    **{f"\\{character}": character for character in "{}$&#%_"},
}


class Document(HTMLParser):
    """Elements in their order, each with its attributes and the text inside; every tag must be closed in turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[dict] = []
        self.elements: list[dict] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, **dict(attrs), "text": ""}
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop()["tag"] == tag

    def handle_data(self, data):
        # The mark of a note is no part of a name.
        if any(element["tag"] == "sup" for element in self.open):
            return
        for element in self.open:
            element["text"] += data

    def find(self, tag: str) -> list[dict]:
        return [element for element in self.elements if element["tag"] == tag]


def read_html(content: bytes) -> Rows:
    """Return section and cells of every row of the table of a document."""
    rows: Rows = []
    section, cells = "", []
    is_body = False
    for element in Document(content.decode()).elements:
        match element["tag"]:
            case "tbody":
                is_body = True
            case "tr" if cells:
                rows.append((section, tuple(cells)))
                cells = []
            case "th" if is_body and element["scope"] == "rowgroup":
                section = element["text"]
            case "th" | "td" if is_body:
                cells.append(element["text"])
    return [*rows, (section, tuple(cells))]


def read_markdown(content: bytes) -> Rows:
    """Return section and cells of every row of the tables of a page."""
    rows: Rows = []
    section = ""
    for line in content.decode().splitlines():
        if heading := re.fullmatch(r"##+ (.*)", line):
            section = read_markdown_text(heading[1])
        elif line.startswith("| "):
            cells = re.split(r"(?<!\\) \| ", line[2:-2])
            rows.append((section, tuple(read_markdown_text(re.sub(r"<sup>\w+</sup>$", "", cell)) for cell in cells)))
    return [row for row in rows if row[1][0] != "Rank"]


def read_markdown_text(text: str) -> str:
    """Return what Markdown shows for an escaped text."""
    return html.unescape(re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text))


def read_latex(content: bytes) -> Rows:
    """Return section and cells of every row of a fragment."""
    rows: Rows = []
    section = ""
    text = content.decode()
    body = text.rpartition(r"\endfoot")[2] if "longtable" in text else text.partition(r"\midrule")[2]
    for line in body.splitlines():
        if heading := re.fullmatch(r"\\multicolumn\{6\}\{.*?\}\{\\bfseries (.*)\} \\\\\*", line):
            section = read_latex_text(heading[1].replace(r"\quad ", ""))
        elif line.endswith(r" \\"):
            cells = [re.sub(r"\\textsuperscript\{\w+\}$", "", cell) for cell in line[:-3].split(" & ")]
            rows.append((section, tuple(map(read_latex_text, cells))))
    return rows


def read_latex_text(text: str) -> str:
    """Return what LaTeX sets for an escaped text."""
    return re.sub("|".join(map(re.escape, _LATEX)), lambda found: _LATEX[found[0]], text)


READERS = {"md": read_markdown, "html": read_html, "tex": read_latex}
