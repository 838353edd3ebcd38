"""Addresses that people open."""

from urllib.parse import quote


def invitation_link(bot_username: str, token: str) -> str:
    """Give the link that opens the bot with an invitation."""
    return f"https://t.me/{bot_username}?start={token}"


def whatsapp_link(text: str) -> str:
    """Give the link that offers a text for sending in WhatsApp."""
    return f"https://wa.me/?text={quote(text, safe='')}"
