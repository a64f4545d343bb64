"""The kinds of message that need no search to be recognised: patterns on folded text.

Order matters: the first pattern that matches wins. Knows no job and no history.
"""

from __future__ import annotations

import re

from bot.types import Intent
from corpus.text import fold

SHORT = 8
"""A greeting or thanks is only that in a message of at most this many words."""

PATTERNS: tuple[tuple[Intent, re.Pattern[str]], ...] = tuple(
    (intent, re.compile(pattern))
    for intent, pattern in (
        (
            "sources",
            r"d'ou (?:ca |cela |tu |vous )?(?:vien|tien|sor)\w*|(?:t'as|tu as|vous avez|as-tu|avez-vous) (?:trouve|lu|pris|vu) (?:ca|cela) ou|ou (?:as-tu|avez-vous|t'as|tu as) (?:trouve|lu|pris|vu)|quelles? (?:sont |est )?(?:ta|tes|vos|votre|les|la) sources?"
            r"|^(?:et )?(?:la |les |tes |vos )?sources?\s*\??$|qui (?:le |l'a |a )dit|where does (?:this|that|it) come from",
        ),
        (
            "more",
            r"^(?:(?:et|oui|ok|peux-tu|peut-on|tu peux|vous pouvez|donne[zr]?[- ]moi|dis[- ]m'?en|dites[- ]m'?en|je veux|en) )*"
            r"(?:plus (?:de )?(?:detail\w*|precision\w*|infos?|information\w*)|en (?:savoir|dire) plus|plus(?: encore)?|un exemple|des exemples|developpe\w*|precise\w*|continue\w*|la suite|encore|more(?: details)?|tell me more)\s*[?!.]*$",
        ),
        (
            "shorter",
            r"plus court|(?:en )?(?:bref|resume\w*|plus simple(?:ment)?|une phrase|moins long)\s*(?:stp|s'il (?:te|vous) plait)?\s*[?!.]*$|^(?:resume|raccourci|simplifie)\w*|shorter|simpler",
        ),
        (
            "about",
            r"(?:qui|que|quoi) (?:es[- ]tu|etes[- ]vous)|t'?es qui|tu es (?:qui|un robot|une ia|humain)|vous etes (?:qui|un robot|une ia)"
            r"|(?:es[- ]tu|etes[- ]vous|t'es) (?:un |une )?(?:robot|ia|humain\w*|chatgpt|bot|vrai\w*|machine)"
            r"|(?:que|tu|vous) (?:sais|savez|peux|pouvez|sait)[- ]?(?:tu|vous)? (?:faire|m'aider)\s*(?:quoi)?\s*\??$|what are you\b|comment (?:tu |ca )(?:marche|fonctionne)s?\s*\??$"
            r"|a quoi (?:tu sers|vous servez|sers[- ]tu|servez[- ]vous)|comment (?:tu t'appelles|t'appelles[- ]tu|vous appelez)|who are you|what can you do|are you (?:a |an )?(?:robot|ai|human|bot)",
        ),
        (
            "complaint",
            r"(?:c'est|t'es|tu es|vous etes|reponse) (?:\w+ )?(?:nul\w*|faux|fausse|inutile|mauvais\w*|pas clair|n'importe quoi|pourri\w*)"
            r"|(?:tu|vous) (?:ne |n')?(?:comprend\w*|as|avez|reponds?\w*) (?:rien|pas)|ca (?:ne )?(?:repond|marche) pas|pas (?:ce que|la question)",
        ),
        (
            "thanks",
            r"\bt'?(?:es|'es) (?:trop |tres |vraiment )?(?:fort|forte|cool|gentil\w*|genial\w*|le meilleur|top|sympa)|bravo\b|bien joue|^(?:ok |super |genial |parfait |cool |d'accord |non |c'est bon |oui )*(?:un grand |grand )?(?:merci|mrc|mersi|thanks?|thank you|thx)\b"
            r"|^(?:ok|d'accord|super|cool|genial|parfait|top|nickel|compris|au revoir|bye|a bientot|bonne (?:journee|soiree)|ciao|a plus)\b",
        ),
        (
            "greet",
            r"^(?:re)?(?:bonjour|bonsoir|salut|slt|bjr|bsr|coucou|cc|hello|hey|hi|yo|wesh|hola|salam|good (?:morning|evening)|ca va)\b",
        ),
        (
            "personal-choice",
            r"a ma place|(?:que|quoi|lequel|laquelle|quel metier) (?:dois[- ]je|je dois|devrais[- ]je|je devrais|faut[- ]il que je) (?:faire|choisir|prendre)"
            r"|(?:dois|devrais)[- ]je (?:quitter|arreter|abandonner|demissionner|accepter|refuser|changer|partir|redoubler)"
            r"|(?:je dois|faut que je|je devrais) (?:quitter|arreter|abandonner|demissionner|accepter|refuser)"
            r"|choisi[srt]* (?:pour moi|a ma place)|decide\w* (?:pour moi|a ma place)|should i (?:quit|leave|drop|choose|take)"
            r"|(?:mes|quelles sont mes) chances|(?:vais|va)[- ]?(?:je|t-il|t-elle)? (?:etre (?:pris|prise|admis|admise|accepte\w*)|reussir)|serai[- ]je (?:pris|prise|admis|admise)"
            r"|(?:quelle est |c'est quoi )?la meilleure ecole|classe\w*[- ](?:moi )?les ecoles|classement des ecoles|tranche\w* (?:pour|a)|quelle ecole (?:est la meilleure|choisir)",
        ),
        (
            "orient",
            r"\bj'?\s?(?:aim|ador|kiff|detest|prefer)\w*|\b(?:il|elle|fils|fille|ado|enfant|petit|petite) (?:\w+ )?(?:aime|adore|kiffe|deteste|veut faire|est passionne\w*|est (?:bon|bonne|fort|forte))\b|(?:me|m'|lui) (?:plai\w+|attir\w+|passionn\w+|interess\w+|branch\w+)|(?:passe|je passe) (?:ma vie|mon temps|mes journees)|(?:je )?(?:ne )?supporte pas|bougeotte|(?:je )?regarde plein|(?:y a|ya|il y a) (?:\w+ )?(?:un |des )?(?:tafs?|jobs?|metiers?|boulots?) (?:\w+ ){0,3}(?:pour|avec|dans|la[- ]dedans)|find (?:me )?a job|j'?\s?(?:n'|ne )?aime pas|je (?:kiff\w*|prefer\w*|detest\w*|n'aime|suis (?:plutot |assez |tres )?(?:bon|bonne|nul|nulle|fort|forte|mauvais|mauvaise|doue|douee|passionne\w*|creati\w*|timide|organise\w*|curieu\w*|manuel\w*))"
            r"|(?:quel|quels|kel|un|une?) (?:metiers?|job|jobs|boulot|travail|taf) (?:\w+ )?(?:pour moi|me (?:correspond\w*|convien\w*|plairait|conseill\w*)|faire quand on|(?:si|quand) (?:j'|je|on) )"
            r"|(?:je (?:ne )?sais pas|jsp|j'sais pas|aucune idee) (?:\w+ ){0,3}?(?:quoi (?:faire|choisir)|quel|vers)|m'orienter|aide[zr]?[- ]moi a (?:choisir|trouver)|mon orientation"
            r"|passionne\w* (?:de|par)|i (?:like|love|enjoy|hate)|i'?m (?:good|bad) at|what job (?:is for|suits|would suit|fits) me|mes matieres preferees|ma matiere preferee",
        ),
        (
            "list",
            r"^(?:les )?(?:metiers?|jobs) (?!d[eu']|responsable|traffic)|^(?:list|show|give me) (?:\w+ )?(?:the |all )?(?:jobs|careers)|cite[zr]?[- ]moi (?:des |les )?metiers|metiers? (?:ou|qui|sans|avec|accessibles?|a bac)|pas faire (?:plus de|de longues|beaucoup d')|^(?:et )?(?:donne[zr]?[- ]moi |cite[zr]?[- ]?(?:moi)? |liste[zr]? |montre[zr]?[- ]moi |quelle est |voir )?(?:tou[ts]\w* )?(?:la |une )?(?:liste|les metiers)\b"
            r"|(?:quels?|quelles?|kel|kels|what|which|combien (?:de|y a[- ]t[- ]il de)|il y a quoi comme|il existe quoi comme|y a quoi comme) (?:sont |are |of these |of the )*(?:tous |les |the |des )*(?:metiers?|jobs?|professions?|postes|careers?|fonctions)\b",
        ),
        ("compare", r"differen[ct]\w*|compar\w*|\bvs\.?\b|\bversus\b|plutot .+ ou |mieux .+ ou |\bou bien\b|c'est pareil|la meme chose|difference between|compare"),
        ("define", r"(?:que|qu'est[- ]ce que) (?:veut|signifie|ca veut|cela veut)|(?:que|ca) veut dire|veut dire quoi|defini[rst]\w*|definition|signifi\w*|c'?(?:est )?(?:koi|quoi|kwa)\b|qu'est[- ]ce (?:que|qu')|what (?:is|are|does .+ (?:mean|stand))|meaning of|stand for|\bsigle\b|design(?:e|er)\b.{0,12}(?:sigle|mot|terme)|(?:mot|terme|sigle)\b.{0,20}(?:veut|signifie|designe)|explique[zr]?[- ]moi (?:le mot|ce qu)"),
    )
)  # fmt: skip

PATH = re.compile(
    r"pass(?:er|e|ez|ent) (?:de|du|d')|(?:de|du) .+ (?:a|vers|jusqu'a) |devenir .+ (?:quand|si|alors que|en etant|apres)"
    r"|(?:quand|si|je suis|en etant|actuellement|aujourd'hui|apres avoir ete) .+ (?:devenir|passer)|from .+ to |evoluer"
)
"""How one goes from one job to another."""

ORDINALS: tuple[tuple[re.Pattern[str], tuple[int, ...]], ...] = tuple(
    (re.compile(pattern), positions)
    for pattern, positions in (
        (r"\bles deux\b|\btous les deux\b|\bboth\b", (0, 1)),
        (r"\bles trois\b|\ball three\b", (0, 1, 2)),
        (r"\b(?:premiere?|1ere?|1er|first)\b", (0,)),
        (r"\b(?:deuxieme|seconde?|2e|2eme|second one)\b", (1,)),
        (r"\b(?:troisieme|3e|3eme|third)\b", (2,)),
        (r"\b(?:dernier|derniere|last one)\b", (-1,)),
    )
)


def intent_of(text: str) -> Intent | None:
    """Return the intent that a pattern names, or None for a plain question."""
    folded = re.sub(r"\s+", " ", fold(text)).strip()
    short = len(folded.split()) <= SHORT
    for intent, pattern in PATTERNS:
        if intent in ("thanks", "greet", "sources", "complaint", "more", "shorter") and not short:
            continue
        if pattern.search(folded):
            return intent
    return None


def ordinals(text: str) -> tuple[int, ...]:
    """Positions that the message points at in a list shown before ("le deuxième")."""
    folded = fold(text)
    for pattern, positions in ORDINALS:
        if pattern.search(folded):
            return positions
    return ()
