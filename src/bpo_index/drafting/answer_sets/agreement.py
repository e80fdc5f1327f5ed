"""How far somebody agrees with a statement."""

from __future__ import annotations

from bpo_index.drafting.answer_sets.record import list_sets

RECORDS = (
    *list_sets(
        "agreement",
        "en",
        """
        Disagree
        Neutral / Neither agree nor disagree
        Agree

        Strongly disagree / Completely disagree / Totally disagree / Fully disagree
        Disagree / Somewhat disagree / Tend to disagree
        Agree / Somewhat agree / Tend to agree
        Strongly agree / Completely agree / Totally agree / Fully agree

        Strongly disagree / Completely disagree / Totally disagree / Fully disagree /
            Definitely disagree
        Disagree / Somewhat disagree / Tend to disagree / Rather disagree / Mostly disagree
        Neither agree nor disagree / Neither disagree nor agree / Neutral / Neither / Undecided /
            Neither nor / Neither agree or disagree
        Agree / Somewhat agree / Tend to agree / Rather agree / Mostly agree
        Strongly agree / Completely agree / Totally agree / Fully agree / Definitely agree

        Strongly disagree
        Disagree
        Somewhat disagree / Slightly disagree / Mildly disagree
        Somewhat agree / Slightly agree / Mildly agree
        Agree
        Strongly agree

        Strongly disagree / Completely disagree / Entirely disagree
        Disagree / Mostly disagree
        Somewhat disagree / Slightly disagree / Mildly disagree
        Neither agree nor disagree / Neither disagree nor agree / Neutral / Neither / Undecided /
            Neither nor / Neither agree or disagree
        Somewhat agree / Slightly agree / Mildly agree
        Agree / Mostly agree
        Strongly agree / Completely agree / Entirely agree
        """,
    ),
    *list_sets(
        "agreement",
        "es",
        """
        En desacuerdo
        Neutral / Ni de acuerdo ni en desacuerdo
        De acuerdo

        Totalmente en desacuerdo / Muy en desacuerdo / Completamente en desacuerdo
        En desacuerdo / Algo en desacuerdo
        De acuerdo / Algo de acuerdo
        Totalmente de acuerdo / Muy de acuerdo / Completamente de acuerdo

        Totalmente en desacuerdo / Muy en desacuerdo / Completamente en desacuerdo
        En desacuerdo / Algo en desacuerdo / Bastante en desacuerdo / Parcialmente en desacuerdo
        Ni de acuerdo ni en desacuerdo / Ni acuerdo ni desacuerdo / Ni en desacuerdo ni de acuerdo /
            Neutral / Neutro / Indiferente
        De acuerdo / Algo de acuerdo / Bastante de acuerdo / Parcialmente de acuerdo
        Totalmente de acuerdo / Muy de acuerdo / Completamente de acuerdo

        Totalmente en desacuerdo / Completamente en desacuerdo
        Muy en desacuerdo
        En desacuerdo / Algo en desacuerdo
        Ni de acuerdo ni en desacuerdo / Ni en desacuerdo ni de acuerdo / Neutral / Indiferente
        De acuerdo / Algo de acuerdo
        Muy de acuerdo
        Totalmente de acuerdo / Completamente de acuerdo

        Totalmente en desacuerdo
        En desacuerdo
        Algo en desacuerdo
        Ni de acuerdo ni en desacuerdo / Neutral
        Algo de acuerdo
        De acuerdo
        Totalmente de acuerdo
        """,
    ),
    *list_sets(
        "agreement",
        "pt",
        """
        Discordo
        Neutro / Nem concordo nem discordo
        Concordo

        Discordo totalmente / Discordo fortemente / Discordo completamente
        Discordo / Discordo parcialmente / Discordo em parte
        Concordo / Concordo parcialmente / Concordo em parte
        Concordo totalmente / Concordo fortemente / Concordo completamente

        Discordo totalmente / Discordo fortemente / Discordo completamente
        Discordo / Discordo parcialmente / Discordo em parte
        Nem concordo nem discordo / Não concordo nem discordo / Neutro / Indiferente /
            Nem discordo nem concordo
        Concordo / Concordo parcialmente / Concordo em parte
        Concordo totalmente / Concordo fortemente / Concordo completamente

        Discordo totalmente
        Discordo
        Discordo parcialmente / Discordo em parte
        Nem concordo nem discordo / Neutro / Não concordo nem discordo
        Concordo parcialmente / Concordo em parte
        Concordo
        Concordo totalmente

        Discordo totalmente
        Discordo muito
        Discordo / Discordo pouco
        Nem concordo nem discordo / Neutro
        Concordo / Concordo pouco
        Concordo muito
        Concordo totalmente
        """,
    ),
    *list_sets(
        "agreement",
        "fr",
        """
        Pas d'accord
        Neutre / Ni d'accord ni pas d'accord
        D'accord

        Pas du tout d'accord
        Plutôt pas d'accord / Pas d'accord / Peu d'accord
        Plutôt d'accord / D'accord / Assez d'accord
        Tout à fait d'accord / Totalement d'accord / Très d'accord

        Pas du tout d'accord / Tout à fait en désaccord / Fortement en désaccord /
            Totalement en désaccord
        Plutôt pas d'accord / Pas d'accord / En désaccord / Plutôt en désaccord / Peu d'accord
        Ni d'accord ni pas d'accord / Ni en accord ni en désaccord / Neutre / Sans opinion tranchée /
            Ni d'accord, ni pas d'accord / Ni d'accord ni en désaccord
        Plutôt d'accord / D'accord / En accord / Assez d'accord
        Tout à fait d'accord / Fortement en accord / Totalement d'accord / Très d'accord

        Pas du tout d'accord
        Pas d'accord
        Plutôt pas d'accord
        Ni d'accord ni pas d'accord / Neutre
        Plutôt d'accord
        D'accord
        Tout à fait d'accord
        """,
    ),
    *list_sets(
        "agreement",
        "de",
        """
        Stimme nicht zu
        Neutral / Weder noch / Teils teils
        Stimme zu

        Stimme überhaupt nicht zu / Stimme gar nicht zu / Trifft überhaupt nicht zu / Trifft nicht zu
        Stimme eher nicht zu / Stimme nicht zu / Trifft eher nicht zu
        Stimme eher zu / Stimme zu / Trifft eher zu
        Stimme voll und ganz zu / Stimme voll zu / Stimme völlig zu / Trifft voll und ganz zu /
            Trifft zu / Trifft voll zu

        Stimme überhaupt nicht zu / Stimme gar nicht zu / Lehne stark ab / Trifft überhaupt nicht zu /
            Trifft gar nicht zu / Trifft nicht zu
        Stimme eher nicht zu / Stimme nicht zu / Lehne ab / Trifft eher nicht zu
        Teils, teils / Teils teils / Teils/teils / Teils-teils / Weder noch / Neutral / Unentschieden /
            Stimme weder zu noch nicht zu
        Stimme eher zu / Stimme zu / Trifft eher zu
        Stimme voll und ganz zu / Stimme voll zu / Stimme völlig zu / Stimme vollkommen zu /
            Stimme stark zu / Trifft voll und ganz zu / Trifft zu / Trifft voll zu

        Stimme überhaupt nicht zu / Stimme gar nicht zu
        Stimme nicht zu
        Stimme eher nicht zu
        Weder noch / Neutral / Teils, teils / Teils teils
        Stimme eher zu
        Stimme zu
        Stimme voll und ganz zu / Stimme voll zu
        """,
    ),
)
