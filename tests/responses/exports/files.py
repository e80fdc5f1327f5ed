"""The files of this folder, and how each must be read."""

from pathlib import Path

FOLDER = Path(__file__).parent

#: File to the definition it goes with, the form that must be reported, and the lines quarantined with their reasons.
QUALTRICS = "Qualtrics export"
TEXT_FILES = {
    "plain.csv": ("definition", "UTF-8, separated by comma, header row on line 1, wide layout.", {}),
    "long.csv": ("definition", "header row on line 1, long layout.", {}),
    "line-breaks.csv": ("definition", "header row on line 1, wide layout.", {}),
    "semicolon-decimal-comma.csv": ("definition", "separated by semicolon", {}),
    "latin1.csv": ("definition", "Windows-1252, separated by comma", {}),
    "qualtrics-three-headers-codes.csv": (
        "definition",
        f"3 header rows on lines 1 to 3, wide layout, {QUALTRICS}.",
        {4: "test_row", 5: "test_row", 15: "unfinished"},
    ),
    "qualtrics-three-headers-labels-german.csv": (
        "definition",
        f"3 header rows on lines 1 to 3, wide layout, {QUALTRICS}.",
        {4: "test_row", 5: "test_row", 15: "unfinished"},
    ),
    "qualtrics-three-headers-recoded.csv": (
        "definition-recoded",
        f"3 header rows on lines 1 to 3, wide layout, {QUALTRICS}.",
        {4: "test_row", 5: "test_row", 15: "unfinished"},
    ),
    "qualtrics-legacy-two-headers.csv": (
        "definition",
        f"2 header rows on lines 1 to 2, wide layout, {QUALTRICS}.",
        {3: "test_row", 4: "test_row", 14: "unfinished"},
    ),
    "qualtrics-cleaned-one-header.csv": (
        "definition",
        f"header row on line 1, wide layout, {QUALTRICS}.",
        {2: "test_row", 3: "test_row", 13: "unfinished"},
    ),
    "qualtrics-tsv-utf16.tsv": (
        "definition",
        "UTF-16, little end first, separated by tab, 3 header rows",
        {4: "test_row", 5: "test_row", 15: "unfinished"},
    ),
    "limesurvey-codes.csv": ("definition-recoded", "LimeSurvey export.", {11: "unfinished"}),
    "limesurvey-code-and-text.csv": ("definition", "LimeSurvey export.", {11: "unfinished"}),
    "limesurvey-texts.csv": ("definition", "LimeSurvey export.", {11: "unfinished"}),
    "kobotoolbox-xml.csv": ("definition", "separated by semicolon, header row on line 1, wide layout, Kobo", {}),
    "kobotoolbox-labels.csv": ("definition", "KoboToolbox export.", {}),
    "surveymonkey.csv": ("definition", "2 header rows on lines 1 to 2, wide layout, SurveyMonkey export.", {}),
    "surveymonkey-answers-only.csv": (
        "definition",
        "2 header rows on lines 1 to 2, wide layout, SurveyMonkey export.",
        {},
    ),
    "microsoft-forms.csv": ("definition", "Microsoft Forms export.", {}),
    "microsoft-forms-german.csv": (
        "definition",
        "separated by semicolon, header row on line 1, wide layout, Micro",
        {},
    ),
    "odk-central.csv": ("definition", "ODK export.", {}),
    "redcap-raw.csv": ("definition", "REDCap export.", {11: "unfinished"}),
    "redcap-labels.csv": ("definition", "REDCap export.", {11: "unfinished"}),
    "google-forms.csv": ("definition", "Google Forms export.", {}),
}
