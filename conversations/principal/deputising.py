"""."""
from conversations.dialogue import Dialogue
dialogue=Dialogue("deputising")
