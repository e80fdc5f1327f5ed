"""How good something is."""

from __future__ import annotations

from bpo_index.drafting.answer_sets.record import list_sets

RECORDS = (
    *list_sets(
        "quality",
        "en",
        """
        Bad / Poor
        Fair / Average / Neutral
        Good

        Poor
        Fair
        Good
        Excellent / Very good

        Very poor / Very bad / Terrible
        Poor / Bad / Fairly bad
        Fair / Average / Neither good nor bad / Acceptable / Neutral
        Good / Fairly good
        Very good / Excellent

        Poor
        Fair
        Good
        Very good
        Excellent

        Very poor / Very bad
        Poor / Bad
        Below average / Somewhat poor
        Average / Fair / Neither good nor bad
        Above average / Somewhat good
        Good
        Very good / Excellent

        Much worse
        Worse / Somewhat worse
        About the same / The same / No change / Unchanged
        Better / Somewhat better
        Much better

        Worse
        About the same / The same / No change / Unchanged
        Better
        """,
    ),
    *list_sets(
        "quality",
        "es",
        """
        Malo / Mala / Mal
        Regular / Normal
        Bueno / Buena / Bien

        Muy malo / Muy mala / Muy mal / Pésimo / Pésima
        Malo / Mala / Mal
        Bueno / Buena / Bien
        Muy bueno / Muy buena / Muy bien / Excelente

        Muy malo / Muy mala / Muy mal / Pésimo / Pésima
        Malo / Mala / Mal
        Regular / Normal / Ni bueno ni malo / Ni buena ni mala / Aceptable
        Bueno / Buena / Bien
        Muy bueno / Muy buena / Muy bien / Excelente

        Mucho peor
        Peor / Algo peor
        Igual / Sin cambios / Lo mismo
        Mejor / Algo mejor
        Mucho mejor

        Peor
        Igual / Sin cambios / Lo mismo
        Mejor
        """,
    ),
    *list_sets(
        "quality",
        "pt",
        """
        Ruim / Mau / Má
        Regular / Médio / Média
        Bom / Boa

        Péssimo / Péssima / Muito ruim / Muito mau / Muito má
        Ruim / Mau / Má
        Bom / Boa
        Ótimo / Ótima / Muito bom / Muito boa / Excelente

        Péssimo / Péssima / Muito ruim / Muito mau / Muito má
        Ruim / Mau / Má
        Regular / Médio / Média / Razoável
        Bom / Boa
        Ótimo / Ótima / Muito bom / Muito boa / Excelente

        Muito pior
        Pior
        Igual / Sem mudança
        Melhor
        Muito melhor

        Pior
        Igual / Sem mudança
        Melhor
        """,
    ),
    *list_sets(
        "quality",
        "fr",
        """
        Mauvais / Mauvaise
        Moyen / Moyenne
        Bon / Bonne

        Très mauvais / Très mauvaise
        Mauvais / Mauvaise / Plutôt mauvais / Plutôt mauvaise
        Bon / Bonne / Plutôt bon / Plutôt bonne
        Très bon / Très bonne / Excellent / Excellente

        Très mauvais / Très mauvaise
        Mauvais / Mauvaise / Plutôt mauvais / Plutôt mauvaise
        Moyen / Moyenne / Passable / Ni bon ni mauvais / Ni bonne ni mauvaise
        Bon / Bonne / Plutôt bon / Plutôt bonne
        Très bon / Très bonne / Excellent / Excellente

        Beaucoup moins bien / Beaucoup moins bon
        Moins bien / Moins bon
        Pareil / Inchangé / Identique
        Mieux / Meilleur
        Beaucoup mieux / Bien meilleur
        """,
    ),
    *list_sets(
        "quality",
        "de",
        """
        Schlecht
        Mittelmäßig / Befriedigend / Mittel / Neutral
        Gut

        Sehr schlecht
        Schlecht / Eher schlecht
        Gut / Eher gut
        Sehr gut / Ausgezeichnet

        Sehr schlecht
        Schlecht / Eher schlecht
        Mittelmäßig / Mittel / Befriedigend / Weder gut noch schlecht / Teils, teils / Teils teils /
            Neutral / Weder noch
        Gut / Eher gut
        Sehr gut / Ausgezeichnet

        Viel schlechter / Deutlich schlechter
        Schlechter / Etwas schlechter
        Gleich / Unverändert / Gleich geblieben
        Besser / Etwas besser
        Viel besser / Deutlich besser

        Schlechter
        Gleich / Unverändert / Gleich geblieben
        Besser
        """,
    ),
)
