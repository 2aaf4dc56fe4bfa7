"""Small changes of known shape for known classes of failures, by syntax tree. None of them swallows a failure.

Which classes are worth one was counted (`python -m tests.evals.crash_classes`); what each turned green is in
docs/drafting.md. Shapes after the fix patterns of PAR (Kim et al., ICSE 2013), TBar (Liu et al., ISSTA 2019) and PyTER
(Oh and Oh, FSE 2022).
"""
