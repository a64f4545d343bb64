"""The fixed French texts: greeting, refusals, clarifications, help lines. Written by people.

No figure nor fact about a job stands here. The help lines and their hours come from the ministry
in charge of solidarity (solidarites.gouv.fr, November 2025), 3114.fr and enfance.gouv.fr.
"""

from __future__ import annotations

GREET = (
    "Bonjour ! Je suis Cap E-commerce, un assistant automatique : je réponds sur les métiers de "
    "la vente en ligne, à partir de sources que vous pouvez vérifier. Quel métier vous intéresse ?"
)
THANKS = "Avec plaisir ! Une autre question sur un métier de l’e-commerce ?"
ABOUT = (
    "Je suis un assistant automatique, pas une personne. Je réponds en français sur les métiers "
    "de l’e-commerce : missions, études, salaire, débouchés. Chaque réponse cite ses sources ; "
    "je peux me tromper, alors vérifiez-les. Je ne garde rien de vos questions."
)
COMPLAINT = (
    "Je suis désolé que la réponse ne convienne pas. Essayez de nommer le métier et ce que vous "
    "voulez savoir : missions, études, salaire, débouchés…"
)
OFF_TOPIC = "Je réponds seulement sur les métiers de l’e-commerce. {next}"
OFF_TOPIC_NEXT = "Dites-moi plutôt quel métier ou quelle activité vous attire, et je vous aide."
NOT_IN_BASE = "Je n’ai pas cette information dans mes sources. {next}"
NOT_IN_BASE_NEXT = (
    "Essayez avec le nom d’un métier, ou parlez-en à un ou une psychologue de l’Éducation "
    "nationale, dans votre établissement ou au centre d’information et d’orientation (CIO)."
)
PERSONAL_CHOICE = (
    "Ce choix vous appartient ; je ne peux ni décider à votre place, ni prédire une admission, ni "
    "classer des écoles. Je peux vous décrire un métier, ses études et ses débouchés, ou en "
    "comparer plusieurs. Pour en parler avec quelqu’un : {human}."
)
HUMAN = (
    "votre professeur principal ou professeure principale, un ou une psychologue de l’Éducation "
    "nationale, ou un conseiller ou une conseillère en évolution professionnelle"
)
INJECTION = (
    "Je garde mes règles : je réponds en français, sur les métiers de l’e-commerce, à partir de "
    "mes sources. Quel métier vous intéresse ?"
)
INSULT = "Restons courtois : je suis là pour aider. Quel métier de l’e-commerce vous intéresse ?"
PERSONAL_DATA = (
    "Pensez à ne pas écrire ici de nom, d’adresse ou de numéro : je n’en ai pas besoin et je ne "
    "garde rien."
)
CLARIFY_WHICH = "De quel métier parlez-vous ? Choisissez, ou donnez son nom."
CLARIFY_ROLE = "Pour vous répondre juste, il me faut le nom du métier. Lequel vous intéresse ?"
CLARIFY_TASTES = (
    "Pour vous proposer des pistes, dites-moi ce que vous aimez faire (dessiner, écrire, compter, "
    "parler avec les gens, organiser, coder…), vos matières préférées ou votre niveau d’études."
)
NO_SOURCES = "Je n’ai pas encore donné de réponse sourcée dans cette conversation."
DISTRESS = """\
Ce que vous vivez compte, et vous n’êtes pas seul ou seule. Des personnes formées peuvent vous \
écouter tout de suite, gratuitement.

- **Idées noires, envie de mourir** : [3114](tel:3114), jour et nuit.
- **Harcèlement, violences en ligne** : [3018](tel:3018), tous les jours de 9 h à 23 h.
- **Enfant ou jeune en danger** : [119](tel:119), jour et nuit.
- **Danger immédiat** : [15](tel:15) ou [112](tel:112) ; par SMS au [114](sms:114) si vous ne \
pouvez pas parler ou entendre.

Parlez-en aussi à un adulte de confiance. Numéros et horaires vérifiés en novembre 2025."""

EXAMPLES = (
    "Que fait un ou une responsable e-commerce ?",
    "Quelles études pour devenir web designer ?",
    "Combien gagne un ou une responsable trafic ?",
    "J’aime le dessin et l’informatique : quels métiers ?",
)
"""Example questions of the welcome screen and of refusals."""
