"""A teacher who is stuck, and whoever helps: from the first question to "it has helped".

`asking` opens a request, `moving` takes it on, gives it back and ends it, `talking` brings what is
said, `proposing` what a coach would plan, `following` shows a plan as it changes, `watching` looks
after what nobody answers; `requests` finds what is asked and `telling` brings news of it.
"""
