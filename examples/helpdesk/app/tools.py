"""What the agent can do."""

import secrets
import smtplib
import subprocess
from email.message import EmailMessage

import httpx
import redis
from langchain_core.tools import tool

from app.settings import SETTINGS

sessions = redis.Redis.from_url(SETTINGS.redis_url)

RESET_SECONDS = 900


@tool
def lookup_ticket(number: str) -> str:
    """Look up a ticket by its number, such as IT-2041."""
    reply = httpx.get(f"{SETTINGS.tickets_url}/api/tickets/{number}", timeout=10)
    reply.raise_for_status()
    ticket = reply.json()
    return f"{number}: {ticket['subject']} ({ticket['status']}), opened by {ticket['requester']}"


@tool
def password_reset_link(user: str) -> str:
    """Make a link with which a user can set a new password. It is valid for 15 minutes."""
    code = secrets.token_urlsafe(32)
    sessions.setex(f"reset:{code}", RESET_SECONDS, user)
    return f"{SETTINGS.reset_url}?code={code}"


@tool
def run_diagnostic(command: str) -> str:
    """Run a diagnostic command on the support host, such as `ping -c 3 printer-07`."""
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


@tool
def send_mail(to: str, subject: str, text: str) -> str:
    """Send an e-mail in the name of the help desk."""
    message = EmailMessage()
    message["From"] = "helpdesk@velmora.example"
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
    with smtplib.SMTP(SETTINGS.mail_host) as server:
        server.send_message(message)
    return f"sent to {to}"
