"""Settings, read from the environment once."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROMPTS = ROOT / "prompts"
CONVERSATIONS = Path(os.environ.get("CONVERSATIONS_FILE", "conversations.jsonl"))


@dataclass(frozen=True)
class Settings:
    """Where the parts of the assistant are."""

    qdrant_url: str = os.environ.get("QDRANT_URL", "http://qdrant:6333")
    redis_url: str = os.environ.get("REDIS_URL", "redis://redis:6379/0")
    tickets_url: str = os.environ.get("TICKETS_URL", "https://tickets.velmora.example")
    mail_host: str = os.environ.get("MAIL_HOST", "mail.velmora.example")
    reset_url: str = os.environ.get("RESET_URL", "https://id.velmora.example/reset")


SETTINGS = Settings()


def prompt(name: str) -> str:
    """The text of a prompt in the folder of prompts."""
    return (PROMPTS / name).read_text(encoding="utf-8")
