"""What each clue is worth in the ranking: the one table. `python -m tests.evals.fit_mapping` fits it."""

SIGNS: dict[str, int] = {
    # Where the trace puts it.
    "on_trace": 1,
    "near_crash": 1,
    "near_cause": 1,
    "cause_0": 1,
    "entry": 1,
    "calls_dependency": 1,
    # What part it plays there.
    "raises": 0,
    "guard": -1,
    "passes": -1,
    "origin": 1,
    "uses_parameter": 0,
    # Where the value came from.
    "called": 1,
    "called_earlier": 1,
    "may_return_nothing": 1,
    "builds": 0,
    "outer": 1,
    "calls_outermost": 0,
    # What the message says.
    "quotes": 1,
    "quotes_elsewhere": 1,
    "named_in_message": 1,
    "word_in_message": 1,
    "neighbour_in_message": 1,
    # What it is.
    "length": 1,
    "popular": -1,
    "known_file": -1,
    "base_class": -1,
    "test_file": -1,
    "dispatches": -1,
    "checks": -1,
    "same_class": 0,
    "alike": 1,
    "only_beside": -1,
}
"""On which side of zero a clue may count: 1 for a function, -1 against it, 0 either."""

FITTED: dict[str, float] = {
    "on_trace": 1.82,
    "near_crash": 0.97,
    "near_cause": 0.89,
    "cause_0": 1.13,
    "entry": 0.98,
    "calls_dependency": 0.97,
    "raises": -1.12,
    "guard": -0.50,
    "passes": -0.34,
    "origin": 1.32,
    "uses_parameter": -0.44,
    "called": 1.33,
    "called_earlier": 0.63,
    "may_return_nothing": 0.44,
    "builds": -1.05,
    "outer": 1.34,
    "calls_outermost": -0.20,
    "quotes": 0.71,
    "quotes_elsewhere": 0.25,
    "named_in_message": 0.44,
    "word_in_message": 0.46,
    "neighbour_in_message": 0.41,
    "length": 1.21,
    "popular": -0.70,
    "known_file": -0.91,
    "base_class": -0.53,
    "test_file": -0.16,
    "dispatches": -1.04,
    "checks": -1.07,
    "same_class": -1.39,
    "alike": 0.22,
    "only_beside": -1.48,
}

GIVEN: dict[str, float] = {"doubt": 1.0, "changed": 2.5, "deployed": 5.0}
"""What fixes alone do not teach: how sure the frame is (a logarithm), and what the failing deployment brought."""

WEIGHTS = {**FITTED, **GIVEN}
