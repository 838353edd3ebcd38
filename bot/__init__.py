"""What runs: the command line, the Telegram application, delivery, the schedule and the web."""
