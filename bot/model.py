"""Open the language model that CAP_LLM names: none, local, a GGUF file or provider:model.

The gate to LangChain's chat models: whatever a provider raises leaves here as ModelError, in
French. Does not know prompts, passages or roles. Models are imported when one is opened.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.engine import READ_TIMEOUT_S, SILENT, Engine, Message
from bot.local_model import LocalModel
from bot.settings import Settings
from bot.weights import QWEN, ensure_weights
from corpus.errors import CapError, ModelError, SettingsError

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

ANSWER_TOKENS = 220
"""An answer has at most 120 words, of 1.62 tokens each on our 44 sheets, and its marks [n]."""
PROVIDER_TIMEOUT_S = 30.0

STATUS_SENTENCES = {
    401: "Le fournisseur du modèle de langue refuse la clé d’accès.",
    402: "Le crédit chez le fournisseur du modèle de langue est épuisé.",
    403: "Le fournisseur du modèle de langue refuse la clé d’accès.",
    404: "Le fournisseur ne connaît pas le modèle de langue demandé dans CAP_LLM.",
    429: "Le modèle de langue est trop sollicité ; réessayez dans un instant.",
}

ROLES = {"human": "user", "ai": "assistant"}
"""LangChain's message types under the names of the OpenAI protocol; "system" has the same."""


class ChatModel(Protocol):
    """What the chain needs of a language model."""

    name: str

    @property
    def problem(self) -> str:
        """Why the model cannot answer while it is not ready, in French."""

    def ready(self, timeout: float = 0.0) -> bool:
        """Say whether the model can answer, waiting for it up to `timeout` seconds."""

    def stream(self, messages: Sequence[BaseMessage], prefix_key: str = "") -> Iterator[str]:
        """Yield the answer as it is written. Raises ModelError.

        The last message is the visitor's question. `prefix_key` says that the messages before it
        are worth keeping computed, and names them: a role, say. Without it nothing is kept.
        """

    def close(self) -> None:
        """Release what the model holds."""


class LocalChat:
    """The embedded model behind LangChain's OpenAI client."""

    def __init__(self, process: LocalModel, name: str) -> None:
        """Talk to a supervised process, which this object now owns."""
        import httpx

        self.name = name
        self.process = process
        # A proxy set in the environment must not see loopback requests.
        self._http = httpx.Client(trust_env=False, verify=False)

    @property
    def problem(self) -> str:
        """Why the model is not ready, in French."""
        return self.process.problem

    def ready(self, timeout: float = 0.0) -> bool:
        """Say whether the process can answer, waiting for it up to `timeout` seconds."""
        return self.process.ready(timeout)

    def stream(self, messages: Sequence[BaseMessage], prefix_key: str = "") -> Iterator[str]:
        """Yield the answer as it is written. Raises ModelError."""
        engine = self.process.engine
        with engine.slot(prefix_key, _stable_part(messages)) as slot, _mapped():
            chat = _loopback_chat(engine, self._http)
            yield from _texts(chat.stream(list(messages), extra_body={"id_slot": slot}))

    def close(self) -> None:
        """Stop the process."""
        self.process.close()
        self._http.close()


class ProviderChat:
    """A model served by somebody else, through the provider's LangChain package."""

    problem = ""

    def __init__(self, chat: BaseChatModel, name: str) -> None:
        """Talk to an opened LangChain model."""
        self.name = name
        self._chat = chat

    def ready(self, timeout: float = 0.0) -> bool:
        """A provider is always deemed ready; `stream` tells otherwise."""
        return True

    def stream(self, messages: Sequence[BaseMessage], prefix_key: str = "") -> Iterator[str]:
        """Yield the answer as it is written. Raises ModelError."""
        with _mapped():
            yield from _texts(self._chat.stream(list(messages)))

    def close(self) -> None:
        """Nothing is held between two answers."""


def open_model(settings: Settings) -> ChatModel | None:
    """Open the model of CAP_LLM, or return None for "none". Raises SettingsError.

    The local model starts in the background: `ready` says when it can answer, `problem` why not.
    """
    if settings.llm == "none":
        return None
    if settings.llm == "local" or settings.llm.endswith(".gguf"):
        return open_local(settings, settings.data / "states")
    provider, _, model = settings.llm.partition(":")
    return ProviderChat(_open_provider(provider, model), settings.llm)


def open_local(settings: Settings, states: Path) -> LocalChat:
    """Start the embedded model, with the file of CAP_LLM if it names one, else with Qwen."""
    if settings.llm.endswith(".gguf"):
        path = Path(settings.llm)
        process, name = LocalModel(lambda: path, states), path.stem
    else:
        process = LocalModel(partial(ensure_weights, settings.data), states)
        name = Path(QWEN.file_name).stem
    process.start()
    return LocalChat(process, name)


def _stable_part(messages: Sequence[BaseMessage]) -> list[Message]:
    """Return what comes before the visitor's question, under the OpenAI protocol's names."""
    return [{"role": ROLES.get(m.type, m.type), "content": m.text} for m in messages[:-1]]


def _loopback_chat(engine: Engine, client: httpx.Client) -> BaseChatModel:
    """Open LangChain's OpenAI client on the living child; a restart changes address and key."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        base_url=f"{engine.url}/v1",
        api_key=SecretStr(engine.key),
        model="local",
        temperature=0,
        max_completion_tokens=ANSWER_TOKENS,
        timeout=READ_TIMEOUT_S,
        max_retries=0,
        openai_proxy="",
        http_client=client,
    )


def _open_provider(provider: str, model: str) -> BaseChatModel:
    """Open `provider:model`; say in French which package or key is missing."""
    from langchain.chat_models import init_chat_model

    # Ollama alone has its own name for the length of an answer.
    limit = "num_predict" if provider == "ollama" else "max_tokens"
    options: dict[str, Any] = {"temperature": 0, limit: ANSWER_TOKENS}
    options |= {"timeout": PROVIDER_TIMEOUT_S, "max_retries": 1}
    try:
        chat: BaseChatModel = init_chat_model(model, model_provider=provider, **options)
    except ImportError as exc:
        module = getattr(exc.__cause__, "name", None) or f"langchain_{provider}"
        package = module.partition(".")[0].replace("_", "-")
        raise SettingsError(
            f"CAP_LLM désigne le fournisseur « {provider} », qui demande un paquet de plus. "
            f"Lancez « pip install {package} »."
        ) from exc
    except Exception as exc:  # each provider's package has its own errors
        raise SettingsError(_refusal(provider, str(exc))) from exc
    for field, variable in chat.lc_secrets.items():
        if field.endswith("api_key") and not getattr(chat, field, None):
            raise SettingsError(_refusal(provider, variable))
    return chat


def _refusal(provider: str, detail: str) -> str:
    """Say what a provider lacks: its key if `detail` names one, else say it is unknown."""
    key = re.search(r"[A-Z][A-Z0-9_]*_API_KEY", detail)
    if key:
        return (
            f"CAP_LLM désigne le fournisseur « {provider} », mais sa clé manque : "
            f"donnez-la dans la variable d’environnement {key.group()}."
        )
    return (
        f"CAP_LLM désigne « {provider} », qui n’a pas pu être ouvert : ce fournisseur est inconnu "
        "de LangChain ou ses réglages sont incomplets."
    )


def _texts(chunks: Iterator[Any]) -> Iterator[str]:
    """Give the text of each piece of an answer; some pieces carry none."""
    return (str(chunk.text) for chunk in chunks if chunk.text)


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    """Turn whatever a model's client raises into ModelError."""
    try:
        yield
    except CapError:
        raise
    except Exception as exc:  # each provider's package has its own errors
        response = getattr(exc, "response", None)
        status = getattr(exc, "status_code", None) or getattr(response, "status_code", None)
        raise ModelError(STATUS_SENTENCES.get(status or 0, SILENT)) from exc
