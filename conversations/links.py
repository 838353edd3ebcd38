"""Addresses that people open."""

from urllib.parse import quote


def invitation_link(bot_username: str, token: str) -> str:
    """Give the link that opens the bot with an invitation."""
    return f"https://t.me/{bot_username}?start={token}"


def whatsapp_link(text: str) -> str:
    """Give the link that offers a text for sending in WhatsApp."""
    return f"https://wa.me/?text={quote(text, safe='')}"


CHECK = "cek-"
"""How the word begins with which the bot is opened from a paper's QR code."""


def check_link(bot_username: str, code: str) -> str:
    """Give the link that asks the bot whether the paper with this code is genuine."""
    return f"https://t.me/{bot_username}?start={CHECK}{code}"
