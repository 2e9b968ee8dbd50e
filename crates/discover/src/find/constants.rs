//! Constants of the SDKs themselves, which stand for the name of a model.

/// The constant as code writes it with its package or type, and the model.
const CONSTANTS: [(&str, &str); 71] = [
    (
        "SentenceEmbeddingsModelType.AllDistilrobertaV1",
        "sentence-transformers/all-distilroberta-v1",
    ),
    ("SentenceEmbeddingsModelType.AllMiniLmL12V2", "sentence-transformers/all-MiniLM-L12-v2"),
    ("SentenceEmbeddingsModelType.AllMiniLmL6V2", "sentence-transformers/all-MiniLM-L6-v2"),
    (
        "SentenceEmbeddingsModelType.BertBaseNliMeanTokens",
        "sentence-transformers/bert-base-nli-mean-tokens",
    ),
    (
        "SentenceEmbeddingsModelType.DistiluseBaseMultilingualCased",
        "sentence-transformers/distiluse-base-multilingual-cased",
    ),
    (
        "SentenceEmbeddingsModelType.ParaphraseAlbertSmallV2",
        "sentence-transformers/paraphrase-albert-small-v2",
    ),
    ("SentenceEmbeddingsModelType.SentenceT5Base", "sentence-transformers/sentence-t5-base"),
    ("EmbeddingModel.AllMiniLML12V2", "sentence-transformers/all-MiniLM-L12-v2"),
    ("EmbeddingModel.AllMiniLML6V2", "sentence-transformers/all-MiniLM-L6-v2"),
    ("EmbeddingModel.BGEBaseENV15", "BAAI/bge-base-en-v1.5"),
    ("EmbeddingModel.BGELargeENV15", "BAAI/bge-large-en-v1.5"),
    ("EmbeddingModel.BGESmallENV15", "BAAI/bge-small-en-v1.5"),
    ("EmbeddingModel.MultilingualE5Base", "intfloat/multilingual-e5-base"),
    ("EmbeddingModel.MultilingualE5Large", "intfloat/multilingual-e5-large"),
    ("EmbeddingModel.MultilingualE5Small", "intfloat/multilingual-e5-small"),
    ("EmbeddingModel.NomicEmbedTextV15", "nomic-ai/nomic-embed-text-v1.5"),
    ("anthropic.ModelClaude3OpusLatest", "claude-3-opus-latest"),
    ("anthropic.ModelClaude3_5HaikuLatest", "claude-3-5-haiku-latest"),
    ("anthropic.ModelClaude3_5Sonnet20241022", "claude-3-5-sonnet-20241022"),
    ("anthropic.ModelClaude3_5SonnetLatest", "claude-3-5-sonnet-latest"),
    ("anthropic.ModelClaude3_7SonnetLatest", "claude-3-7-sonnet-latest"),
    ("anthropic.ModelClaudeOpus4_0", "claude-opus-4-0"),
    ("anthropic.ModelClaudeSonnet4_0", "claude-sonnet-4-0"),
    ("anthropic.ModelClaudeSonnet4_20250514", "claude-sonnet-4-20250514"),
    ("openai.AdaEmbeddingV2", "text-embedding-ada-002"),
    ("openai.ChatModelGPT4_1", "gpt-4.1"),
    ("openai.ChatModelGPT4_1Mini", "gpt-4.1-mini"),
    ("openai.ChatModelGPT4o", "gpt-4o"),
    ("openai.ChatModelGPT4oMini", "gpt-4o-mini"),
    ("openai.ChatModelGPT5", "gpt-5"),
    ("openai.ChatModelGPT5Mini", "gpt-5-mini"),
    ("openai.ChatModelO3Mini", "o3-mini"),
    ("openai.ChatModelO4Mini", "o4-mini"),
    ("openai.CreateImageModelDallE3", "dall-e-3"),
    ("openai.EmbeddingModelTextEmbedding3Large", "text-embedding-3-large"),
    ("openai.EmbeddingModelTextEmbedding3Small", "text-embedding-3-small"),
    ("openai.GPT3Dot5Turbo", "gpt-3.5-turbo"),
    ("openai.GPT3Dot5Turbo0125", "gpt-3.5-turbo-0125"),
    ("openai.GPT3Dot5Turbo1106", "gpt-3.5-turbo-1106"),
    ("openai.GPT3Dot5Turbo16K", "gpt-3.5-turbo-16k"),
    ("openai.GPT3Dot5TurboInstruct", "gpt-3.5-turbo-instruct"),
    ("openai.GPT3TextDavinci003", "text-davinci-003"),
    ("openai.GPT4", "gpt-4"),
    ("openai.GPT432K", "gpt-4-32k"),
    ("openai.GPT4Dot1", "gpt-4.1"),
    ("openai.GPT4Dot1Mini", "gpt-4.1-mini"),
    ("openai.GPT4Dot1Nano", "gpt-4.1-nano"),
    ("openai.GPT4Turbo", "gpt-4-turbo"),
    ("openai.GPT4Turbo0125", "gpt-4-0125-preview"),
    ("openai.GPT4Turbo1106", "gpt-4-1106-preview"),
    ("openai.GPT4TurboPreview", "gpt-4-turbo-preview"),
    ("openai.GPT4VisionPreview", "gpt-4-vision-preview"),
    ("openai.GPT4o", "gpt-4o"),
    ("openai.GPT4o20240513", "gpt-4o-2024-05-13"),
    ("openai.GPT4o20240806", "gpt-4o-2024-08-06"),
    ("openai.GPT4o20241120", "gpt-4o-2024-11-20"),
    ("openai.GPT4oMini", "gpt-4o-mini"),
    ("openai.GPT4oMini20240718", "gpt-4o-mini-2024-07-18"),
    ("openai.GPT_4", "gpt-4"),
    ("openai.GPT_4O", "gpt-4o"),
    ("openai.LargeEmbedding3", "text-embedding-3-large"),
    ("openai.O1", "o1"),
    ("openai.O1Mini", "o1-mini"),
    ("openai.O1Preview", "o1-preview"),
    ("openai.O3", "o3"),
    ("openai.O3Mini", "o3-mini"),
    ("openai.O4Mini", "o4-mini"),
    ("openai.SmallEmbedding3", "text-embedding-3-small"),
    ("openai.TTSModel1", "tts-1"),
    ("openai.TTSModel1HD", "tts-1-hd"),
    ("openai.Whisper1", "whisper-1"),
];

/// The model that a dotted constant stands for.
pub(super) fn model(name: &str) -> Option<&'static str> {
    let mut parts = name.rsplitn(3, '.');
    let (end, owner) = (parts.next()?, parts.next()?);
    let found = CONSTANTS.iter().find(|(constant, _)| {
        constant.split_once('.').is_some_and(|(package, name)| package == owner && name == end)
    });
    found.map(|(_, model)| *model)
}

/// `ModelClaude3Haiku20240307` and `Claude3_5Haiku` are `claude-3-haiku-20240307` and
/// `claude-3-5-haiku`.
pub(super) fn spelled(name: &str) -> Option<String> {
    let last = name.rsplit('.').next()?;
    let rest = last.strip_prefix("Model").unwrap_or(last);
    if !rest.starts_with("Claude") || rest == "Claude" {
        return None;
    }
    let mut out = String::with_capacity(rest.len() + 6);
    let mut before: Option<char> = None;
    for character in rest.chars() {
        let begins = before.is_some_and(|before| {
            character.is_ascii_uppercase()
                || (character.is_ascii_digit() && before.is_ascii_alphabetic())
        });
        if character == '_' || begins {
            out.push('-');
        }
        if character != '_' {
            out.push(character.to_ascii_lowercase());
        }
        before = Some(character);
    }
    Some(out.replace("dot", "-").replace("--", "-"))
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn constants_of_go_are_spelled_as_the_provider_does() {
        for (name, model) in [
            ("anthropic.ModelClaude3Haiku20240307", "claude-3-haiku-20240307"),
            ("anthropic.ModelClaude3_5HaikuLatest", "claude-3-5-haiku-latest"),
            ("anthropic.ModelClaudeSonnet4_20250514", "claude-sonnet-4-20250514"),
        ] {
            assert_eq!(spelled(name).as_deref(), Some(model), "{name}");
        }
        assert_eq!(spelled("anthropic.Model"), None);
        assert_eq!(spelled("acme.Clause3"), None);
    }
}
