"""What people say: one module for each dialogue."""
