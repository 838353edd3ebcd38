"""What a rule set holds. Each class is one table of the file, each field one of its keys.

The loader reads the files by these classes: a field without a default is a key that must be
there, and a key without a field is refused. Texts a teacher reads are Indonesian, as in the
regulation; everything else is named in English. Objects compare by identity: a rule set is
loaded once, and comparing whole ones would be slow.

`ruleset` puts together what the other modules describe part by part, and finds things in it.
"""
