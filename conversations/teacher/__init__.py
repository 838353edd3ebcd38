"""What a teacher does: planning, seeing where the plan stands, asking for help."""

from conversations.teacher import hearing as hearing  # registers its notices
