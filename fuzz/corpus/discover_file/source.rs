//! A help desk; `.model("gpt-4-32k")` in a comment is none.
use async_openai::{Client, types::CreateChatCompletionRequestArgs};

const SYSTEM_PROMPT: &str = "You are the help desk of the company. Answer in one short sentence.";

fn main() {
    let client = Client::new();
    let model = std::env::var("CHAT_MODEL").unwrap_or_else(|_| "gpt-4o-mini".to_string());
    let request = CreateChatCompletionRequestArgs::default().model("gpt-4o").max_tokens(200u32).build();
    client.chat().create(request);
}

#[cfg(test)]
mod tests {
    #[test]
    fn never_counts() {
        let request = CreateChatCompletionRequestArgs::default().model("gpt-4-turbo").build();
    }
}
