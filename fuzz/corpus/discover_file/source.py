"""A help desk. Never count model="gpt-3.5-turbo" here."""
import os
import subprocess

import chromadb
from langchain.agents import AgentExecutor, tool
from langchain_openai import ChatOpenAI
from openai import OpenAI
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForCausalLM

# model="gpt-4-32k" in a comment does not count either
CHAT_MODEL = os.environ.get("CHAT_MODEL", "gpt-4o")
SYSTEM_PROMPT = f"""You are the help desk of the company. Answer the question: {question}"""
label = "gpt-4-turbo"

client = OpenAI(api_key=os.environ["OPENAI_API_KEY"], timeout=30)
encoder = SentenceTransformer("sentence-transformers/all-MiniLM-L6-v2")
weights = AutoModelForCausalLM.from_pretrained("acme/help-7b", trust_remote_code=True)
store = chromadb.PersistentClient(path="./index")
articles = store.get_or_create_collection("articles")


@tool
def run_script(name: str) -> str:
    """Runs a script."""
    return subprocess.run(["sh", name], capture_output=True).stdout


def answer(question, chosen):
    known = client.chat.completions.create(
        model=CHAT_MODEL,
        messages=[{"role": "system", "content": SYSTEM_PROMPT}],
        max_tokens=200,
    )
    other = client.chat.completions.create(model=chosen, messages=[])
    return known, other


executor = AgentExecutor(agent=helper, tools=[run_script], max_iterations=5)
