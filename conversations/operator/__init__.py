"""What a school operator does: bringing people in."""
