import { openai } from "@ai-sdk/openai";
import { Pinecone } from "@pinecone-database/pinecone";
import { streamText, tool } from "ai";

const index = new Pinecone({ apiKey: process.env.PINECONE_API_KEY }).index("manuals");

export const lookUp = tool({
  description: "Looks up a manual",
  execute: async ({ id }) => fetch(`https://manuals.example.org/${id}`),
});

// const model = openai("gpt-4-turbo");
export async function chat(messages: Message[], picked: string) {
  const embedding = openai.embedding("text-embedding-3-small");
  return streamText({
    model: openai("gpt-4o-2024-08-06"),
    system: "You are the help desk of the company. Answer in one sentence.",
    messages,
    maxTokens: 300,
    tools: { lookUp },
  });
}

export const other = (picked: string) => openai(picked);
