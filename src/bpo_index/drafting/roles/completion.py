"""Whether the respondent reached the end, and what kind of row it is."""

from __future__ import annotations

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label, show_text
from bpo_index.drafting.look import Table
from bpo_index.drafting.roles.record import Found, Role, find_by_heading
from bpo_index.drafting.roles.times import is_date_column
from bpo_index.drafting.words import list_first, list_phrases
from bpo_index.validation.typed_responses import FINISHED, UNFINISHED

_WORDS = list_phrases(
    """
    finished | complete | completed | is complete | completion | completed survey | encuesta completa | completa
    completo | completada | finalizada | finalizo | terminada | pesquisa completa | concluida | finalizado
    termine | complet | beendet | abgeschlossen | vollstandig | progress | concluido | concluiu | concluida
    pesquisa concluida | inquerito concluido | questionario concluido | completado | completou | preenchido
    terminado | terminada | termino | ha terminado | cuestionario completo | acheve | achevee | terminee | complete
    questionnaire complet | questionnaire termine | fertig | fertiggestellt | ausgefullt | vollstandig ausgefullt
    fragebogen abgeschlossen | interview complete | survey complete | done
    """
)
#: Different texts of a column that says whether somebody reached the end, at most.
_MOST_TEXTS = 3
_STATUS = list_phrases("status | response type | row type | antworttyp | tipo de respuesta | estado")


def find_finished(table: Table) -> list[Found]:
    """Columns of yes and no, whose heading says complete."""
    found = []
    for column in table.columns:
        texts = [fold_label(text) for text in column.counts]
        word = find_by_heading(column, _WORDS)
        if not word or not 0 < len(texts) <= _MOST_TEXTS or is_date_column(column):
            continue
        if all(text in FINISHED or text in UNFINISHED for text in texts):
            left = sum(count for text, count in column.counts.items() if fold_label(text) in UNFINISHED)
            found.append(
                Found(column, phrase("drafting.completion_heading", word=word, left=left, rows=column.given), True)
            )
        elif not column.numbers:
            shown = list_first([repr(show_text(text, 40)) for text in column.counts], _MOST_TEXTS)
            found.append(Found(column, phrase("drafting.completion_unknown", word=word, texts=shown)))
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
