"""The index as a LangChain retriever, so that it plugs into any chain, callback or tracer."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.search import Searcher
from index.types import Hit, SearchMode


class PassageRetriever(BaseRetriever):
    """Returns passages as Documents; `metadata["hit"]` is the Hit with its raw scores.

    `count` passages by default, another number if the call gives one.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    searcher: Searcher
    count: int = 12
    depth: int = 30

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        documents: Sequence[str] = (),
        mode: SearchMode = "both",
        count: int = 0,
    ) -> list[Document]:
        wanted = count or self.count
        depth = max(wanted, self.depth)
        hits = self.searcher.search(query, wanted, mode, documents, depth)
        return [_document(hit) for hit in hits]


def _document(hit: Hit) -> Document:
    passage = hit.passage
    return Document(
        page_content=passage.text,
        id=passage.id,
        metadata={"hit": hit, "document": passage.document, "section": passage.section},
    )
