"""Reads the knowledge base and fills the vector store."""

import re
import uuid

from langchain_community.document_loaders import DirectoryLoader, TextLoader
from qdrant_client.models import Distance, PointStruct, VectorParams

from app.retrieval import COLLECTION, embedder, store

HEAD = re.compile(r"\A---\narticle: (?P<article>\S+)\nsite: (?P<site>\S+)\n---\n", re.MULTILINE)


def main() -> None:
    """Makes the collection anew, so that a deleted article is gone from it too."""
    if store.collection_exists(COLLECTION):
        store.delete_collection(COLLECTION)
    store.create_collection(
        collection_name=COLLECTION,
        vectors_config=VectorParams(
            size=embedder.get_sentence_embedding_dimension(),
            distance=Distance.COSINE,
        ),
    )
    points = []
    for document in DirectoryLoader("knowledge", glob="*.md", loader_cls=TextLoader).load():
        head = HEAD.match(document.page_content)
        if head is None:
            raise ValueError(f"{document.metadata['source']}: no article and site at its head")
        text = document.page_content[head.end() :].strip()
        points.append(
            PointStruct(
                id=str(uuid.uuid5(uuid.NAMESPACE_URL, head["article"])),
                vector=embedder.encode(text, normalize_embeddings=True).tolist(),
                payload={"article": head["article"], "site": head["site"], "text": text},
            )
        )
    store.upsert(collection_name=COLLECTION, points=points)
    print(f"{len(points)} articles")


if __name__ == "__main__":
    main()
