"""The web service: one address to ask, one to let the agent act."""

from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from app import agent, conversations
from app.answers import answer
from app.retrieval import passages

app = FastAPI(title="Velmora help desk")


class Question(BaseModel):
    """What a user asks."""

    text: str = Field(min_length=3, max_length=4000)


class User(BaseModel):
    """Who asks, as the sign-on proxy says."""

    name: str
    sites: list[str]


def current_user(
    x_remote_user: Annotated[str | None, Header()] = None,
    x_remote_sites: Annotated[str, Header()] = "",
) -> User:
    """The user that the sign-on proxy put into the headers."""
    if not x_remote_user:
        raise HTTPException(status_code=401, detail="sign in first")
    return User(name=x_remote_user, sites=[s for s in x_remote_sites.split(",") if s])


@app.post("/ask")
def ask(question: Question, user: Annotated[User, Depends(current_user)]) -> dict:
    """Answers from the knowledge base."""
    found = passages(question.text, user.sites)
    if not found:
        return {"answer": "No article answers this. A person will look at it.", "articles": []}
    text = answer(question.text, found)
    conversations.record(user.name, question.text, text)
    return {"answer": text, "articles": sorted({p["article"] for p in found})}


@app.post("/act")
def act(question: Question, user: Annotated[User, Depends(current_user)]) -> dict:
    """Lets the agent do something about it."""
    text = agent.act(user.name, question.text)
    conversations.record(user.name, question.text, text)
    return {"answer": text}


@app.get("/health")
def health() -> dict:
    """Whether the service runs."""
    return {"status": "ok"}
