"""The design weight."""

from __future__ import annotations

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.look import Table
from bpo_index.drafting.roles.record import Found, Role, find_by_heading
from bpo_index.drafting.words import list_phrases
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.cell_texts import find_decimal_mark, write_plainly

_WORDS = list_phrases(
    """
    weight | weights | weighting | wt | wgt | wgt1 | pweight | design weight | sampling weight | survey weight
    final weight | peso | pesos | ponderacion | ponderador | factor de expansion | factor expansion | fexp
    factor | expansion factor | peso amostral | ponderacao | poids | ponderation | gewicht | gewichtung
    gewichte | designgewicht | weight a | weight b | coefficient de redressement | coefficient de ponderation
    coefficient de calage | redressement | coefficient d extrapolation | fator | fator de expansao | fator de ponderacao
    fator de peso | ponderador amostral | coeficiente de ponderacion | factor de ponderacion | factor de elevacion
    factor de peso | gewichtungsfaktor | hochrechnungsfaktor | designgewichtung | weighting factor | case weight
    population weight | poststratification weight
    """
)
_NEVER = list_phrases("kg | body | height | importance | importancia | wichtigkeit | lbs | pounds")


def find_weights(table: Table) -> list[Found]:
    """Columns of positive numbers that are not whole, whose heading says weight."""
    found = []
    for column in table.columns:
        word = find_by_heading(column, _WORDS, _NEVER)
        if not word or not column.given:
            continue
        texts = [text for text in column.cells.to_list() if text]
        mark = find_decimal_mark(set(texts)) or "."
        numbers = [parse_number(write_plainly(text, mark, has_thousands=False)) for text in texts]
        known = [number for number in numbers if number is not None]
        if len(known) < len(texts) or min(known) <= 0:
            continue
        mean = sum(known) / len(known)
        is_sure = len(texts) == table.rows and any(number != int(number) for number in known)
        found.append(
            Found(
                column,
                phrase("drafting.weights_heading", word=word, numbers=len(known), mean=f"{mean:.3g}"),
                is_sure,
            )
        )
    return found


RECORDS = (Role("design_weight", find_weights, "Which column holds the weights of the survey's design?", place=50),)
