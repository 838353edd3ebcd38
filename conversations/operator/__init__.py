"""What a school operator does: bringing people in."""

from conversations.operator import failures as failures  # registers its notice
