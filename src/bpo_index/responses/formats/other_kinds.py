"""Kinds of files that are known and not read, each with what to do instead.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bpo_index.responses.formats.record import OtherFormat, is_binary, starts_with

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SPREADSHEET = "Open it in a spreadsheet, save it as .xlsx or CSV, and give that file."
_UNPACK = "Unpack it and give the files in it."
_DATABASE = "Export the table of answers as CSV or Parquet."
_R = "In R, write the data frame with write.csv, arrow::write_parquet or haven::write_sav, and give that file."
#: Bytes in which the first mark of a text format stands, and that of a dialect of XML.
_HEAD, _FAR = 1_024, 4_096
_EXCEL_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body|table)\b", re.I | re.S
)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b")


def _is_json(content: bytes) -> bool:
    """Return whether a text begins and ends like JSON, or like lines of JSON."""
    end = content[-_HEAD:].rstrip()[-1:]
    return bool(_JSON.match(content[:_HEAD])) and end in (b"}", b"]")


def _in_zip(*names: str) -> Callable[[bytes], bool]:
    """Return what recognises an archive by a file in it; one that is a workbook is never taken for one."""
    marks = [name.encode() for name in names]
    return lambda content: (
        content.startswith(_ZIP) and any(mark in content for mark in marks) and b"xl/workbook" not in content
    )


def _in_old_office(*streams: str) -> Callable[[bytes], bool]:
    """Return what tells a file of the old formats of Office by a stream in it; never a workbook."""
    marks, books = ([f"{name}\0".encode("utf-16-le") for name in names] for names in (streams, ("Workbook", "Book")))
    return lambda content: (
        content.startswith(_OLD_OFFICE)
        and any(mark in content for mark in marks)
        and not any(mark in content for mark in books)
    )


def _has_type(kind: str) -> Callable[[bytes], bool]:
    """Return what tells a document of OpenDocument by its type, the first entry of the archive."""
    mark = f"mimetypeapplication/vnd.oasis.opendocument.{kind}".encode()
    return lambda content: content.startswith(_ZIP) and mark in content[:200]


def _is_picture(content: bytes) -> bool:
    starts = (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00\x01\x00")
    is_bitmap = content.startswith(b"BM") and int.from_bytes(content[2:6], "little") == len(content)
    is_riff = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    is_heic = content[4:12] in (b"ftypheic", b"ftypmif1", b"ftypavif") and is_binary(content)
    return content.startswith(starts) or is_bitmap or is_riff or is_heic


def _is_recording(content: bytes) -> bool:
    is_riff = content.startswith(b"RIFF") and content[8:12] in (b"WAVE", b"AVI ")
    starts = (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
    return is_binary(content) and (content.startswith(starts) or is_riff or content[4:8] == b"ftyp")


RECORDS = (
    OtherFormat("pdf", "a PDF", starts_with(b"%PDF"), (".pdf",)),
    OtherFormat("postscript", "a PostScript file", starts_with(b"%!PS"), (".ps", ".eps")),
    OtherFormat(
        "picture", "a picture", _is_picture, (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
    ),
    OtherFormat("recording", "a recording", _is_recording, (".mp3", ".mp4", ".wav", ".ogg", ".mov"), place=110),
    OtherFormat("rich_text", "a text document (RTF)", starts_with(b"{\\rtf"), (".rtf",)),
    OtherFormat("word", "a Word document", _in_zip("word/document"), (".docx", ".docm")),
    OtherFormat("old_word", "a Word document", _in_old_office("WordDocument"), (".doc",)),
    OtherFormat("powerpoint", "a PowerPoint presentation", _in_zip("ppt/presentation"), (".pptx",)),
    OtherFormat("old_powerpoint", "a PowerPoint presentation", _in_old_office("PowerPoint Document"), (".ppt",)),
    OtherFormat("outlook", "an Outlook message", _in_old_office("__properties_version1.0"), (".msg",)),
    OtherFormat("opendocument_text", "a text document (OpenDocument)", _has_type("text"), (".odt",)),
    OtherFormat("opendocument_presentation", "a presentation (OpenDocument)", _has_type("presentation"), (".odp",)),
    OtherFormat(
        "numbers", "a document of Numbers or Pages", _in_zip("Index/Document.iwa"), (".numbers",), advice=_SPREADSHEET
    ),
    OtherFormat("html", "a web page (HTML)", lambda content: bool(_HTML.match(content[:_HEAD])), advice=_SPREADSHEET),
    OtherFormat(
        "excel_xml",
        "a workbook in the XML form of Excel 2003",
        lambda content: bool(_XML.match(content[:_HEAD])) and _EXCEL_XML in content[:_FAR],
        advice=_SPREADSHEET,
        place=90,
    ),
    OtherFormat("xml", "an XML file", lambda content: bool(_XML.match(content[:_HEAD])), (".xml",)),
    OtherFormat("json", "a JSON file", _is_json, (".json", ".jsonl", ".ndjson", ".qsf")),
    OtherFormat(
        "r_data",
        "an R workspace (.RData)",
        starts_with(b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"RDB2\n", b"RDB3\n"),
        (".rdata", ".rda"),
        advice=_R,
    ),
    OtherFormat(
        "r_object",
        "an R object (.rds)",
        starts_with(b"X\n\x00\x00\x00", b"B\n\x02\x00\x00\x00", b"B\n\x03\x00\x00\x00", b"A\n2\n", b"A\n3\n"),
        (".rds",),
        advice=_R,
    ),
    OtherFormat(
        "pickle",
        "a Python pickle",
        lambda content: content[:1] == b"\x80" and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"),
        (".pkl", ".pickle"),
        advice="Write the frame as Parquet or CSV.",
    ),
    OtherFormat("numpy", "a NumPy array", starts_with(b"\x93NUMPY"), (".npy", ".npz")),
    OtherFormat("matlab", "a MATLAB file", starts_with(b"MATLAB 5.0 MAT-file"), (".mat",)),
    OtherFormat("hdf5", "an HDF5 file", starts_with(b"\x89HDF\r\n\x1a\n"), (".h5", ".hdf5")),
    OtherFormat("avro", "an Avro file", starts_with(b"Obj\x01"), (".avro",)),
    OtherFormat("orc", "an ORC file", lambda content: content.startswith(b"ORC") and is_binary(content), (".orc",)),
    OtherFormat(
        "sqlite",
        "a database (SQLite)",
        starts_with(b"SQLite format 3\x00"),
        (".sqlite", ".sqlite3", ".db"),
        advice=_DATABASE,
    ),
    OtherFormat(
        "duckdb",
        "a database (DuckDB)",
        lambda content: content[8:12] == b"DUCK" and is_binary(content),
        (".duckdb",),
        advice=_DATABASE,
    ),
    OtherFormat(
        "access",
        "a database (Access)",
        starts_with(b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB"),
        (".mdb", ".accdb"),
        advice=_DATABASE,
    ),
    OtherFormat("dbase", "a dBASE table", lambda _: False, (".dbf",), advice=_SPREADSHEET),
    OtherFormat("jmp", "a JMP table", starts_with(b"\xff\xff\x00\x00\x07\x00\x00\x00"), (".jmp",)),
    OtherFormat("seven_zip", "a 7-Zip archive", starts_with(b"7z\xbc\xaf\x27\x1c"), (".7z",), advice=_UNPACK),
    OtherFormat("rar", "a RAR archive", starts_with(b"Rar!\x1a\x07"), (".rar",), advice=_UNPACK),
    OtherFormat(
        "tar",
        "a TAR archive",
        lambda content: content[257:262] == b"ustar" and is_binary(content),
        (".tar", ".tgz"),
        advice=_UNPACK,
    ),
    OtherFormat("gzip", "packed twice with gzip", starts_with(b"\x1f\x8b"), advice=_UNPACK),
    OtherFormat(
        "bzip2",
        "packed with bzip2",
        lambda content: content.startswith(b"BZh") and content[4:10] == b"1AY&SY",
        (".bz2",),
        advice=_UNPACK,
    ),
    OtherFormat("xz", "packed with xz", starts_with(b"\xfd7zXZ\x00"), (".xz",), advice=_UNPACK),
    OtherFormat("zstandard", "packed with Zstandard", starts_with(b"\x28\xb5\x2f\xfd"), (".zst",), advice=_UNPACK),
    OtherFormat("program", "a program", starts_with(b"\x7fELF", b"MZ\x90\x00"), (".exe",)),
)
