"""The files, answers and results of the one person who uses the page, in a private folder that goes when it stops."""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bpo_index.completed import CompletedRun
from bpo_index.definition import IndexDefinition, replace_method
from bpo_index.definition.blocks import Category
from bpo_index.definition.yaml_places import read_yaml
from bpo_index.drafting.arrangement import Arrangement, arrange, carry_over, leave_out_units, read_arrangement
from bpo_index.drafting.look import Table, look_at_files
from bpo_index.drafting.session import DraftedFile, FirstRanking, draft_files, rank_once
from bpo_index.errors import BpoIndexError, UsageError
from bpo_index.pipeline import run
from bpo_index.settings import Settings

#: What a kind of trial may change.
TRIAL_KEYS = ("normalisation", "aggregation", "weighting")


@dataclass
class Job:
    """The report, at work or done."""

    text: str = ""
    """The definition it is made with."""
    done: int = 0
    total: int = 0
    completed: CompletedRun | None = None
    problem: str = ""
    is_over: bool = False


@dataclass(frozen=True)
class Trial:
    """A ranking under another method or other weights, beside the definition's."""

    definition: IndexDefinition
    ranking: FirstRanking
    departs: str


@dataclass
class Workspace:
    """What the page holds; one lock, since a browser may send two requests at once."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="bpo-index-page-")))
    files: list[Path] = field(default_factory=list)
    table: Table | None = None
    answers: dict[str, str] = field(default_factory=dict)
    arrangement: Arrangement | None = None
    left_out_units: frozenset[str] = frozenset()
    problem: str = ""
    job: Job | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)
    _drafted: DraftedFile | None = None
    _ranking: FirstRanking | None = None

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_over(self) -> Path:
        """Forget all files and answers, and return the empty folder for new files."""
        with self.lock:
            for child in self.folder.iterdir():
                shutil.rmtree(child) if child.is_dir() else child.unlink()
            self.files, self.table, self.answers, self.arrangement, self.problem = [], None, {}, None, ""
            self.left_out_units = frozenset()
            self.job, self._drafted, self._ranking = None, None, None
            given = self.folder / "files"
            given.mkdir()
            return given

    def look(self) -> None:
        """Look at the files; what keeps them from being used is said as `problem`."""
        with self.lock:
            try:
                self.table = look_at_files(self.files)
            except BpoIndexError as error:
                self.table, self.problem = None, str(error)

    def settle(
        self, answers: dict[str, str], arrangement: Arrangement | None, left_out_units: frozenset[str] | None = None
    ) -> None:
        """Take answers, how the questions are arranged, and the codes of units that are left out."""
        with self.lock:
            before, texts = self.answers, self.drafted.texts
            if arrangement is not None and "reverse" in answers:
                answers, arrangement = self._join_turned(answers, arrangement)
            self.answers = before | answers
            self.arrangement = arrangement or self.arrangement
            self.left_out_units = self.left_out_units if left_out_units is None else left_out_units
            if any(before.get(key) != self.answers.get(key) for key in ("columns.unit", "correct.columns.unit")):
                self.left_out_units = frozenset()
                self.answers.pop("units", None)  # of texts of the other column
            self._drafted = self._ranking = None
            if self.arrangement is not None and self.answers != before:
                drafted = draft_files(self._get_table(), self.answers)
                self.arrangement = carry_over(self.arrangement, texts, drafted.texts, read_arrangement(drafted.text))

    def _join_turned(self, answers: dict[str, str], arrangement: Arrangement) -> tuple[dict[str, str], Arrangement]:
        """Return both with one opinion on the questions that are asked about: that of the mark that was changed."""
        before = read_arrangement(self.drafted.text).reverse
        asked = [one for one in self.drafted.draft.questions if one.key == "reverse"]
        turned = dict(arrangement.reverse)
        chosen = set(answers["reverse"].split())
        for option in (option for question in asked for option in question.options):
            one = option.value
            if (one in chosen) != before.get(one, False):
                turned[one] = one in chosen
            (chosen.add if turned.get(one) else chosen.discard)(one)
        named = [option.value for question in asked for option in question.options if option.value in chosen]
        return answers | {"reverse": " ".join(named) or "none"}, replace(arrangement, reverse=turned)

    @property
    def drafted(self) -> DraftedFile:
        """The draft with the answers and the arrangement."""
        with self.lock:
            if self._drafted is None:
                drafted = draft_files(self._get_table(), self.answers)
                text = drafted.text if self.arrangement is None else arrange(drafted.text, self.arrangement)
                self._drafted = replace(drafted, text=leave_out_units(text, self.left_out_units))
            return self._drafted

    def _get_table(self) -> Table:
        if self.table is None:
            raise UsageError("No file is there. Choose one first.")
        return self.table

    @property
    def is_report_old(self) -> bool:
        """Whether the report was made, or is being made, with another definition than the one that stands now."""
        if self.job is None or self.job.text == self.drafted.text:
            return False
        return bool(read_yaml(self.job.text).value != read_yaml(self.drafted.text).value)  # comments may differ

    def write_definition(self) -> str:
        """Return the definition as YAML."""
        return self.drafted.text

    @property
    def ranking(self) -> FirstRanking:
        """What the definition makes of the files."""
        with self.lock:
            if self._ranking is None:
                self._ranking = rank_once(self.files, self.drafted.load())
            return self._ranking

    def try_out(self, method: dict[str, str], weights: dict[str, float]) -> Trial | None:
        """Return the ranking under another method and other weights of categories; None where nothing departs.

        Raises
        ------
        UsageError
            When methods do not go together.
        """
        official = self.drafted.load()
        changed = {key: value for key, value in method.items() if value and value != getattr(official.method, key)}
        used = official
        if changed:
            used = replace_method(
                used, "".join(f"{key}: {value}\n" for key, value in changed.items()), source="the trial"
            )
        moved = {
            category.id: weights[category.id]
            for category in official.categories
            if category.id in weights and weights[category.id] != category.weight
        }
        if moved:
            used = used.model_copy(update={"categories": tuple(_weigh(one, moved) for one in used.categories)})
        if used is official:
            return None
        said = [f"{key} {value.replace('_', ' ')}" for key, value in changed.items()]
        said += [f"weight of {official.category_titles[key]} {weight:g}" for key, weight in moved.items()]
        return Trial(used, rank_once(self.files, used), ", ".join(said))

    def start_report(self) -> Job:
        """Start the whole run in the background, once."""
        with self.lock:
            if self.job is not None and not self.job.is_over:
                return self.job
            self.job = Job(self.drafted.text)
            for made in ("releases", "private"):  # a page publishes nothing: each report stands alone
                shutil.rmtree(self.folder / made, ignore_errors=True)
            definition = self.folder / "definition.yaml"
            definition.write_text(self.drafted.text, encoding="utf-8")
            settings = Settings(
                tuple(str(path) for path in self.files),
                str(definition),
                out=str(self.folder / "releases"),
                audit_dir=str(self.folder / "private"),
            )
            threading.Thread(target=_work, args=(self.job, settings), daemon=True).start()
            return self.job

    def pack_release(self) -> bytes:
        """Return the release as a zip.

        Raises
        ------
        UsageError
            When there is none yet.
        """
        if self.job is None or self.job.completed is None:
            raise UsageError("There is no release yet. Make the report first.")
        root = self.job.completed.release.path
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(root.rglob("*")):
                if path.is_file():
                    packed.write(path, f"{root.name}/{path.relative_to(root)}")
        return stream.getvalue()


def _weigh(category: Category, weights: dict[str, float]) -> Category:
    return category.model_copy(update={"weight": weights[category.id]}) if category.id in weights else category


def _work(job: Job, settings: Settings, start: Callable[..., CompletedRun] = run) -> None:
    def tell(done: int, total: int) -> None:
        job.done, job.total = done, total

    try:
        job.completed = start(settings, tell)
    except BpoIndexError as error:
        job.problem = str(error)
    except Exception as error:  # the page has to say that it is over
        job.problem = f"This is a fault of bpo-index: {type(error).__name__}."
    finally:
        job.is_over = True
