"""Somebody guesses what respondents answered, and looks whether a public file says that the guess is right.

The guess of these tests is the truth itself, made without the owner's key: whatever can be computed from it must not
stand in the release. Before ids, hashes and seeds were keyed all of it did: 20 respondents were known in 34 seconds.
"""

import hashlib
import hmac
import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from bpo_index.definition import change_method, load_definition
from bpo_index.disclosure import PUBLIC_KEY
from bpo_index.pipeline import run
from bpo_index.publication.identity import identify_release
from bpo_index.responses import read_responses
from bpo_index.robustness.assess import assess_robustness
from bpo_index.scoring.unit_scores import score_units
from bpo_index.settings import Settings
from bpo_index.validation.validate import validate_responses
from tests.quick import put_key

pytestmark = pytest.mark.usefixtures("without_figures")
HERE = Path(__file__).parent
SURVEY, DEFINITION = HERE / "tinyb.csv", HERE / "tinyb.yaml"


def publish(folder, key):
    """Publish the four units of five respondents under a key; return the public files only."""
    settings = Settings((str(SURVEY),), str(DEFINITION), str(folder / "out"), str(put_key(folder / "audit", key)))
    release = run(settings).release.path
    assert release.is_relative_to(folder / "out")
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def public(tmp_path_factory, without_figures):
    return publish(tmp_path_factory.mktemp("owner"), "7")


@pytest.fixture(scope="module")
def guess():
    """What an attacker has: the definition, the program, and the right answers, to be confirmed."""
    definition = load_definition(str(DEFINITION))
    responses = read_responses([SURVEY], definition)
    return definition, responses


def list_hashes(files):
    """Return all that looks like a hash in public files, without the plain hashes of published files and versions."""
    known = {hashlib.sha256(content).hexdigest() for content in files.values()}
    known |= {hashlib.sha256(files["definition.json"]).hexdigest()}
    texts = [content for name, content in files.items() if not name.endswith((".parquet", ".xlsx", ".png"))]
    found = {match.decode() for text in texts for match in re.findall(rb"\b[0-9a-f]{16,64}\b", text)}
    return found - known


def test_no_plain_hash_of_the_rows_is_public(public, guess):
    _, responses = guess
    rows = pl.read_csv(SURVEY, infer_schema=False)
    records = [json.dumps(row) for row in rows.iter_rows(named=True)]
    contents = [frame.select(pl.struct(pl.all()).struct.json_encode()).to_series() for frame in responses.contents]
    candidates = [
        SURVEY.read_bytes(),
        SURVEY.read_bytes().split(b"\n", 1)[1],
        "\n".join(sorted(records)).encode(),
        "".join(f"{text}\n" for text in pl.concat(contents).sort()).encode(),
        responses.input_hash.encode(),
    ]
    found = list_hashes(public)
    for content in candidates:
        for digest in (hashlib.sha256(content), hashlib.blake2b(content, digest_size=32), hashlib.md5(content)):
            assert not {text for text in found if digest.hexdigest().startswith(text)}


def test_the_identity_under_a_key_of_the_attackers_own_is_another(public, guess):
    definition, responses = guess
    shown = json.loads(public["manifest.json"])
    for secret in (b"", b"\0" * 32, PUBLIC_KEY.secret, shown["release"].encode(), b"tinyb"):
        total = responses.sum_rows(secret)
        for digest in (f"{total:064x}", hmac.digest(secret, total.to_bytes(32, "big"), "sha256").hex()):
            assert digest.encode() not in b"".join(public.values())
    release, identity = identify_release(
        responses.sum_rows(PUBLIC_KEY.secret), definition, shown["made_from"]["settings"], PUBLIC_KEY
    )
    assert release != shown["release"]
    assert identity["rows_hmac_sha256"] != shown["made_from"]["rows_hmac_sha256"]
    # All else that it was made from is public, so nothing but the key keeps the guess from being tried.
    assert identity | {"rows_hmac_sha256": 0, "key": 0} == shown["made_from"] | {"rows_hmac_sha256": 0, "key": 0}


def test_the_draws_cannot_be_made_again_from_the_public_seed(public, guess):
    """With the seed known, a shift of P(first) in the third digit would tell which guess is right."""
    definition, responses = guess
    accepted = validate_responses(responses, definition).accepted
    scores = score_units(accepted, definition)
    published = pl.read_csv(public["robustness/rank_shares.csv"])
    sampling = published.filter(version="sampling").sort("unit", "place")["share"]
    shown = json.loads(public["manifest.json"])["made_from"]["settings"]
    for seed in (shown["seed"], 2021, 0):
        again = assess_robustness(accepted, scores, definition, replicates=shown["replicates"], seed=seed)
        table = again.ranks.rank_shares.filter(version="sampling").sort("unit", "place")
        assert table["share"].to_list() != sampling.to_list(), seed


def test_two_owners_of_the_same_answers_share_no_hash_and_no_draw(public, tmp_path):
    other = publish(tmp_path, "8")
    mine, theirs = (
        list_hashes(files) - {json.loads(files["manifest.json"])["made_from"]["definition_sha256"]}
        for files in (public, other)
    )
    files = {entry["sha256"] for entry in json.loads(public["manifest.json"])["files"].values()}
    assert {text for text in mine & theirs if text not in files} == set()
    assert public["robustness/rank_shares.csv"] != other["robustness/rank_shares.csv"]
    # The numbers that are no draws are the same: the key changes nothing of the answers.
    scores = [pl.read_csv(files["ranking.csv"]).select("unit", "score", "rank") for files in (public, other)]
    assert scores[0].equals(scores[1])


def test_neither_key_nor_drawn_seed_nor_name_of_the_audit_is_public(public, tmp_path):
    settings = Settings((str(SURVEY),), str(DEFINITION), str(tmp_path / "out"), str(put_key(tmp_path / "audit", "7")))
    completed = run(settings)
    private = [b"7" * 64, completed.checked.audit_folder.name.encode(), b"7777777777777777"]
    for name, content in public.items():
        for text in private:
            assert text not in content, name


def test_another_seed_of_the_definition_is_another_draw_under_the_same_key(guess):
    definition, _ = guess
    other = change_method(definition, seed=7)
    key = PUBLIC_KEY.__class__(b"k" * 32)
    assert key.choose_seed(other.method.seed) != key.choose_seed(definition.method.seed)
    assert key.choose_seed(2021) not in (2021, 0)
    assert PUBLIC_KEY.choose_seed(2021) == 2021


def test_one_row_that_is_not_marked_as_synthetic_makes_the_key_private(tmp_path, project):
    sample = pl.read_csv(project / "sample_data" / "offshore-bpo-2021.csv", infer_schema=False)
    definition = load_definition("offshore-bpo-2021")
    marks = {
        "all": pl.col("data_origin"),
        "one of a survey": pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("survey")).otherwise("data_origin"),
        "one without": pl.when(pl.int_range(pl.len()) == 7).then(pl.lit(None)).otherwise("data_origin"),
    }
    found = {}
    for name, mark in marks.items():
        sample.with_columns(data_origin=mark).write_csv(tmp_path / "survey.csv")
        found[name] = read_responses([tmp_path / "survey.csv"], definition).is_synthetic
    sample.drop("data_origin").write_csv(tmp_path / "survey.csv")
    found["no column"] = read_responses([tmp_path / "survey.csv"], definition).is_synthetic
    shutil.copy(project / "sample_data" / "offshore-bpo-2021.csv", tmp_path / "survey.csv")
    with (tmp_path / "survey.csv").open("a") as file:
        file.write("x,y\n")  # a row that the reader cannot use says nothing of itself
    found["a ragged row"] = read_responses([tmp_path / "survey.csv"], definition).is_synthetic
    assert found == {"all": True} | dict.fromkeys(found.keys() - {"all"}, False)
