"""The language model's gate: which model CAP_LLM opens, and how failures read in French."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage

from bot.local_model import LocalModel
from bot.model import LocalChat, ProviderChat, open_model
from bot.settings import Settings
from corpus.errors import ModelError, SettingsError


def settings(tmp_path: Path, llm: str) -> Settings:
    """Return settings that name this model."""
    return Settings(data=tmp_path, llm=llm)


class TestOpening:
    """CAP_LLM names the model."""

    def test_none_is_no_model(self, tmp_path: Path) -> None:
        """The product then answers with extracts."""
        assert open_model(settings(tmp_path, "none")) is None

    @pytest.mark.parametrize(
        ("llm", "name"),
        [("local", "qwen2.5-coder-1.5b-instruct-q4_k_m"), ("/models/mien.gguf", "mien")],
    )
    def test_a_local_model_starts_in_the_background(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, llm: str, name: str
    ) -> None:
        """Opening starts it and returns; it is not ready yet and says so in French."""
        started: list[LocalModel] = []
        monkeypatch.setattr(LocalModel, "start", lambda model: started.append(model))
        chat = open_model(settings(tmp_path, llm))
        assert isinstance(chat, LocalChat)
        assert (chat.name, started) == (name, [chat.process])
        assert not chat.ready()
        assert "démarre" in chat.problem
        with pytest.raises(ModelError, match="démarre"):
            next(chat.stream([HumanMessage("Bonjour")]))

    def test_a_provider_is_opened_by_langchain(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The provider's own variable holds the key; no request is made."""
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        chat = open_model(settings(tmp_path, "openai:gpt-4.1-mini"))
        assert isinstance(chat, ProviderChat)
        assert chat.name == "openai:gpt-4.1-mini"
        assert chat.ready()

    @pytest.mark.parametrize(
        ("llm", "expected"),
        [
            ("groq:llama", "pip install langchain-groq"),
            ("inconnu:modele", "inconnu de LangChain"),
            ("openai:gpt-4.1-mini", "OPENAI_API_KEY"),
        ],
    )
    def test_what_a_provider_lacks_is_said_in_french(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, llm: str, expected: str
    ) -> None:
        """A package, a key, or the provider itself."""
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        with pytest.raises(SettingsError, match="CAP_LLM désigne") as caught:
            open_model(settings(tmp_path, llm))
        assert expected in str(caught.value)

    def test_a_provider_that_opens_without_its_key_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Some packages open all the same and fail at the first question."""

        class Keyless(GenericFakeChatModel):
            mistral_api_key: str = ""

            @property
            def lc_secrets(self) -> dict[str, str]:
                return {"mistral_api_key": "MISTRAL_API_KEY"}

        opened = Keyless(messages=iter([]))
        monkeypatch.setattr("langchain.chat_models.init_chat_model", lambda *a, **k: opened)
        with pytest.raises(SettingsError, match="MISTRAL_API_KEY"):
            open_model(settings(tmp_path, "mistralai:mistral-small-latest"))


class TestProvider:
    """Whatever a provider does, callers see words or ModelError."""

    def test_words_are_streamed(self) -> None:
        """Pieces come one by one."""
        fake = GenericFakeChatModel(messages=iter([AIMessage("Bonjour à tous")]))
        pieces = list(ProviderChat(fake, "fake").stream([HumanMessage("Bonjour")]))
        assert "".join(pieces) == "Bonjour à tous"
        assert len(pieces) > 1

    @pytest.mark.parametrize(
        ("status", "expected"),
        [(401, "refuse la clé"), (404, "ne connaît pas"), (429, "trop sollicité"),
         (500, "ne répond pas"), (None, "ne répond pas")],
    )  # fmt: skip
    def test_errors_are_mapped_once(self, status: int | None, expected: str) -> None:
        """The sentence is French, the provider's own error stays as cause."""

        class ProviderError(Exception):
            status_code = status

        def failing() -> Iterator[AIMessage]:
            raise ProviderError("Internal trace")
            yield AIMessage("")

        fake = GenericFakeChatModel(messages=failing())
        with pytest.raises(ModelError, match=expected) as caught:
            list(ProviderChat(fake, "fake").stream([HumanMessage("Bonjour")]))
        assert isinstance(caught.value.__cause__, ProviderError)
        assert "trace" not in str(caught.value)
