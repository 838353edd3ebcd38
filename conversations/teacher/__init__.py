"""What a teacher does: planning, seeing where the plan stands, asking for help."""
