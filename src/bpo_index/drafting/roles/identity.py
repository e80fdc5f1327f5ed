"""Who answered: the respondent's id, the company, and where a row comes from."""

from __future__ import annotations

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.look import Table
from bpo_index.drafting.roles.record import Found, Role, find_by_heading
from bpo_index.drafting.words import holds, list_phrases, simplify

_ID = list_phrases(
    """
    respondent id | response id | respondentid | responseid | respondent | participant id | participant
    case id | caseid | interview id | person id | panelist id | id | uid | uuid | unique id | record id
    record number | recordno | submission id | token | serial | serial number | case number | id encuestado
    id encuesta | encuestado | folio | numero de encuesta | id respondente | respondente | identifiant
    id repondant | repondant | teilnehmer | befragter | teilnehmer id | fallnummer | laufende nummer | lfdn
    lfd nr | rid | respid | resp id | pid | n do inquerito | no do inquerito | numero do inquerito
    inquerito n | numero do questionario | n do questionario | no do questionario | id do inquerito | id inquerito
    id da resposta | id resposta | id questionario | numero da entrevista | numero de cuestionario
    n de encuesta | no de encuesta | numero encuesta | nro encuesta | nro de encuesta | id cuestionario
    id respuesta | id de respuesta | id entrevista | numero de entrevista | customer no | customer number | customer id
    client no | client number | client id | case no | respondent no | respondent number | response no
    response number | participant no | participant number | interview no | interview number | questionnaire no
    questionnaire number | questionnaire id | survey number | survey no | n de questionnaire
    no de questionnaire | numero de questionnaire | numero du questionnaire | id questionnaire | numero de reponse
    n client | n repondant | n cliente
    numero client | id client | fragebogennummer | fragebogen nr | fragebogen id | interviewnummer
    interview nr | teilnehmernummer | teilnehmer nr | befragungsnummer | kundennummer | kunden nr | antwort id
    respondenten id | numero de cliente | id cliente | no cliente | numero do cliente | n do cliente
    """
)
_NO_ID = list_phrases(
    "company | firm | empresa | unternehmen | entreprise | ip | ip address | user agent | email | question"
)
#: Different ids from which a column with repeated ones may hold them.
_FEWEST_IDS = 5
_COMPANY = list_phrases(
    """
    company | company name | name of company | which company | firm | employer | organisation | organization
    business name | employing company | empresa | nombre de la empresa | compania | empleador | organizacion
    empregador | organizacao | entreprise | societe | employeur | unternehmen | firma | arbeitgeber
    your company
    """
)
_NO_COMPANY = list_phrases(
    """
    size | type | sector | industry | revenue | employees | website | headquarters | country | city | region
    years | age | role | position | tamano | tipo | industria | empleados | antiguedad | cargo | porte | setor
    taille | secteur | effectif | große | grosse | branche | mitarbeiter | mi empresa | su empresa | my company
    our company | minha empresa | mon entreprise
    """
)
_ORIGIN = list_phrases("data origin | data source | origin of data | synthetic")


def find_ids(table: Table) -> list[Found]:
    """Columns whose heading says so: first those with another text in nearly every row, then others."""
    found: list[tuple[int, Found]] = []
    for column in table.columns:
        name = simplify(column.name)
        word = find_by_heading(column, _ID, _NO_ID)
        if not word and name.endswith(" id") and not holds(name, _NO_ID):
            word = "id"
        if not word or column.different < 2 or column.given <= 0.97 * table.rows:
            continue
        differ = phrase("drafting.cells_differ", different=column.different, given=column.given)
        if column.different > 0.97 * column.given:
            evidence = phrase("drafting.id_heading", word=word, differ=differ)
            found.append((len(name) - len(word), Found(column, evidence, is_sure=True)))
        elif column.different > max(_FEWEST_IDS, 0.01 * column.given):
            evidence = phrase("drafting.id_repeats", word=word, differ=differ)
            found.append((len(name) - len(word), Found(column, evidence)))
    return [one for _, one in sorted(found, key=lambda pair: (not pair[1].is_sure, pair[0], pair[1].column.position))]


def find_companies(table: Table) -> list[Found]:
    """Columns of names, whose heading says company."""
    found = []
    for column in table.columns:
        word = find_by_heading(column, _COMPANY, _NO_COMPANY)
        if (
            word
            and column.different > 1
            and not column.numbers
            and _are_names(column.cells.drop_nulls().unique().to_list()[:200])
        ):
            many = column.different / max(column.given, 1) > 0.3
            found.append(Found(column, phrase("drafting.company_heading", word=word, names=column.different), many))
    return found


def _are_names(texts: list[str]) -> bool:
    return sum(len(text) for text in texts) / len(texts) < 80


def find_origin(table: Table) -> list[Found]:
    """A column that says whether rows are synthetic."""
    return [
        Found(column, phrase("drafting.says_origin"), True)
        for column in table.columns
        if find_by_heading(column, _ORIGIN) and 0 < column.different <= 5
    ]


RECORDS = (
    Role("data_origin", find_origin, place=10),
    Role("respondent", find_ids, "Which column holds the respondent's id?", takes_any=True, place=20),
    Role(
        "company",
        find_companies,
        "Which column names the respondent's company (answers of one company are resampled together)?",
        place=60,
    ),
)
