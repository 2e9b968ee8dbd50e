//! Vector stores of Java and C# by how their libraries call them: a word for the product and an
//! ending that says store, as in `AddQdrantVectorStore` or `PgVectorEmbeddingStore`. Clients of a
//! product that have no such ending are listed with the package that must bring them.

use super::Source;

/// What stands before the product in a method of C#.
const STARTS: [&str; 4] = ["AddKeyed", "Add", "With", "Use"];

/// What stands after it.
const ENDS: [&str; 15] = [
    "AsMemoryDb",
    "MemoryDb",
    "MemoryStore",
    "VectorStore",
    "VectorDb",
    "EmbeddingStore",
    "VectorStoreRecordCollection",
    "VectorStoreCollection",
    "VectorizableTextCollection",
    "DocumentStore",
    "VectorizedSearch",
    "VectorDatabase",
    "ContentRetriever",
    "VectorStoreConfig",
    "EmbeddingStoreConfig",
];

/// Words for products, as class names write them.
const PRODUCTS: [(&str, &str); 47] = [
    ("AzureAISearch", "azure-ai-search"),
    ("AzureAiSearch", "azure-ai-search"),
    ("AzureCognitiveSearch", "azure-ai-search"),
    ("AzureSearch", "azure-ai-search"),
    ("Azure", "azure-ai-search"),
    ("Qdrant", "qdrant"),
    ("Postgres", "pgvector"),
    ("PgVector", "pgvector"),
    ("Pgvector", "pgvector"),
    ("SqlServer", "sqlserver"),
    ("Simple", "in-memory"),
    ("SimpleVectorDb", "in-memory"),
    ("InMemory", "in-memory"),
    ("Volatile", "in-memory"),
    ("Redis", "redis"),
    ("RedisJson", "redis"),
    ("RedisHashSet", "redis"),
    ("Elasticsearch", "elasticsearch"),
    ("OpenSearch", "opensearch"),
    ("MongoDB", "mongodb-atlas"),
    ("MongoDb", "mongodb-atlas"),
    ("MongoDBAtlas", "mongodb-atlas"),
    ("MongoDbAtlas", "mongodb-atlas"),
    ("Chroma", "chroma"),
    ("Milvus", "milvus"),
    ("Weaviate", "weaviate"),
    ("Pinecone", "pinecone"),
    ("Sqlite", "sqlite"),
    ("SqliteVec", "sqlite"),
    ("CosmosNoSql", "azure-cosmosdb"),
    ("AzureCosmosDBNoSQL", "azure-cosmosdb"),
    ("AzureCosmosDbNoSql", "azure-cosmosdb"),
    ("CosmosMongo", "azure-cosmosdb"),
    ("AzureCosmosDBMongoDB", "azure-cosmosdb"),
    ("AzureCosmosDbMongoVCore", "azure-cosmosdb"),
    ("CosmosDB", "azure-cosmosdb"),
    ("DuckDB", "duckdb"),
    ("Neo4j", "neo4j"),
    ("Oracle", "oracle"),
    ("Couchbase", "couchbase"),
    ("Cassandra", "cassandra"),
    ("AstraDb", "astradb"),
    ("Infinispan", "infinispan"),
    ("MariaDb", "mariadb"),
    ("MariaDB", "mariadb"),
    ("Typesense", "typesense"),
    ("LanceDb", "lancedb"),
];

/// Clients by their class: the product, and a word of the package that brings them.
const CLIENTS: [(&str, &str, &str); 17] = [
    ("SearchClient", "azure-ai-search", "search"),
    ("SearchAsyncClient", "azure-ai-search", "search"),
    ("SearchClientBuilder", "azure-ai-search", "search"),
    ("SearchIndexClient", "azure-ai-search", "search"),
    ("SearchIndexAsyncClient", "azure-ai-search", "search"),
    ("SearchIndexClientBuilder", "azure-ai-search", "search"),
    ("SearchIndexerClient", "azure-ai-search", "search"),
    ("AddAzureSearchClient", "azure-ai-search", "search"),
    ("AddAzureSearch", "azure-ai-search", "search"),
    ("PineconeClient", "pinecone", "pinecone"),
    ("Pinecone", "pinecone", "pinecone"),
    ("WeaviateClient", "weaviate", "weaviate"),
    ("MilvusClient", "milvus", "milvus"),
    ("MilvusClientV2", "milvus", "milvus"),
    ("QdrantGrpcClient", "qdrant", "qdrant"),
    ("QdrantClient", "qdrant", "qdrant"),
    ("ChromaClient", "chroma", "chroma"),
];

/// The product that a class or method makes a store of; `known` says that a package explains it.
pub(super) fn product(source: &Source<'_>, callee: &str) -> Option<&'static str> {
    if !source.language.is_typed() {
        return None;
    }
    // `QdrantVectorStore.builder` and `services.AddQdrantVectorStore`.
    let mut parts = callee.rsplit('.').filter(|part| !matches!(*part, "builder" | "Builder"));
    let class = parts.next()?;
    if let Some((_, product, word)) = CLIENTS.iter().find(|(name, ..)| *name == class) {
        let brings = source.packages.iter().any(|imported| {
            imported.package.role == "vector_store"
                && imported.package.name.to_ascii_lowercase().contains(word)
        });
        return brings.then_some(*product);
    }
    (!source.packages.is_empty()).then(|| of_name(class))?
}

/// The product of a name, by its word and its ending.
fn of_name(name: &str) -> Option<&'static str> {
    let start = STARTS.iter().find_map(|start| name.strip_prefix(start));
    let bare = start.unwrap_or(name);
    let word = ENDS
        .iter()
        .filter_map(|end| bare.strip_suffix(end))
        .min_by_key(|word| word.len())
        // Collections are only stores where they are added to an application.
        .or_else(|| start.and_then(|_| bare.strip_suffix("Collection")))?;
    PRODUCTS.iter().find(|(own, _)| *own == word).map(|(_, product)| *product)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_their_product_and_that_they_are_a_store() {
        for (name, product) in [
            ("AddAzureAISearchAsMemoryDb", "azure-ai-search"),
            ("WithSimpleVectorDb", "in-memory"),
            ("AddSimpleVectorDbAsMemoryDb", "in-memory"),
            ("AddKeyedQdrantVectorStore", "qdrant"),
            ("AddSqliteCollection", "sqlite"),
            ("MongoDbEmbeddingStore", "mongodb-atlas"),
            ("CosmosDBVectorStore", "azure-cosmosdb"),
            ("PostgresVectorStoreRecordCollection", "pgvector"),
        ] {
            assert_eq!(of_name(name), Some(product), "{name}");
        }
        for other in ["VectorStore", "AddVectorStore", "SqliteCollection", "AddRedis", "UserStore"]
        {
            assert_eq!(of_name(other), None, "{other}");
        }
    }
}
