"""What labels of codes mean where the definition does not know them: no answer, a rating, or what has to be asked.

A file of a statistics program labels its codes. `find_no_answer` knows the usual wordings of "don't know" and the like;
`is_out_of_place` sees a label that stands alone among codes without one, as those of answers that are no rating do.
Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from bpo_index.definition.blocks import Scale
from bpo_index.display.labels import fold_label, show_text

Kind = Literal["dont_know", "skipped", "not_asked"]

#: Wordings that are never a rating, in the form of `_simplify`.
_WORDINGS: dict[Kind, str] = {
    "dont_know": """
        don't know|dont know|do not know|i don't know|i dont know|i do not know|doesn't know|does not know|don't knows
        dk|d.k|can't say|cannot say|can not say|can't choose|cannot choose|can't judge|cannot judge|can't tell
        cannot tell|can't assess|cannot assess|can't rate|cannot rate|can't answer|cannot answer|unable to say
        unable to answer|unable to judge|unable to rate|unable to assess|no idea
        don't know enough to say|not enough information|refused|refusal|refuse|refused to answer|refuses to answer
        refuse to answer|prefer not to say|prefer not to answer|i prefer not to say|i prefer not to answer
        rather not say|        declined|declined to answer|decline to answer|don't want to answer|do not want to answer
        weiß nicht|weiss nicht|weiß ich nicht|ich weiß nicht|ich weiss nicht|kann ich nicht sagen
        kann ich nicht beurteilen|        kann nicht beurteilen|kann es nicht beurteilen|nicht beurteilbar|verweigert
        antwort verweigert
        möchte nicht antworten|        no sé|no se|no sabe|no lo sé|no lo sabe|ns|ns/nc|ns/nr|no sabe no contesta
        no sabe no responde|no sabría decir
        no puedo opinar|rehúsa|rehusó|se niega a contestar|prefiero no decir|prefiero no contestar|prefiero no responder
        ne sait pas|ne sais pas|je ne sais pas|nsp|nspp|ne se prononce pas|refus|refuse de répondre
        je préfère ne pas répondre|        não sei|nao sei|não sabe|nao sabe|não sabe não responde|recusa|recusou
        recusou-se a responder
        prefiro não responder|        prefiro não dizer|não sei avaliar|não sei responder
        non so|non sa|non saprei|non sa non risponde|rifiuta|rifiuto|rifiutato|preferisco non rispondere
        weet niet|weet ik niet|weet het niet|ik weet het niet|geweigerd|weigert|wil niet zeggen|zeg ik liever niet
        nie wiem|odmowa|odmowa odpowiedzi|vet ej|vet inte|vill ej svara|vill inte svara|ved ikke|vet ikke
        en tiedä|ei osaa sanoa|bilmiyorum|fikrim yok|cevap vermek istemiyorum|nu știu|nu stiu|nevím|neviem|nem tudom
        не знаю|отказ|отказ от ответа|不知道|わからない|لا أعرف
    """,
    "skipped": """
        no answer|no response|not answered|unanswered|not stated|nonresponse|non-response|item nonresponse|missing
        system missing|missing value|blank|left blank|skipped|skip|no reply
        keine angabe|k.a|keine antwort|nicht beantwortet|ohne angabe|fehlend|fehlender wert
        no contesta|no responde|sin respuesta|nc|nr|no contestó|no respondió|perdido
        sans réponse|pas de réponse|non réponse|non-réponse|non répondu|manquant
        sem resposta|não respondeu|nao respondeu|não responde|nessuna risposta|non risponde|non risposto|mancante
        geen antwoord|geen opgave|niet beantwoord|brak odpowiedzi|brak danych|ej svar|inget svar|intet svar|ikke svar
        ubesvart|ubesvaret|ei vastausta|cevap yok|нет ответа|无回答|無回答
    """,
    "not_asked": """
        not applicable|n/a|na|n.a|n.a.|does not apply|doesn't apply|not relevant|inapplicable|inap|iap|not asked
        filtered|        filter|legitimate skip|not in routing|routed out
        trifft nicht zu|nicht zutreffend|entfällt|nicht anwendbar|nicht gefragt|nicht erhoben
        no aplica|no corresponde|no procede|no preguntado|non applicable|sans objet|ne s'applique pas|non demandé
        não se aplica|nao se aplica|não aplicável|não perguntado|non applicabile|non pertinente|non si applica
        niet van toepassing|nvt|n.v.t|nie dotyczy|ej tillämpligt|ikke relevant|ikke aktuelt|ei sovellu|uygulanamaz
        не применимо|неприменимо|不适用|該当しない|非該当
    """,
}
#: Wordings that may be the middle of a scale as well: no rating where they stand outside it or out of place.
_MAYBE = """
    hard to say|difficult to say|trudno powiedzieć|schwer zu sagen|difícil de decir|difficile à dire
    no opinion|unsure|not sure|undecided|uncertain|no view|no preference|not certain|neutral/don't know
    keine meinung|unsicher|unentschieden|unschlüssig|sin opinión|no opina|indeciso|no está seguro|no estoy seguro
    sans opinion|pas d'avis|indécis|sem opinião|indeciso|não tenho certeza|nessuna opinione|indeciso
    geen mening|brak zdania|niezdecydowany|ingen åsikt|ingen mening
"""
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
_PARTS = re.compile(r"\s*(?:[/,;|+&]|\s-\s|\bor\b|\boder\b|\bou\b|\bo\b|\band\b|\bund\b|\by\b|\bet\b)\s*")
#: A label longer than this is no such wording.
_LONGEST = 80
#: Codes named in a message, at most.
_SHOWN = 12


def _simplify(label: str) -> str:
    """Return a label without asides, numbers before it and marks around it: ``98 - Don't know (not read out)``."""
    text = _ASIDE.sub(" ", fold_label(label).replace("\u2019", "'").replace("`", "'").replace("´", "'"))
    text = re.sub(r"^[-+]?[0-9]+\s*[-–:=.)]*\s*", "", text.strip())
    return text.strip(" .!?:*<>-–\"'")


def _list_wordings(texts: str) -> frozenset[str]:
    return frozenset(_simplify(one) for line in texts.splitlines() for one in line.split("|") if one.strip())


_KIND_OF: dict[str, Kind] = {
    wording: kind for kind, texts in _WORDINGS.items() for wording in _list_wordings(texts) if wording
}
_MAYBE_NONE = _list_wordings(_MAYBE)


def find_no_answer(label: str, *, is_outside: bool = False) -> Kind | None:
    """Return which kind of no answer a label is a usual wording of, or None.

    Parameters
    ----------
    label
        The label of a code.
    is_outside
        Whether the code stands outside the scale, or out of place on it: then "no opinion" is no rating either.

    Examples
    --------
    >>> [find_no_answer(label) for label in ("Don\u2019t know", "98 - Weiß nicht (nicht lesen)", "DK/Refused", "Good")]
    ['dont_know', 'dont_know', 'dont_know', None]
    >>> find_no_answer("No opinion"), find_no_answer("No opinion", is_outside=True)
    (None, 'dont_know')
    """
    if len(label) > _LONGEST:
        return None
    text = _simplify(label)
    known = dict.fromkeys(_MAYBE_NONE, "dont_know") | _KIND_OF if is_outside else _KIND_OF
    parts = [text] if text in known else [part for part in _PARTS.split(text) if part]
    kinds = [known.get(_simplify(part)) for part in parts]
    return kinds[0] if kinds and None not in kinds else None  # type: ignore[return-value]


def is_out_of_place(rating: float, labelled: Collection[float], used: Collection[float], scale: Scale) -> bool:
    """Return whether a labelled code on the scale is unlikely to be a point of it.

    It is one where all codes that are used have labels and these make an unbroken run of whole numbers, where it stands
    at an end or in the middle, or where the code across from it has a label too.

    Parameters
    ----------
    rating
        The code, as a number.
    labelled
        All codes on the scale that have labels.
    used
        All codes on the scale that were given as answers.

    Examples
    --------
    >>> scale = Scale(minimum=0, maximum=100)
    >>> is_out_of_place(98, {0, 98, 100}, {0, 40, 98, 100}, scale), is_out_of_place(75, {0, 25, 75, 100}, {3}, scale)
    (True, False)
    """
    steps = sorted(labelled)
    is_run = all(after - before == 1 for before, after in pairwise(steps))
    if is_run and len(steps) > 1 and set(used) <= set(labelled):
        return False
    middle = (scale.minimum + scale.maximum) / 2
    across = scale.minimum + scale.maximum - rating
    return rating not in (scale.minimum, scale.maximum, middle) and across not in labelled


@dataclass
class UnknownLabels:
    """Codes of answers whose labels the definition does not know, over all questions of a file."""

    taken: dict[str, dict[str, tuple[str, Kind, int]]] = field(default_factory=dict)
    """By question and code: those read as no answer, with label, kind and number of answers."""
    listed: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    """By question and code: those read as the numbers that they are."""

    def say(self) -> list[str]:
        """Return the sentences: questions whose codes and labels are the same together, answers counted."""
        names = {"dont_know": "don't know", "skipped": "skipped", "not_asked": "not asked"}
        sentences = []
        for kind, name in names.items():
            some = {
                tidy: {code: (label, count) for code, (label, of, count) in codes.items() if of == kind}
                for tidy, codes in self.taken.items()
            }
            sentences += [f"{asked}: read as {name} by the labels of codes: {codes}" for asked, codes in _group(some)]
        sentences += [
            f"{asked}: codes read as numbers, whose labels the definition does not know: {codes}"
            for asked, codes in _group(self.listed)
        ]
        return sentences


def _group(questions: Mapping[str, Mapping[str, tuple[str, int]]]) -> Iterable[tuple[str, str]]:
    """Yield questions with the same codes and labels, and these with the number of their answers."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for tidy, codes in questions.items():
        key = tuple(sorted((code, label) for code, (label, _) in codes.items()))
        groups.setdefault(key, []).append(tidy)
    for key, asked in groups.items():
        counts = Counter({code: sum(questions[tidy][code][1] for tidy in asked) for code, _ in key})
        if key:
            shown = ", ".join(
                f"{show_text(code)} {show_text(label)!r} ({counts[code]:,})" for code, label in key[:_SHOWN]
            )
            more = f" and {len(key) - _SHOWN:,} more" if len(key) > _SHOWN else ""
            yield ", ".join(asked), shown + more
