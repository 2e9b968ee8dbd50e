"""The agent: it decides which tool helps, and calls it."""

from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent

from app.settings import prompt
from app.tools import lookup_ticket, password_reset_link, run_diagnostic, send_mail

STEPS_MAX = 12

model = ChatOpenAI(model="gpt-4o-2024-11-20", temperature=0)

support_agent = create_react_agent(
    model,
    tools=[lookup_ticket, password_reset_link, run_diagnostic, send_mail],
)


def act(user: str, question: str) -> str:
    """Lets the agent work on what a user asked for."""
    instructions = prompt("agent_system.md").format(user=user, question=question)
    result = support_agent.invoke(
        {"messages": [("system", instructions), ("user", question)]},
        config={"recursion_limit": STEPS_MAX},
    )
    return result["messages"][-1].content
