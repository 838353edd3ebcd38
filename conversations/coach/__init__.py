"""What a coach does: looking, commenting, helping."""
