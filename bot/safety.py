"""What is handled before anything else: distress, personal data, injection, insults.

Patterns run on folded text (lower case, no accents, plain apostrophes). Distress is read widely,
then everyday look-alikes ("mort de rire", "ce métier me tue") are taken out of the text before
the patterns run, so that a look-alike never hides a real call for help beside it. Nothing here is
logged or kept. The tests hold 60 look-alikes and the calls that must be caught.
"""

from __future__ import annotations

import re

from corpus.text import fold

LOOK_ALIKES = re.compile(
    r"(?:mort|morte|crever?|mourir|mourru?|mdr|tue[er]?s?)\s+de\s+(?:rire|faim|soif|froid|chaud|"
    r"fatigue|sommeil|honte|trouille|peur|jalousie|curiosite|ennui)"
    r"|(?:metiers?|boulot|travail|job|taf|cours|devoirs?|maths?|prof\w*|stage|reunions?|chaleur|"
    r"patron|collegues?)\s+(?:\w+\s+){0,2}(?:me|m'|te|nous|vous)\s*(?:tue\w*|creve\w*|mine)"
    r"|(?:ca|cela|c'|blague|video)\s*(?:me|m')\s*tue"
    r"|tuer?\s+(?:une?|la|le|les|l'|leur|sa|son|votre|notre)\s*(?:\w+\s+)?(?:campagne|concurren\w*|"
    r"marche|marque|projet|temps|idee|conversion\w*|bug\w*|processus|process|metier\w*|"
    r"commerce\w*|boutique\w*|petits?|emplois?|vente\w*|seo|referencement|entreprise\w*|magasin\w*)"
    r"|(?:va|vont|peut|peuvent|risque\w*)\s+(?:-t-il\s+|-t-elle\s+)?tuer"
    r"|(?:ce|le|mon|son)\s+(?:metier|site|produit|secteur|marche|commerce|stage|cv|projet)\s+"
    r"(?:est|va|se|risque|n'est)\s*(?:\w+\s+){0,2}(?:mort|mourir|meurt|disparaitre)"
    r"|harcelement\s+(?:commercial|publicitaire|telephonique|marketing|par mail|des clients)"
    r"|(?:suicide|suicider)\s+(?:commercial\w*|professionnel\w*|marketing|economique|sa marque)"
    r"|(?:viol|violation|violer)\s+(?:de|des|du|les?|la)\s+(?:donnees|vie privee|regles?|rgpd|droits?|"
    r"secret\w*|confidential\w*|contrat|loi|cgv|marque\w*)"
    r"|a\s+en\s+mourir|deadline|dead\s*(?:line|link|stock)|killer\s+feature|kill\s+the\s+(?:campaign|"
    r"competition|process)|a\s+mort\b|mort\s+subite|temps\s+mort|poids\s+mort|stock\s+mort|point\s+mort"
    r"|couper\s+(?:les\s+)?(?:legumes|le\s+son|une\s+video|les\s+couts)"
    r"|se\s+couper\s+(?:du|de\s+la|des)\s+\w+"
    r"|en\s+finir\s+avec\s+(?:le|la|les|mes|ce|cette|l')\s*(?:devoirs?|stage|cours|maths?|lycee|"
    r"college|etudes|bac|recherche\w*|cv|lettre|chomage|clich\w*|prejug\w*)"
    r"|(?:dying|dead)\s+(?:to\s+(?:know|learn|try)|laughing|tired)|(?:job|homework|work)\s+is\s+killing"
)
"""Everyday phrases that only look like distress; removed from the text first."""

DISTRESS = re.compile(
    r"suicid|\b3114\b|me\s+tuer\b|\bme\s+pendre\b|m'?ouvrir\s+les\s+veines|scarifi|m'?automutil"
    r"|automutilation|\bje\s+me\s+(?:coupe|mutile|brule|frappe|blesse)\b|me\s+couper\s+(?:les\s+)?"
    r"(?:veines|bras|poignets?)\b"
    r"|(?:envie|envi|voudrai\w*|veux|veut|veu|vais|prefere\w*|aimerai\w*|pense\w*\s+a|pense\w*|idees?)\s+"
    r"(?:\w+\s+){0,3}?(?:de\s+|d')?(?:mourir|mourrir|crever|disparaitre|plus\s+(?:exister|vivre|etre\s+la)|en\s+finir|"
    r"me\s+tuer|me\s+faire\s+(?:du\s+)?mal|sauter\s+(?:par|du|d'un|sous|dans))"
    r"|(?:j'?|g|jai|jen\s+ai)\s*(?:ai\s+)?(?:plus\s+)?(?:envie|envi)\s+de\s+(?:rien\s+)?(?:vivre|mourir|crever)"
    r"|plus\s+(?:du\s+tout\s+)?(?:envie|gout|raison|force)\s+(?:de|a|d')\s*(?:la\s+)?(?:vivre|vie|continuer\s+a\s+vivre)"
    r"|en\s+finir\b|mettre\s+fin\s+a\s+(?:mes\s+jours|ma\s+vie|tout)|idees?\s+(?:noires?|sombres?|suicid)"
    r"|(?:vie|vivre)\s+(?:ne\s+|n'\s*)?(?:vaut|vau|sert)\s+(?:plus|pas|rien|a\s+rien)|a\s+quoi\s+(?:bon|ca\s+sert\s+de)\s+vivre"
    r"|(?:serai\w*|serait|seraient|sera)\s+mieux\s+(?:mort|sans\s+moi|si\s+je\s+(?:n'etais|n'existais|mourr|disparais))"
    r"|mieux\s+sans\s+moi|mieux\s+(?:si\s+j'?etais|etre)\s+mort|veux\s+(?:etre\s+)?mort\b|j'?aimerais\s+etre\s+mort"
    r"|(?:me|m'?|nous|le|la|l'|lui|mon\s+\w+|ma\s+\w+|moi)\s*(?:fai[ts]\s+|font\s+|suis\s+fait\s+|sens\s+|est\s+|a\s+|ont\s+)?"
    r"\s*(?:harcel)|\bharcel\w*\s+(?:au|a\s+l|en|dans|sur|par|tous|depuis|chaque)\b.{0,40}\b(?:college|lycee|ecole|classe|cour|insta\w*|snap\w*|tiktok|eleves?|jours?)"
    r"|(?:victime|subis?|suis)\s+(?:de\s+|d'un\s+|du\s+)?(?:\w+\s+)?(?:cyber)?-?harcel"
    r"|harcelement\s+(?:scolaire|moral|sexuel)\b|cyber-?harcel"
    r"|(?:me|m'|on\s+m'?|il\s+m'?|elle\s+m'?|ils\s+m'?)\s*(?:a\s+|ont\s+)?(?:frappe|tape|bat\b|battent|cogne|viole|touche\s+(?:la|mes|mon|sans)|"
    r"menace|rackette|insultent?\s+(?:tous|chaque|au)|insulte\s+tous|abuse|agresse|force\s+a\s+(?:coucher|faire))"
    r"|\b(?:pere|mere|beau-?pere|belle-?mere|parents?|oncle|frere|copain|mec|prof|patron|tuteur)\s+(?:\w+\s+){0,2}?(?:me|m')\s*(?:a\s+)?"
    r"(?:frappe|tape|bat\b|viole|touche|menace|insulte|enferme|agresse)"
    r"|j'?ai\s+ete\s+(?:viole|agresse|abuse|frappe|harcele)|attouchement|subi\s+(?:un\s+)?viol|victime\s+(?:de\s+viol|d'?inceste|de\s+violences?)"
    r"|(?:suis|me\s+sens)\s+en\s+danger|peur\s+de\s+(?:rentrer\s+(?:chez|a\s+la)|mon\s+pere|ma\s+mere|mes\s+parents|mon\s+copain|mon\s+mari|aller\s+(?:au\s+college|a\s+l'ecole|au\s+lycee))"
    r"|(?:avaler|prendre)\s+(?:tous\s+(?:les|mes|des)|plein\s+de|une\s+boite\s+de)\s*(?:medoc\w*|medicaments?|cachets?)|pris\s+(?:plein\s+de|trop\s+de|des)\s+(?:medoc\w*|cachets|medicaments)\s+pour"
    r"|(?:sauter|jeter)\s+(?:par\s+la\s+fenetre|du\s+(?:pont|toit|balcon)|d'un\s+pont|sous\s+(?:un|le|l)\s*(?:train|metro|rer))"
    r"|personne\s+ne\s+m'?aime|tout\s+le\s+monde\s+me\s+deteste|(?:suis|sens)\s+(?:tout\s+)?seule?\s+au\s+monde"
    r"|(?:j'?en\s+peux|peux|en\s+peut|jen\s+peu)\s+(?:vraiment\s+)?plus\s+de\s+(?:la\s+vie|vivre|cette\s+vie|ma\s+vie)|marre\s+de\s+(?:la\s+vie|vivre|ma\s+vie)|deteste\s+ma\s+vie"
    r"|je\s+me\s+(?:deteste|hais|degoute)|(?:fugue[rs]?|fuguer|fugué)\b.{0,20}\b(?:maison|chez)|(?:veux|vais|envie\s+de)\s+fuguer"
    r"|(?:want|wanna|going)\s+(?:to\s+)?(?:die|kill\s+myself|end\s+(?:it|my\s+life)|hurt\s+myself|disappear\s+forever)|kill\s+myself|self[\s-]?harm|suicidal"
    r"|(?:being|am|get|getting)\s+(?:bullied|harassed|beaten|abused|raped)|(?:bully|bullies|hits?|beats?|hurts?|abuses?|raped?)\s+me\b|no\s+reason\s+to\s+live|don'?t\s+want\s+to\s+(?:live|be\s+alive)"
)
"""Calls for help, their own or a friend's, in French (also SMS spelling) and English."""

INJECTION = re.compile(
    r"(?:ignore[rz]?|oublie[rz]?|neglige[rz]?|contourne[rz]?|desactive[rz]?|annule[rz]?|passe[rz]?\s+outre|ne\s+(?:tiens|tenez)\s+(?:pas|plus)\s+compte)"
    r"\s+(?:\w+\s+){0,4}?(?:instructions?|consignes?|regles?|prompts?|directives?|filtres?|tout\s+ce\s+qui\s+precede|precedent\w*|sources?)"
    r"|(?:ignore|forget|disregard|override|bypass)\s+(?:\w+\s+){0,4}?(?:instructions?|rules?|prompts?|guidelines|previous|above)"
    r"|(?:montre|affiche|donne|revele|repete|recopie|imprime|ecris|cite|dis|quel\w*\s+(?:est|sont))\w*(?:-moi)?\s+(?:\w+\s+){0,3}?"
    r"(?:prompt|(?:instructions?|consignes?|message|directives?|regles?)\s+(?:systeme|initiale?s?|cachee?s?|secrete?s?|internes?|de\s+depart))"
    r"|(?:show|print|reveal|repeat|tell|give|what(?:'s|\s+is|\s+are))\s+(?:\w+\s+){0,3}?(?:system\s+prompt|your\s+(?:prompt|instructions|rules))|system\s*prompt|prompt\s+systeme"
    r"|(?:tu\s+es|vous\s+etes|you\s+are|agis|comporte-toi|act|pretend|fais\s+comme\s+si|joue\s+le\s+role|fais\s+semblant|imagine\s+que\s+tu\s+es|reponds\s+comme)\s+"
    r"(?:(?:maintenant|desormais|now|comme|as|d'|de|que|to\s+be|tu|etais|vous|es|etes|un|une|a|an|le|la|the)\s*)*"
    r"(?:pirate|dan\b|hacker|chatgpt|gpt|administrat\w+|admin|root|developpeur\s+mode|mode\s+dev\w*|jailbreak\w*|autre\s+(?:ia|assistant|personnage|bot)|medecin|avocat|president|chat\b|robot\s+mechant|without\s+(?:rules|limits)|sans\s+(?:limites?|regles?|filtres?|restrictions?))"
    r"|jailbreak|\bdan\s+mode|mode\s+(?:developpeur|debug|admin|god)\b|developer\s+mode|<\s*/?\s*(?:system|script|im_start|inst)|<\|im_|\[/?inst\]|###\s*(?:system|instruction)|^\s*(?:system|systeme|assistant)\s*:"
    r"|(?:reponds?|parle|ecris|repondez|answer|reply|respond|speak)\s+(?:\w+\s+){0,2}?(?:uniquement\s+|only\s+|desormais\s+)?(?:en\s+anglais|in\s+english|en\s+espagnol|en\s+chinois|en\s+base64|en\s+morse)"
)
"""Attempts to change the rules. The answer never obeys; this only picks the reply."""

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
PHONE = re.compile(r"(?<!\d)(?:\+33\s?|0)[1-9](?:[\s.-]?\d{2}){4}(?!\d)")
SOCIAL_NUMBER = re.compile(r"(?<!\d)[12]\s?\d{2}\s?[01]\d\s?\d{2}\s?\d{3}\s?\d{3}(?:\s?\d{2})?(?!\d)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){4,7}\b")
ADDRESS = re.compile(r"\b\d{1,4}\s*(?:bis|ter)?,?\s+(?:rue|avenue|boulevard|impasse|allee|place|chemin)\s", re.I)
NAME = re.compile(r"\b(?:je\s+m'?appelle|mon\s+nom\s+(?:est|c'est)|my\s+name\s+is|moi\s+c'?est)\s+\w+")

INSULT = re.compile(
    r"\b(?:connard|connasse|conne?\b|encule\w*|batard\w*|salope|pute|fdp|ntm|tg\b|ta\s+gueule|nique|abruti\w*|"
    r"debile|cretin\w*|idiote?|merde|bouffon\w*|nul\s+a\s+chier|fuck\w*|stupid|idiot|bitch|asshole|va\s+te\s+faire)"
)


def is_distress(text: str) -> bool:
    """Tell whether the message is a call for help, look-alikes set aside."""
    folded = re.sub(r"\s+", " ", fold(text))
    return bool(DISTRESS.search(LOOK_ALIKES.sub(" … ", folded)))


def is_injection(text: str) -> bool:
    """Tell whether the message tries to change the rules or see the instructions."""
    return bool(INJECTION.search(re.sub(r"\s+", " ", fold(text))))


def is_insult(text: str) -> bool:
    """Tell whether the message insults."""
    return bool(INSULT.search(fold(text)))


def has_personal_data(text: str) -> bool:
    """Tell whether the message holds an address, number or name that should not be typed here."""
    if any(p.search(text) for p in (EMAIL, PHONE, SOCIAL_NUMBER, IBAN)):
        return True
    folded = fold(text)
    return bool(ADDRESS.search(folded) or NAME.search(folded))


def mask_personal_data(text: str) -> str:
    """Replace addresses and numbers by "[…]" so that neither search nor model sees them."""
    for pattern in (EMAIL, IBAN, SOCIAL_NUMBER, PHONE):
        text = pattern.sub("[…]", text)
    return text
