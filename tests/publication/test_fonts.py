"""The font of figures: its widths, its subsets, and its licence."""

from __future__ import annotations

import re
from base64 import b64decode

import pytest

from bpo_index.publication.figures.fonts import (
    FAMILY,
    FOLDER,
    SUBSETS,
    WEIGHTS,
    choose_subsets,
    read_widths,
    write_faces,
)
from bpo_index.publication.figures.labels import measure


@pytest.mark.parametrize(
    ("weight", "letters", "wide"),
    # As fontTools 4.68 reads them of the same files.
    [("regular", "M0 A", [0.727, 0.497, 0.2, 0.544]), ("bold", "M0 A", [0.766, 0.532, 0.2, 0.576])],
)
def test_widths_are_those_of_the_font(weight, letters, wide):
    assert [read_widths(weight)[letter] for letter in letters] == wide


def test_every_letter_of_the_subsets_that_the_font_has_is_measured():
    assert {*"ÀéüßŁőЖяΩπ€…–−’"} <= read_widths("regular").keys()
    assert read_widths("regular").keys() == read_widths("bold").keys()
    assert len(read_widths("regular")) > 1300
    assert measure("中") == 1.0
    assert measure("Z\u0301") == pytest.approx(measure("Z"))


def test_figures_of_one_width_stand_under_one_another():
    for weight in WEIGHTS:
        assert len({read_widths(weight)[digit] for digit in "0123456789"}) == 1


def test_a_text_embeds_the_subsets_of_its_letters_only():
    assert choose_subsets("Kraków, Łódź") == ["latin", "latin-ext"]
    assert choose_subsets("中") == []
    faces = write_faces("Peru", bold="Łódź")
    files = re.findall(r"font-weight:(\d+);.*?base64,([A-Za-z0-9+/=]+)\)", faces)
    assert [weight for weight, _ in files] == ["400", "700", "700"]
    assert all(b64decode(file).startswith(b"wOF2") for _, file in files)
    assert faces.count(f"font-family:'{FAMILY}'") == 3
    assert len(write_faces("Peru")) < 45_000


def test_every_file_lies_beside_its_licence():
    names = {f"{subset}-{weight}.woff2" for subset in SUBSETS for weight in WEIGHTS.values()}
    names |= {f"{weight}.ttf" for weight in WEIGHTS} | {"OFL.md", "README.md"}
    assert {path.name for path in FOLDER.iterdir() if not path.name.startswith("__")} == names
    licence = (FOLDER / "OFL.md").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "Reserved Font Name 'Source'" in licence
