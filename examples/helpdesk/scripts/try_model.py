"""Asks the model one question, to see whether it is there."""

import sys

from openai import OpenAI

client = OpenAI(api_key="sk-example-not-a-real-key-0123456789")

reply = client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": " ".join(sys.argv[1:]) or "Say hello."}],
)
print(reply.choices[0].message.content)
