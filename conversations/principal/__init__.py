"""What a principal (or a deputy) does: deciding, keeping the overview."""
