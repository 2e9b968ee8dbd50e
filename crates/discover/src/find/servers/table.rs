//! What is known of programs that serve models, stand before them, or keep vectors and logs.
//!
//! The names are those under which their makers publish them; a row holds nothing that would be
//! guessed from a likeness.

/// What a product is in a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Serves models that it loads itself.
    Server,
    Gateway,
    Store,
    Log,
}

/// How a product is told to ask its callers who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Not known here, so nothing is said.
    Unknown,
    /// It has no means to.
    Never,
    /// By one of these options, or variables of the environment.
    By(&'static [&'static str], &'static [&'static str]),
}

/// Where a server takes a model's name from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// `org/name` of the hub, or a path.
    Hub,
    /// `name:tag` of Ollama's library.
    Ollama,
    /// Only paths.
    Paths,
}

/// A product.
#[derive(Debug)]
pub(crate) struct Product {
    /// The key of the asset.
    pub(crate) id: &'static str,
    pub(crate) what: What,
    /// Ends of the names of its images.
    pub(crate) images: &'static [&'static str],
    /// Names of its programs, also as modules of Python; with a verb where the name is an ordinary
    /// word, with the folder where the program is one; `*` stands for any text.
    pub(crate) programs: &'static [&'static str],
    /// Ports that it listens on unless told otherwise, and that hardly anything else does.
    pub(crate) ports: &'static [u16],
    /// The word between program and model; empty: the model follows the program.
    pub(crate) verbs: &'static [&'static str],
    /// Options that name the model.
    pub(crate) options: &'static [&'static str],
    /// Variables that name the model.
    pub(crate) variables: &'static [&'static str],
    /// Names of its charts for Helm.
    pub(crate) charts: &'static [&'static str],
    pub(crate) names: Names,
    pub(crate) keys: Keys,
}

const NONE: Product = Product {
    id: "",
    what: What::Server,
    images: &[],
    programs: &[],
    ports: &[],
    verbs: &[],
    options: &[],
    variables: &[],
    charts: &[],
    names: Names::Hub,
    keys: Keys::Unknown,
};

/// The table.
pub(crate) const PRODUCTS: &[Product] = &[
    Product {
        id: "ollama",
        images: &["ollama/ollama", "alpine/ollama"],
        programs: &["ollama"],
        ports: &[11434],
        verbs: &["run", "pull"],
        variables: &["OLLAMA_MODEL", "OLLAMA_MODELS_TO_PULL"],
        charts: &["ollama"],
        names: Names::Ollama,
        keys: Keys::Never,
        ..NONE
    },
    Product {
        id: "vllm",
        images: &["vllm/vllm-openai", "vllm/vllm-openai-rocm", "rocm/vllm", "lmcache/vllm-openai"],
        programs: &["vllm", "vllm.entrypoints.openai.api_server", "vllm.entrypoints.api_server"],
        verbs: &["serve"],
        options: &["--model"],
        charts: &["vllm", "vllm-stack"],
        keys: Keys::By(&["--api-key"], &["VLLM_API_KEY"]),
        ..NONE
    },
    Product {
        id: "tgi",
        images: &["huggingface/text-generation-inference"],
        programs: &["text-generation-launcher", "text-generation-server"],
        options: &["--model-id"],
        variables: &["MODEL_ID", "HF_MODEL_ID"],
        keys: Keys::By(&["--api-key"], &["API_KEY"]),
        ..NONE
    },
    Product {
        id: "tei",
        images: &["huggingface/text-embeddings-inference"],
        programs: &["text-embeddings-router"],
        options: &["--model-id"],
        variables: &["MODEL_ID"],
        charts: &["text-embeddings-inference"],
        keys: Keys::By(&["--api-key"], &["API_KEY"]),
        ..NONE
    },
    Product {
        id: "llama-cpp",
        images: &["ggml-org/llama.cpp", "ggerganov/llama.cpp"],
        programs: &["llama-server", "llama-cpp-server", "llama_cpp.server", "llamafile"],
        options: &["-m", "--model", "-hf", "-hfr", "--hf-repo"],
        variables: &["LLAMA_ARG_MODEL", "LLAMA_ARG_HF_REPO"],
        keys: Keys::By(
            &["--api-key", "--api-key-file", "--api_key"],
            &["LLAMA_API_KEY", "LLAMA_ARG_API_KEY"],
        ),
        ..NONE
    },
    Product {
        id: "localai",
        images: &["localai/localai", "go-skynet/local-ai"],
        programs: &["local-ai"],
        verbs: &["run"],
        charts: &["local-ai", "localai"],
        keys: Keys::By(&["--api-keys"], &["LOCALAI_API_KEY", "API_KEY"]),
        ..NONE
    },
    Product {
        id: "sglang",
        images: &["lmsysorg/sglang"],
        programs: &["sglang.launch_server", "sglang serve"],
        options: &["--model-path", "--model"],
        keys: Keys::By(&["--api-key"], &[]),
        ..NONE
    },
    Product {
        id: "triton",
        images: &["nvidia/tritonserver"],
        programs: &["tritonserver"],
        options: &["--model-repository", "--model-store"],
        names: Names::Paths,
        ..NONE
    },
    Product {
        id: "tensorrt-llm",
        images: &["nvidia/tensorrt-llm/release"],
        programs: &["trtllm-serve"],
        verbs: &["serve", ""],
        ..NONE
    },
    Product {
        id: "lmdeploy",
        images: &["openmmlab/lmdeploy"],
        programs: &["lmdeploy"],
        verbs: &["api_server"],
        options: &["--model-name"],
        keys: Keys::By(&["--api-keys"], &[]),
        ..NONE
    },
    Product {
        id: "infinity",
        images: &["michaelf34/infinity"],
        programs: &["infinity_emb"],
        options: &["--model-id", "--model-name-or-path"],
        variables: &["INFINITY_MODEL_ID"],
        keys: Keys::By(&["--api-key"], &["INFINITY_API_KEY"]),
        ..NONE
    },
    Product {
        id: "xinference",
        images: &["xprobe/xinference"],
        programs: &["xinference", "xinference-local", "xinference-supervisor"],
        ports: &[9997],
        options: &["--model-name"],
        ..NONE
    },
    Product {
        id: "torchserve",
        images: &["pytorch/torchserve"],
        programs: &["torchserve", "org.pytorch.serve.ModelServer"],
        options: &["--model-store"],
        names: Names::Paths,
        ..NONE
    },
    Product {
        id: "tensorflow-serving",
        images: &["tensorflow/serving"],
        programs: &["tensorflow_model_server"],
        options: &["--model_base_path"],
        names: Names::Paths,
        ..NONE
    },
    Product { id: "mlserver", images: &["seldonio/mlserver"], programs: &["mlserver"], ..NONE },
    Product { id: "mlx-lm", programs: &["mlx_lm.server"], options: &["--model"], ..NONE },
    Product {
        id: "koboldcpp",
        images: &["koboldai/koboldcpp"],
        programs: &["koboldcpp", "koboldcpp-linux-x64*"],
        options: &["--model"],
        ..NONE
    },
    Product {
        id: "speaches",
        images: &["speaches-ai/speaches", "fedirz/faster-whisper-server"],
        variables: &["WHISPER__MODEL"],
        ..NONE
    },
    Product { id: "lmstudio", programs: &["lm-studio", "LM Studio"], ports: &[1234], ..NONE },
    Product {
        id: "ray-serve",
        programs: &["serve deploy", "serve run", "ray::ServeController*", "ray::ProxyActor*"],
        names: Names::Paths,
        ..NONE
    },
    Product {
        id: "text-generation-webui",
        programs: &["text-generation-webui/server"],
        options: &["--model"],
        names: Names::Paths,
        keys: Keys::By(&["--api-key"], &[]),
        ..NONE
    },
    Product {
        id: "mlflow-serving",
        programs: &["mlflow models"],
        options: &["-m", "--model-uri"],
        names: Names::Paths,
        ..NONE
    },
    Product {
        id: "open-webui",
        what: What::Gateway,
        images: &["open-webui/open-webui"],
        programs: &["open-webui", "open_webui.main:app"],
        ..NONE
    },
    Product {
        id: "litellm",
        what: What::Gateway,
        images: &["berriai/litellm", "berriai/litellm-database", "berriai/litellm-non_root"],
        programs: &["litellm", "litellm.proxy.proxy_server:app"],
        options: &["--model"],
        charts: &["litellm", "litellm-helm"],
        // A settings file can hold the key as well.
        keys: Keys::Unknown,
        ..NONE
    },
    Product { id: "portkey", what: What::Gateway, images: &["portkeyai/gateway"], ..NONE },
    Product { id: "bifrost", what: What::Gateway, images: &["maximhq/bifrost"], ..NONE },
    Product { id: "tensorzero", what: What::Gateway, images: &["tensorzero/gateway"], ..NONE },
    Product { id: "helicone", what: What::Gateway, images: &["helicone/ai-gateway"], ..NONE },
    Product {
        id: "qdrant",
        what: What::Store,
        images: &["qdrant/qdrant"],
        programs: &["qdrant"],
        ports: &[6333, 6334],
        charts: &["qdrant"],
        keys: Keys::By(&[], &["QDRANT__SERVICE__API_KEY"]),
        ..NONE
    },
    Product {
        id: "chroma",
        what: What::Store,
        images: &["chromadb/chroma", "chroma-core/chroma"],
        programs: &["chroma", "chromadb.app:app"],
        charts: &["chroma", "chromadb"],
        keys: Keys::By(&[], &["CHROMA_SERVER_AUTHN_PROVIDER", "CHROMA_SERVER_AUTH_PROVIDER"]),
        ..NONE
    },
    Product {
        id: "weaviate",
        what: What::Store,
        images: &["semitechnologies/weaviate", "weaviate/weaviate"],
        programs: &["weaviate"],
        charts: &["weaviate"],
        keys: Keys::By(&[], &["AUTHENTICATION_APIKEY_ENABLED", "AUTHENTICATION_OIDC_ENABLED"]),
        ..NONE
    },
    Product {
        id: "milvus",
        what: What::Store,
        images: &["milvusdb/milvus"],
        programs: &["milvus"],
        ports: &[19530],
        charts: &["milvus"],
        ..NONE
    },
    Product {
        id: "pgvector",
        what: What::Store,
        images: &["pgvector/pgvector", "ankane/pgvector"],
        keys: Keys::By(&[], &["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"]),
        ..NONE
    },
    Product {
        id: "redis",
        what: What::Store,
        images: &["redis/redis-stack", "redis/redis-stack-server"],
        programs: &["redis-stack-server"],
        ..NONE
    },
    Product { id: "vespa", what: What::Store, images: &["vespaengine/vespa"], ..NONE },
    Product { id: "marqo", what: What::Store, images: &["marqoai/marqo"], ..NONE },
    Product {
        id: "mlflow",
        what: What::Log,
        images: &["mlflow/mlflow"],
        programs: &[
            "mlflow server",
            "mlflow ui",
            "mlflow.server:app",
            "mlflow.server.fastapi_app:app",
        ],
        charts: &["mlflow"],
        ..NONE
    },
    Product {
        id: "langfuse",
        what: What::Log,
        images: &["langfuse/langfuse", "langfuse/langfuse-worker"],
        charts: &["langfuse"],
        ..NONE
    },
    Product {
        id: "phoenix",
        what: What::Log,
        images: &["arizephoenix/phoenix"],
        programs: &["phoenix.server.main"],
        charts: &["phoenix-helm"],
        ..NONE
    },
    Product { id: "opik", what: What::Log, images: &["comet-ml/opik/opik-backend"], ..NONE },
    Product { id: "openlit", what: What::Log, images: &["openlit/openlit"], ..NONE },
    Product { id: "lunary", what: What::Log, images: &["lunary/backend"], ..NONE },
];
