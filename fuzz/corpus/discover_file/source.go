// Package main is a help desk; Model: "gpt-4-32k" in a comment is none.
package main

import (
	"context"

	openai "github.com/sashabaranov/go-openai"
)

const systemPrompt = "You are the help desk of the company. Answer politely and in short sentences."

func main() {
	client := openai.NewClient("token")
	client.CreateChatCompletion(context.Background(), openai.ChatCompletionRequest{
		Model:     openai.GPT4oMini,
		MaxTokens: 100,
	})
	client.CreateEmbeddings(context.Background(), openai.EmbeddingRequest{Model: "text-embedding-3-large"})
}
