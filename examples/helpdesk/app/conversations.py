"""Keeps what was asked and answered, so that the help desk can learn from it."""

import json
from datetime import UTC, datetime

from app.settings import CONVERSATIONS


def record(user: str, question: str, answer: str) -> None:
    """Adds one conversation to the end of the file."""
    row = {
        "at": datetime.now(UTC).isoformat(),
        "user": user,
        "question": question,
        "answer": answer,
    }
    with CONVERSATIONS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
