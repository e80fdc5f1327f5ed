"""How much, how often, how likely, how important, how confident: degrees from none to very much."""

from __future__ import annotations

from bpo_index.drafting.answer_sets.record import list_sets

RECORDS = (
    *list_sets(
        "frequency",
        "en",
        """
        Never
        Sometimes
        Always

        Never
        Rarely / Seldom
        Sometimes / Occasionally
        Often / Frequently / Usually
        Always / Very often

        Never
        Rarely / Seldom
        Often / Frequently
        Always
        """,
    ),
    *list_sets(
        "frequency",
        "es",
        """
        Nunca
        A veces / Algunas veces
        Siempre

        Nunca
        Rara vez / Raramente / Casi nunca
        A veces / Algunas veces / Ocasionalmente
        A menudo / Frecuentemente / Con frecuencia / Casi siempre
        Siempre / Muy a menudo
        """,
    ),
    *list_sets(
        "frequency",
        "pt",
        """
        Nunca
        Às vezes / Algumas vezes
        Sempre

        Nunca
        Raramente / Quase nunca
        Às vezes / Algumas vezes / Ocasionalmente
        Frequentemente / Com frequência / Quase sempre / Muitas vezes
        Sempre
        """,
    ),
    *list_sets(
        "frequency",
        "fr",
        """
        Jamais
        Parfois / Quelquefois
        Toujours

        Jamais
        Rarement
        Parfois / Quelquefois / De temps en temps
        Souvent / Fréquemment
        Toujours / Très souvent
        """,
    ),
    *list_sets(
        "frequency",
        "de",
        """
        Nie
        Manchmal
        Immer

        Nie / Niemals
        Selten
        Manchmal / Gelegentlich
        Oft / Häufig
        Immer / Sehr oft / Sehr häufig
        """,
    ),
    *list_sets(
        "likelihood",
        "en",
        """
        Very unlikely / Extremely unlikely
        Unlikely / Somewhat unlikely
        Neither likely nor unlikely / Neutral / Possibly
        Likely / Somewhat likely
        Very likely / Extremely likely

        Very unlikely
        Unlikely
        Likely
        Very likely
        """,
    ),
    *list_sets(
        "likelihood",
        "es",
        """
        Muy improbable / Nada probable
        Improbable / Poco probable
        Ni probable ni improbable / Neutral
        Probable / Bastante probable
        Muy probable
        """,
    ),
    *list_sets(
        "likelihood",
        "pt",
        """
        Muito improvável / Nada provável
        Improvável / Pouco provável
        Nem provável nem improvável / Neutro
        Provável
        Muito provável
        """,
    ),
    *list_sets(
        "likelihood",
        "fr",
        """
        Très improbable / Pas du tout probable
        Improbable / Peu probable
        Ni probable ni improbable / Neutre
        Probable / Assez probable
        Très probable
        """,
    ),
    *list_sets(
        "likelihood",
        "de",
        """
        Sehr unwahrscheinlich
        Unwahrscheinlich / Eher unwahrscheinlich
        Weder noch / Neutral / Teils, teils
        Wahrscheinlich / Eher wahrscheinlich
        Sehr wahrscheinlich
        """,
    ),
    *list_sets(
        "importance",
        "en",
        """
        Not at all important / Not important / Unimportant / Very unimportant
        Slightly important / Of little importance / Somewhat unimportant
        Moderately important / Neutral / Somewhat important
        Important / Fairly important
        Very important / Extremely important
        """,
    ),
    *list_sets(
        "importance",
        "es",
        """
        Nada importante / Sin importancia
        Poco importante
        Algo importante / Medianamente importante / Neutral / Moderadamente importante
        Importante / Bastante importante
        Muy importante
        """,
    ),
    *list_sets(
        "importance",
        "pt",
        """
        Nada importante / Sem importância
        Pouco importante
        Mais ou menos importante / Moderadamente importante / Neutro
        Importante
        Muito importante
        """,
    ),
    *list_sets(
        "importance",
        "fr",
        """
        Pas du tout important / Sans importance
        Peu important
        Moyennement important / Neutre
        Important / Assez important
        Très important
        """,
    ),
    *list_sets(
        "importance",
        "de",
        """
        Überhaupt nicht wichtig / Unwichtig / Sehr unwichtig
        Eher unwichtig / Weniger wichtig
        Teils, teils / Neutral / Mittel / Weder noch
        Eher wichtig / Wichtig
        Sehr wichtig
        """,
    ),
    *list_sets(
        "confidence",
        "en",
        """
        Not at all confident / Not confident / No confidence
        Slightly confident / A little confident / Not very confident
        Somewhat confident / Moderately confident / Neutral
        Confident / Fairly confident / Quite confident
        Very confident / Extremely confident / Completely confident / Full confidence

        Not at all confident / No confidence
        Not very confident
        Fairly confident / Somewhat confident
        Very confident

        No confidence / None
        Little confidence / Not much confidence
        Some confidence
        Much confidence / A lot of confidence / A great deal of confidence
        Full confidence / Complete confidence

        No confidence at all / None at all
        Not very much confidence
        Quite a lot of confidence
        A great deal of confidence
        """,
    ),
    *list_sets(
        "confidence",
        "es",
        """
        Ninguna confianza / Nada de confianza
        Poca confianza
        Algo de confianza / Alguna confianza
        Mucha confianza / Bastante confianza
        Máxima confianza / Plena confianza / Total confianza
        """,
    ),
    *list_sets(
        "confidence",
        "pt",
        """
        Nenhuma confiança
        Pouca confiança
        Alguma confiança
        Muita confiança
        Plena confiança / Total confiança
        """,
    ),
    *list_sets(
        "confidence",
        "fr",
        """
        Aucune confiance
        Peu de confiance / Peu confiance
        Une certaine confiance / Confiance moyenne
        Beaucoup de confiance / Grande confiance
        Pleine confiance / Confiance totale
        """,
    ),
    *list_sets(
        "confidence",
        "de",
        """
        Kein Vertrauen / Gar kein Vertrauen
        Wenig Vertrauen
        Etwas Vertrauen
        Großes Vertrauen / Viel Vertrauen
        Volles Vertrauen
        """,
    ),
    *list_sets(
        "extent",
        "en",
        """
        Not at all / None / None at all
        A little / Slightly / To a small extent / Very little / Little
        Somewhat / Moderately / To some extent / A moderate amount
        Quite a bit / Very / A lot / To a large extent / Mostly / Much
        Extremely / A great deal / Completely / Very much / To a very large extent

        Very low
        Low
        Medium / Moderate / Average / Neutral
        High
        Very high

        Low
        Medium / Moderate / Average
        High
        """,
    ),
    *list_sets(
        "extent",
        "es",
        """
        Nada / Ninguno / Ninguna
        Poco / Un poco / Poca
        Algo / Regular / Moderadamente
        Bastante
        Mucho / Muchísimo / Totalmente / Mucha

        Nada / Ninguna / Ninguno
        Poco / Poca
        Bastante / Algo
        Mucho / Mucha

        Muy bajo / Muy baja
        Bajo / Baja
        Medio / Media / Regular
        Alto / Alta
        Muy alto / Muy alta

        Bajo / Baja
        Medio / Media
        Alto / Alta
        """,
    ),
    *list_sets(
        "extent",
        "pt",
        """
        Nada / Nenhum / Nenhuma
        Pouco / Um pouco / Pouca
        Mais ou menos / Moderadamente / Médio
        Bastante / Muito
        Muitíssimo / Totalmente / Extremamente / Completamente

        Muito baixo / Muito baixa
        Baixo / Baixa
        Médio / Média
        Alto / Alta
        Muito alto / Muito alta

        Baixo / Baixa
        Médio / Média
        Alto / Alta
        """,
    ),
    *list_sets(
        "extent",
        "fr",
        """
        Pas du tout / Aucun / Aucune
        Un peu / Peu
        Moyennement / Modérément
        Beaucoup / Assez / Plutôt
        Énormément / Tout à fait / Extrêmement / Totalement

        Très faible / Très bas / Très basse
        Faible / Bas / Basse
        Moyen / Moyenne
        Élevé / Élevée / Fort / Forte
        Très élevé / Très élevée / Très fort / Très forte
        """,
    ),
    *list_sets(
        "extent",
        "de",
        """
        Überhaupt nicht / Gar nicht
        Wenig / Kaum / Eher nicht / Ein wenig
        Mittelmäßig / Teils, teils / Mäßig / Etwas
        Ziemlich / Eher / Stark / Überwiegend
        Sehr / Sehr stark / Völlig / Voll und ganz / Außerordentlich

        Sehr niedrig / Sehr gering
        Niedrig / Gering
        Mittel
        Hoch
        Sehr hoch

        Niedrig / Gering
        Mittel
        Hoch
        """,
    ),
)
