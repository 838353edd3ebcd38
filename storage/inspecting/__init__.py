"""Files that teachers send: what they are, whether they may come in, and what is seen in them.

Everything here works on a file on disk and knows nothing of schools or chats. `Inspector` looks in
a process of its own; that process calls `inspect`.
"""

from storage.inspecting.apart import Inspector
from storage.inspecting.findings import MOST_BYTES, Complaint, Inspected, Unusable, Why
from storage.inspecting.inspector import inspect
from storage.inspecting.look import ALIKE_WITHIN, likeness
from storage.inspecting.names import ending_of, safe_name
from storage.inspecting.streams import sha256_of

__all__ = [
    "ALIKE_WITHIN",
    "MOST_BYTES",
    "Complaint",
    "Inspected",
    "Inspector",
    "Unusable",
    "Why",
    "ending_of",
    "inspect",
    "likeness",
    "safe_name",
    "sha256_of",
]
