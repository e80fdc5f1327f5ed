"""The font of figures and reports: widths of its letters, and subsets of it to embed.

Source Sans Pro (SIL Open Font License 1.1): `fonts/README.md` says whence each file is. No subset is made at run time;
a text takes those whose letters it holds. Letters outside of all are drawn with a font of the reader's machine.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from functools import cache
from pathlib import Path

#: Of what draws PNG, and of who embeds.
FOLDER = Path(__file__).parent
#: NOTE: a family without digits: vl-convert does not find others when it measures.
FAMILY = "Source Sans Pro"
#: The first is embedded; the others are for letters that it lacks.
STACK = f"'{FAMILY}', system-ui, sans-serif"
WEIGHTS = {"regular": 400, "bold": 700}
#: Letters of each subset, as its maker says in `unicode.json`.
SUBSETS = {
    "latin": "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+2074,"
    "U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD",
    "latin-ext": "U+0100-02AF,U+0304,U+0308,U+0329,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20CF,U+2113,"
    "U+2C60-2C7F,U+A720-A7FF",
    "cyrillic": "U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116",
    "greek": "U+0370-03FF",
    "vietnamese": "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,"
    "U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB",
}


@cache
def read_widths(weight: str) -> dict[str, float]:
    """Return the advance width of each letter of the font, ems.

    Parameters
    ----------
    weight
        `regular` or `bold`.

    Notes
    -----
    Tables `head`, `hhea`, `hmtx` and `cmap` (format 4) of the OpenType specification 1.9.

    Examples
    --------
    >>> read_widths("regular")["0"], read_widths("bold")["0"]
    (0.497, 0.532)
    """
    font = (FOLDER / f"{weight}.ttf").read_bytes()
    (count,) = struct.unpack_from(">H", font, 4)
    records = [struct.unpack_from(">4s4xII", font, 12 + 16 * n) for n in range(count)]
    tables = {tag.decode(): font[start : start + length] for tag, start, length in records}
    (units,) = struct.unpack_from(">H", tables["head"], 18)
    (measured,) = struct.unpack_from(">H", tables["hhea"], 34)
    advances = [struct.unpack_from(">H", tables["hmtx"], 4 * n)[0] / units for n in range(measured)]
    return {
        letter: advances[min(glyph, measured - 1)] for letter, glyph in _read_letters(tables["cmap"]).items() if glyph
    }


def _read_letters(cmap: bytes) -> dict[str, int]:
    """Return the glyph of each letter of the basic plane."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    starts = {struct.unpack_from(">I", cmap, 8 + 8 * n)[0] for n in range(count)}
    (start,) = (at for at in starts if struct.unpack_from(">H", cmap, at)[0] == 4)
    (twice,) = struct.unpack_from(">H", cmap, start + 6)
    at = [start + 14 + n * twice + (2 if n else 0) for n in range(4)]
    ends, firsts, deltas, offsets = (struct.unpack_from(f">{twice // 2}H", cmap, place) for place in at)
    glyphs = {}
    for n, (first, end, delta, offset) in enumerate(zip(firsts, ends, deltas, offsets, strict=True)):
        for code in range(first, end + 1 if end < 0xFFFF else end):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", cmap, at[3] + 2 * n + offset + 2 * (code - first))
            glyphs[chr(code)] = (glyph + delta) & 0xFFFF if glyph or not offset else 0
    return glyphs


@cache
def _list_letters(subset: str) -> frozenset[str]:
    letters: set[str] = set()
    for part in SUBSETS[subset].split(","):
        first, _, last = part.removeprefix("U+").partition("-")
        letters |= set(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(letters)


def choose_subsets(text: str) -> list[str]:
    """Return the subsets that hold the letters of a text, each letter in the first that has it.

    Examples
    --------
    >>> choose_subsets("Peru"), choose_subsets("Česko, Ελλάδα")
    (['latin'], ['latin', 'latin-ext', 'greek'])
    """
    left, chosen = set(text), []
    for subset in SUBSETS:
        if left & _list_letters(subset):
            chosen.append(subset)
            left -= _list_letters(subset)
    return chosen


def write_faces(text: str, bold: str | None = None) -> str:
    """Return the style rules that embed what a text needs of the font, as CSS without any outside call.

    Parameters
    ----------
    text
        All that is written.
    bold
        What of it is bold; None: all of it may be.
    """
    wanted = [("regular", subset) for subset in choose_subsets(text)]
    wanted += [("bold", subset) for subset in choose_subsets(text if bold is None else bold)]
    return "".join(_write_face(weight, subset) for weight, subset in wanted)


@cache
def _write_face(weight: str, subset: str) -> str:
    file = b64encode((FOLDER / f"{subset}-{WEIGHTS[weight]}.woff2").read_bytes()).decode()
    return (
        f"@font-face{{font-family:'{FAMILY}';font-weight:{WEIGHTS[weight]};font-display:block;"
        f"src:url(data:font/woff2;base64,{file}) format('woff2');unicode-range:{SUBSETS[subset]}}}"
    )
