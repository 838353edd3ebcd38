"""Pictures for phones: drawn from plain facts, in a process of their own.

`facts` says what a picture shows, every word ready; `status` and `board` draw one of them each,
with the parts of `parts` on the canvas of `canvas`. A further picture is a class in `facts`, a
module that draws it, and a line in `drawn`.
"""
