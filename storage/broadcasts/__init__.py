"""What a coach, a principal or an operator writes to many: for whom, the words, the hour, the end.

`audiences` says who is meant, `drafting` puts a broadcast together, `reaching` looks whom it would
reach, `moving` schedules, starts and cancels it. Once it has been started, `running` fills the
outbox, `counting` says what has become of it, and `answering` hears those who received it.
"""
