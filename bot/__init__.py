"""What runs: the command line, the Telegram application, delivery, the schedule and the web."""

import os

# The library gives "retry after" as a time span once it is told to; otherwise it warns each time.
os.environ.setdefault("PTB_TIMEDELTA", "1")
