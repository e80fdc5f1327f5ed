"""Whether the respondent reached the end, and what kind of row it is."""

from __future__ import annotations

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label
from bpo_index.drafting.look import Table
from bpo_index.drafting.roles.record import Found, Role, find_by_heading
from bpo_index.drafting.words import list_phrases
from bpo_index.validation.typed_responses import FINISHED, UNFINISHED

_WORDS = list_phrases(
    """
    finished | complete | completed | is complete | completion | completed survey | encuesta completa | completa
    completo | completada | finalizada | finalizo | terminada | pesquisa completa | concluida | finalizado
    termine | complet | beendet | abgeschlossen | vollstandig | progress
    """
)
_STATUS = list_phrases("status | response type | row type | antworttyp | tipo de respuesta | estado")


def find_finished(table: Table) -> list[Found]:
    """Columns of yes and no, whose heading says complete."""
    found = []
    for column in table.columns:
        texts = [fold_label(text) for text in column.counts]
        word = find_by_heading(column, _WORDS)
        if word and texts and all(text in FINISHED or text in UNFINISHED for text in texts):
            left = sum(count for text, count in column.counts.items() if fold_label(text) in UNFINISHED)
            found.append(
                Found(column, phrase("drafting.completion_heading", word=word, left=left, rows=column.given), True)
            )
    return found


def find_status(table: Table) -> list[Found]:
    """Columns whose texts name test, preview or spam rows."""
    found = []
    for column in table.columns:
        texts = {fold_label(text) for text in column.counts}
        known = {"test", "preview", "spam", "survey preview", "survey test", "ip address"}
        if find_by_heading(column, _STATUS) and texts & known:
            found.append(Found(column, phrase("drafting.status_heading", status=sorted(texts & known)[0]), True))
    return found


RECORDS = (Role("finished", find_finished, place=40), Role("status", find_status, place=41))
