"""Rating a teacher's work in a period: two levels, what they give, and words to go with it.

A rating belongs to a plan. Whoever decides drafts it, makes it final, and may open it again with
a reason; the teacher is told what is final, acknowledges it and may answer once.
"""
