"""Finds passages of the knowledge base that belong to a question."""

from qdrant_client import QdrantClient
from qdrant_client.models import FieldCondition, Filter, MatchAny
from sentence_transformers import SentenceTransformer

from app.settings import SETTINGS

COLLECTION = "it-articles"

# Pinned to a revision, so that the vectors of yesterday fit the questions of today.
embedder = SentenceTransformer(
    "BAAI/bge-small-en-v1.5",
    revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
)
store = QdrantClient(url=SETTINGS.qdrant_url)


def passages(question: str, sites: list[str], limit: int = 4) -> list[dict]:
    """The passages nearest to the question, among those that the asker's sites may read.

    The filter is part of the query to the store: what a site may not read never leaves it.
    """
    vector = embedder.encode(question, normalize_embeddings=True).tolist()
    allowed = Filter(must=[FieldCondition(key="site", match=MatchAny(any=sites))])
    found = store.query_points(
        collection_name=COLLECTION,
        query=vector,
        query_filter=allowed,
        limit=limit,
    )
    return [point.payload for point in found.points]
