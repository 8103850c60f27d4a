"""The composition root: everything real is made here, and nowhere else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from rag.ask import Desk
from rag.brief import BriefDesk
from rag.calibrated import calibration_for
from rag.catalogue import Catalogue
from rag.deliver.desk import DeliverDesk
from rag.embedding import Embedder
from rag.errors import MissingPackage, StorageError
from rag.index import Index
from rag.lexical import Lexical
from rag.library.uses import Library
from rag.llm import Model
from rag.lock import owned
from rag.prompting import Prompts
from rag.retrieve import Retriever
from rag.vectors import Vectors

if TYPE_CHECKING:
    from rag.config import Settings


@asynccontextmanager
async def open_catalogue(settings: Settings) -> AsyncIterator[Catalogue]:
    """Open the catalogue alone, beside whoever owns the data folder: for what is no matter of the indexes.

    Raises StorageError.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"The data folder {settings.data_dir} cannot be made ({error.strerror}).",
            hint="Name another with PAPERBRIEF_DATA_DIR or --data-dir.",
        ) from error
    catalogue = await asyncio.to_thread(Catalogue.open, settings.database_url)
    try:
        yield catalogue
    finally:
        await asyncio.to_thread(catalogue.close)


@asynccontextmanager
async def open_deliveries(settings: Settings) -> AsyncIterator[DeliverDesk]:
    """Open what delivery works with, beside whoever owns the data folder: it needs no index. Raises StorageError."""
    async with open_catalogue(settings) as catalogue:
        yield await asyncio.to_thread(DeliverDesk.of, settings, catalogue)


@asynccontextmanager
async def open_library(settings: Settings, *, embedder: Embedder | None = None) -> AsyncIterator[Library]:
    """Open the library of the data folder that the settings name, and own the folder until it is closed.

    `embedder` takes the place of the one that the settings name. Raises FolderInUse, StorageError, IndexMismatch,
    ModelFileError, MissingPackage or EmbeddingServerError, each a sentence that says what to do.
    """
    async with AsyncExitStack() as stack:
        took = _Took()
        stack.enter_context(owned(settings.data_dir))
        embedder = embedder or await _embedder(settings, stack)
        took.part("embedding")
        catalogue = await asyncio.to_thread(Catalogue.open, settings.database_url)
        stack.callback(catalogue.close)
        took.part("catalogue")
        where = settings.chroma_url or settings.data_dir / "chroma"
        vectors = await asyncio.to_thread(Vectors.open, where, identity=embedder.identity)
        stack.callback(vectors.close)
        took.part("vectors")
        lexical = await asyncio.to_thread(Lexical.open, settings.data_dir / "lexical")
        stack.callback(lexical.close)
        took.part("lexical")
        index = Index(catalogue, vectors, lexical, dimension=embedder.dimension)
        retriever = Retriever(catalogue, index, lexical, embedder)
        model, prompts = _model(settings, catalogue, stack)
        calibration = calibration_for(settings, embedder.identity)
        desk = Desk(retriever, catalogue, embedder, model, prompts, settings.mode, calibration)
        briefing = BriefDesk(catalogue, retriever, embedder, model, prompts, settings.mode)
        yield Library(catalogue, vectors, lexical, index, embedder, retriever, desk, briefing, opening=took.seconds)


class _Took:
    """Seconds of what is done one after another, by part, in the order in which it was done."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def part(self, name: str) -> None:
        """All since the last part was this one."""
        now = time.perf_counter()
        self.seconds[name] = round(now - self._since, 3)
        self._since = now


def _model(settings: Settings, catalogue: Catalogue, stack: AsyncExitStack) -> tuple[Model | None, Prompts | None]:
    """The language model and its prompts, where one is set; nothing is sent before a question is asked."""
    if settings.model is None:
        return None, None
    import prompts
    from rag.compose.reply import FORMS
    from rag.llm.budget import Budgeted
    from rag.llm.server import OpenAIModel

    key = settings.model_api_key
    model = OpenAIModel(
        settings.model_base_url,
        key.get_secret_value() if key else None,
        settings.model,
        structured=settings.model_structured,
    )
    stack.push_async_callback(model.aclose)
    return Budgeted(model, catalogue, settings.daily_tokens), Prompts.read(prompts.files(), FORMS)


async def _embedder(settings: Settings, stack: AsyncExitStack) -> Embedder:
    kind, _, name = settings.embedding.partition(":")
    if kind == "openai":
        from rag.embedding.server import ServerEmbedder

        key = settings.embedding_api_key
        server = await ServerEmbedder.open(
            base_url=settings.embedding_base_url, api_key=key.get_secret_value() if key else None, model=name
        )
        stack.push_async_callback(server.aclose)
        return server
    if kind == "llamaindex":
        from rag.llamaindex import open_embedder

        return await open_embedder(name)
    try:
        from rag.embedding.builtin import BuiltinEmbedder

        return await asyncio.to_thread(BuiltinEmbedder, settings.cache_dir, threads=settings.threads)
    except ModuleNotFoundError as error:
        raise MissingPackage(
            f"The built-in embedding model needs the package {error.name}.", hint=f"Install {error.name}."
        ) from error
