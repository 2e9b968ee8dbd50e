"""Answers a question from passages of the knowledge base."""

import logging
import os

import anthropic
from openai import APIConnectionError, OpenAI, RateLimitError

from app.settings import prompt

log = logging.getLogger(__name__)

client = OpenAI(api_key=os.environ["OPENAI_API_KEY"], timeout=20.0, max_retries=1)

MODEL = "gpt-4o"


def answer(question: str, passages: list[dict]) -> str:
    """An answer that cites the articles it was taken from."""
    sources = "\n\n".join(f"[{p['article']}] {p['text']}" for p in passages)
    messages = [
        {"role": "system", "content": prompt("answer_system.md")},
        {"role": "user", "content": f"Articles:\n{sources}\n\nQuestion:\n{question}"},
    ]
    try:
        reply = client.chat.completions.create(
            model=MODEL,
            messages=messages,
            temperature=0.2,
            max_tokens=600,
        )
        return reply.choices[0].message.content or ""
    except (APIConnectionError, RateLimitError) as error:
        log.warning("the first provider does not answer: %s", error)
        return fallback(messages)


def fallback(messages: list[dict]) -> str:
    """The same question to the other provider."""
    other = anthropic.Anthropic(api_key=os.environ["ANTHROPIC_API_KEY"])
    reply = other.messages.create(
        model="claude-3-5-haiku-latest",
        system=messages[0]["content"],
        messages=messages[1:],
        max_tokens=600,
    )
    return reply.content[0].text
