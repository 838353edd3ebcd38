"""What is remembered, and the rules about it. Nothing here knows of Telegram."""
