"""What /openapi.json says about the bodies and events, and the fixed lists of the feedback."""

from __future__ import annotations

from typing import Any

from bot.limits import MAX_TURN_TEXT
from bot.types import MAX_QUESTION, MAX_TURNS

THUMBS = ("up", "down")
REASONS = {
    "faux": "L’information me semble fausse",
    "incomplet": "Il manque quelque chose",
    "hors-sujet": "Ce n’est pas ma question",
    "pas-clair": "C’est difficile à comprendre",
    "sources": "Les sources ne disent pas cela",
}
"""Reason id -> the words that visitors choose."""

ERROR: dict[str, Any] = {
    "description": "Une phrase en français qui dit ce qui s’est passé et quoi faire",
    "content": {
        "application/json": {
            "schema": {"type": "object", "properties": {"erreur": {"type": "string"}}}
        }
    },
}
TURN: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["role", "text"],
    "properties": {
        "role": {"enum": ["user", "assistant"]},
        "text": {"type": "string", "description": f"Coupé à {MAX_TURN_TEXT} caractères"},
    },
}
CHAT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["question"],
                    "properties": {
                        "question": {"type": "string", "maxLength": MAX_QUESTION},
                        "turns": {"type": "array", "maxItems": MAX_TURNS, "items": TURN},
                    },
                }
            }
        },
    },
    "responses": {
        "200": {
            "description": (
                "Événements « text » (le texte entier jusqu’ici), puis un événement « answer » "
                "(la réponse avec ses sources), ou un événement « erreur »"
            ),
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **{code: ERROR for code in ("400", "403", "413", "415", "422", "429", "503")},
    },
}
FEEDBACK: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["thumb"],
                    "properties": {
                        "thumb": {"enum": list(THUMBS)},
                        "reason": {"enum": list(REASONS)},
                    },
                }
            }
        },
    },
    "responses": {code: ERROR for code in ("400", "403", "413", "415", "422", "429")},
}
