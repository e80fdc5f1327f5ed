"""Headings that ask for a fact about the respondent or the interview, whatever the answers look like."""

from __future__ import annotations

from bpo_index.drafting.look import Column
from bpo_index.drafting.words import holds, list_phrases, simplify

#: A wording as long as this is a statement, which may hold any word.
_LONGEST = 60
_OTHER = list_phrases(
    """
    age | gender | sex | education | income | salary | occupation | job | marital | religion | ethnicity | race
    born | birth | year | month | day | wave | zip | postcode | latitude | longitude | progress | language
    household | children | party | vote | device | browser | size | employees | revenue | tenure | edad | genero
    sexo | educacion | ingreso | ingresos | ocupacion | estado civil | etnia | nacimiento | año | mes | hijos
    idade | escolaridade | renda | nascimento | sexe | genre | revenu | diplome | profession | naissance | annee
    alter | geschlecht | bildung | einkommen | beruf | familienstand | jahr | geburtsjahr | version
    last page | lastpage | seed
    attention check | rank | ranking | count | number of | how many | cuantos | cuantas | combien | wie viele
    quantos | quantas | interviewer | record | index | row
    """
)


def asks_for_other(column: Column) -> bool:
    """Return whether a heading asks for age, sex, income and the like, so that its column is no rating."""
    return any(holds(simplify(wording), _OTHER) for wording in column.wordings if len(wording) < _LONGEST)
