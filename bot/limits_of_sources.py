"""What a question asks that the sources cannot say: a company, a future year, a name, a count.

The answer then starts with a sentence that says so, followed by the nearest thing that the
sources do say. Pure functions over the question and the passage chosen.
"""

from __future__ import annotations

import re

from bot.lexicon import Lexicon
from bot.select import foreign_figures
from bot.types import Question
from corpus.text import fold, words
from index.types import Hit

NEAREST = "Voici ce qu’elles disent de plus proche."
MAX_DIGITS = 12
LAST_YEAR = 2026
"""Latest year that a source of the corpus speaks of."""
LONG_STORY = 40
"""Words from which a message tells a story around its question."""
NEAR = 0.93
"""Cosine from which another wording of the very question was found: its answer holds."""

COMPANY = re.compile(
    r"\bchez\s+(?!(?:un|une|des|les|l|le|la|vous|nous|toi|moi|soi|lui|eux|qui|annonceurs?|clients?|"
    r"prestataires?|agences?|pure|e-commercants?|quel(?:le)?s?)\b)(\w+)"
)
COMPANY_ACTS = re.compile(
    r"\b(?!(?:Qui|On|Il|Elle|Ça|Ca|Est|Who|Does|It|They|Comment|Pourquoi)\b)[A-Z][\w&-]+"
    r"(?:\s+(?:recrute|embauche|paie|paye|verse|cherche|recherche|prend)\b|(?:\s+(?:pay|hire))\b)"
    r"|\b(?:[Dd]oes|[Aa]t)\s+[A-Z]\w+"
)
"""A company that does something: "Cdiscount recrute-t-il…", "How much does Sephora pay…"."""
PERSON = re.compile(r"(?<=[a-zà-ÿ] )[A-ZÀ-Ý][a-zà-ÿ]+ [A-ZÀ-Ý][a-zà-ÿ]+\b")
PROPER_NAME = re.compile(
    r"(?<=[a-zà-ÿ,'’] )(?:[dlDL][’'])?([A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)*)"
)
NOWHERE = re.compile(
    r"quel jour exactement|quel age a |"
    r"code promo|couleur prefere|au chiffre pres|a l'euro pres|to the euro"
    r"|\b(?:e-?mail|adresse mail|mail) (?:du|de la|de l'|des|d'un|of)\b|taux de reussite"
    r"|quelles? (?:moyennes?|notes?) (?:au bac|en |faut|pour|il faut)"
    r"|telephone (?:du|d'un|de la|de l'|des) (?:service|entreprise|societe|magasin|recruteur)"
    r"|note moyenne|(?:nombre|pourcentage|chiffre) exact|combien d'heures (?:de sommeil|dort)"
)
"""What no source of this kind holds."""
UNKNOWABLE = re.compile(
    r"s'appelle comment|comment s'appelle|quel est le nom|(?:le|un) nom d'un|what's the name"
    r"|\bpdg\b|phone number"
    r"|qui est (?:le |la )?(?:pdg|patron|directeur|directrice|meilleure?\b|plus )|numero de tel"
)
"""What no source holds about a job; themes do tell names and telephone numbers."""
HEAD_COUNT = re.compile(
    r"combien (?:de |d')metier|combien y a[- ]t[- ]il de metier|how many metier"
    r"|combien (?:de |d')?(?:eleves?|candidats?|places?|etudiants?|inscrits?)\b"
    r"|quelles? (?:boites?|entreprises?|societes?|agences?) (?:\w+ ){0,3}"
    r"(?:cherchent?|recherchent?|recrutent?|embauchent?|prennent)\b"
)

VALUE = re.compile(
    r"combien|pourcentage|moyenne|salaire"
    r"|\bquel(?:le)?s? (?:est|sont|etait|sera|note|entreprise|ville|ecole|jour)\b"
)
"""A question that asks for one value: words that no source uses then make it unanswerable."""


TOLD = re.compile(
    r"\b(?:je (?:suis|bosse|travaille)|j'etais|jsuis|chui|jbosse|j'ai (?:bosse|travaille))\b"
)
"""How people tell where they work, before they ask."""


def asking(text: str) -> str:
    """Return the part of a message that asks: without the sentences and clauses that tell a life.

    A company or a year told there is not what the question is about.
    """
    sentences = re.split(r"(?<=[.!?…])\s+", text)
    asked = [s for s in sentences if "?" in s] or sentences
    clauses = [c for c in re.split(r"(?<=,)\s+", " ".join(asked)) if not TOLD.search(fold(c))]
    return " ".join(clauses) or text


def french_number(figure: str) -> str:
    """Write a figure with spaces between thousands: "5000" -> "5 000"; long ones are cut."""
    whole = figure.partition(".")[0][:MAX_DIGITS]
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", " ", whole)


def missing(question: Question, masked: str, hit: Hit, known: set[str], lexicon: Lexicon) -> str:
    """Return the French sentence that says what the sources lack, or an empty one.

    `masked` is the question with its job's name masked, `known` the figures of the job's sheet.
    """
    text = asking(question.text)
    folded = fold(text)
    near = (hit.meaning or 0.0) >= NEAR
    figures = foreign_figures(question.text, known)
    if figures:
        amount = french_number(figures[0])
        return f"Le montant de {amount} € n’est pas dans mes sources. Voici ce qu’elles disent."
    year = next((y for y in re.findall(r"\b20[2-9]\d\b", folded) if int(y) > LAST_YEAR), None)
    if year:
        return f"Mes sources ne disent rien de l’année {year}. {NEAREST}"
    if COMPANY.search(folded) or COMPANY_ACTS.search(text):
        return (
            "Mes sources ne disent rien de cette entreprise en particulier. Voici ce qu’elles "
            "disent du métier en général."
        )
    if any(set(words(name)) & set(lexicon.strange(name)) for name in PERSON.findall(question.text)):
        return f"Mes sources ne parlent d’aucune personne en particulier. {NEAREST}"
    unknowable = question.roles and UNKNOWABLE.search(folded)
    # A school's own document may tell how many places it has; other sources never do.
    counted = hit.passage.kind != "free" and HEAD_COUNT.search(masked)
    if unknowable or NOWHERE.search(folded) or counted:
        return f"Cette précision n’est pas dans mes sources. {NEAREST}"
    if len(masked.split()) > LONG_STORY:
        return ""  # the names of a long story are not what it asks
    if near or not question.roles or question.language == "en" or not VALUE.search(folded):
        return ""
    held = set(words(hit.passage.text))
    names = [n for n in PROPER_NAME.findall(text) if not set(words(n)) & held]
    telling = [n for n in names if set(words(n)) & set(masked.split()) and not lexicon.term_in(n)]
    if telling:
        return f"Mes sources ne disent rien de « {telling[0]} » sur ce point. {NEAREST}"
    asked = set(words(text))
    strange = [w for w in lexicon.strange(masked) if len(w) >= 5 and w in asked]
    if strange:
        return f"Mes sources ne répondent pas exactement à cela. {NEAREST}"
    return ""
