"""Evidence: what proves the planned work. Sent by teachers, checked by those who decide."""
