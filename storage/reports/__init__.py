"""A teacher's report on a period: what is known already, what only the teacher can say, decided.

`reading` gives a report, `facts` what the bot knows about the period, `moving` submits and takes
back, `deciding` accepts and returns.
"""
