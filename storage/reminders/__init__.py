"""Reminders: worked out from periods, deadlines and state, never kept by a clock of their own."""
