"""How satisfied somebody is."""

from __future__ import annotations

from bpo_index.drafting.answer_sets.record import list_sets

RECORDS = (
    *list_sets(
        "satisfaction",
        "en",
        """
        Dissatisfied / Unsatisfied
        Neutral / Neither satisfied nor dissatisfied
        Satisfied

        Very dissatisfied / Very unsatisfied / Extremely dissatisfied / Completely dissatisfied
        Dissatisfied / Unsatisfied / Somewhat dissatisfied / Fairly dissatisfied
        Satisfied / Somewhat satisfied / Fairly satisfied
        Very satisfied / Extremely satisfied / Completely satisfied

        Very dissatisfied / Very unsatisfied / Extremely dissatisfied / Completely dissatisfied
        Dissatisfied / Unsatisfied / Somewhat dissatisfied / Fairly dissatisfied / Rather dissatisfied
        Neither satisfied nor dissatisfied / Neither dissatisfied nor satisfied / Neutral /
            Neither satisfied or dissatisfied
        Satisfied / Somewhat satisfied / Fairly satisfied / Rather satisfied
        Very satisfied / Extremely satisfied / Completely satisfied

        Extremely dissatisfied / Very dissatisfied
        Moderately dissatisfied / Dissatisfied
        Slightly dissatisfied / Somewhat dissatisfied
        Neither satisfied nor dissatisfied / Neutral
        Slightly satisfied / Somewhat satisfied
        Moderately satisfied / Satisfied
        Extremely satisfied / Very satisfied
        """,
    ),
    *list_sets(
        "satisfaction",
        "es",
        """
        Insatisfecho
        Neutral / Ni satisfecho ni insatisfecho
        Satisfecho

        Muy insatisfecho / Nada satisfecho / Totalmente insatisfecho
        Insatisfecho / Poco satisfecho / Algo insatisfecho
        Satisfecho / Bastante satisfecho / Algo satisfecho
        Muy satisfecho / Totalmente satisfecho

        Muy insatisfecho / Nada satisfecho / Totalmente insatisfecho / Muy insatisfecho/a
        Insatisfecho / Poco satisfecho / Algo insatisfecho / Bastante insatisfecho / Insatisfecho/a
        Ni satisfecho ni insatisfecho / Neutral / Indiferente / Ni satisfecho/a ni insatisfecho/a
        Satisfecho / Bastante satisfecho / Algo satisfecho / Satisfecho/a
        Muy satisfecho / Totalmente satisfecho / Muy satisfecho/a
        """,
    ),
    *list_sets(
        "satisfaction",
        "pt",
        """
        Insatisfeito
        Neutro / Nem satisfeito nem insatisfeito
        Satisfeito

        Muito insatisfeito / Totalmente insatisfeito
        Insatisfeito / Pouco satisfeito
        Satisfeito
        Muito satisfeito / Totalmente satisfeito

        Muito insatisfeito / Totalmente insatisfeito / Muito insatisfeito(a)
        Insatisfeito / Pouco satisfeito / Insatisfeito(a)
        Nem satisfeito nem insatisfeito / Neutro / Indiferente
        Satisfeito / Satisfeito(a)
        Muito satisfeito / Totalmente satisfeito / Muito satisfeito(a)
        """,
    ),
    *list_sets(
        "satisfaction",
        "fr",
        """
        Insatisfait
        Neutre / Ni satisfait ni insatisfait
        Satisfait

        Pas du tout satisfait / Très insatisfait
        Plutôt pas satisfait / Insatisfait / Peu satisfait / Plutôt insatisfait
        Plutôt satisfait / Satisfait / Assez satisfait
        Très satisfait / Tout à fait satisfait

        Pas du tout satisfait / Très insatisfait
        Plutôt pas satisfait / Insatisfait / Peu satisfait / Plutôt insatisfait
        Ni satisfait ni insatisfait / Neutre
        Plutôt satisfait / Satisfait / Assez satisfait
        Très satisfait / Tout à fait satisfait
        """,
    ),
    *list_sets(
        "satisfaction",
        "de",
        """
        Unzufrieden
        Neutral / Teils, teils / Weder noch
        Zufrieden

        Sehr unzufrieden
        Unzufrieden / Eher unzufrieden
        Zufrieden / Eher zufrieden
        Sehr zufrieden

        Sehr unzufrieden
        Unzufrieden / Eher unzufrieden
        Weder zufrieden noch unzufrieden / Neutral / Teils, teils / Teils teils / Weder noch
        Zufrieden / Eher zufrieden
        Sehr zufrieden
        """,
    ),
)
