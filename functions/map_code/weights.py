"""What each clue is worth in the ranking: the one table. `python -m tests.evals.fit_mapping` fits it."""

SIGNS: dict[str, int] = {
    # Where the trace puts it.
    "near_crash": 1,
    "cause_0": 1,
    "cause_1": 0,
    "entry": 1,
    "next_folder": 1,
    "least_known": 1,
    # What part it plays there.
    "raises": 0,
    "guard": -1,
    "passes": -1,
    "refused": 0,
    "uses_parameter": 0,
    "reports_missing": -1,
    "asked_for": 1,
    # Where the value came from.
    "called": 1,
    "called_earlier": 1,
    "makes_nothing": 1,
    "answered": 1,
    "builds": 0,
    "built_without": 1,
    "lacks_attribute": 1,
    # What the message says.
    "named_in_message": 1,
    "word_in_message": 1,
    "neighbour_in_message": 1,
    "word_elsewhere": 1,
    # What it is.
    "length": 1,
    "base_class": -1,
    "test_file": -1,
    "dispatches": -1,
    "checks": -1,
    "only_beside": -1,
    "only_of_class": -1,
    "in_other_folder": -1,
    "many_of_file": 0,
}
"""On which side of zero a clue may count: 1 for a function, -1 against it, 0 either."""

FITTED: dict[str, float] = {
    "on_trace": 2.07,
    "near_crash": 0.69,
    "near_cause": 0.21,
    "cause_0": 2.00,
    "entry": 0.98,
    "next_folder": 0.97,
    "calls_dependency": 1.31,
    "raises": -1.30,
    "raiser": 0.00,
    "guard": -0.86,
    "passes": -0.42,
    "origin": 1.16,
    "uses_parameter": -0.53,
    "called": 1.68,
    "called_earlier": 1.02,
    "makes_nothing": 1.41,
    "may_return_nothing": 0.53,
    "builds": -1.69,
    "built_without": 0.09,
    "outer": 2.06,
    "calls_outermost": -0.32,
    "quotes": 0.98,
    "quotes_elsewhere": 0.30,
    "named_in_message": 1.07,
    "word_in_message": 0.89,
    "neighbour_in_message": 1.00,
    "length": 1.41,
    "popular": -0.96,
    "known_file": -1.12,
    "base_class": -0.65,
    "test_file": -0.19,
    "dispatches": -1.28,
    "checks": -1.45,
    "same_class": -1.42,
    "alike": 0.35,
    "only_beside": -1.60,
}

GIVEN: dict[str, float] = {"doubt": 1.0, "changed": 1.0, "deployed": 5.0}
"""What fixes alone do not teach: how sure the frame is (a logarithm), and what the failing deployment brought."""

WEIGHTS = {**FITTED, **GIVEN}
