"""Texts that are code somewhere else."""

NASTY = {
    "script": "<script>alert(1)</script>",
    "formula": "=1+1",
    "at": "@SUM(A1)",
    "minus": "-2+3|cmd",
    "markup": "A & B <b>\"x\"</b> 'y' `z`",
    "latex": r"100%_$x#{}\~^--\input{/etc/passwd}",
    "arabic": "مصر",
    "override": "a\u202egnp.exe",
    "lines": "one\ntwo\tthree\r\nfour",
    "emoji": "🇪🇬 😀",
    "long": "x" * 300,
    "rich": "<r><t>x</t></r>",
}
#: What a paragraph of every text holds.
ALL = " ; ".join(NASTY.values())
