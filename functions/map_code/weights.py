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
    "near_crash": 2.11,
    "cause_0": 2.55,
    "cause_1": -1.04,
    "entry": 1.76,
    "next_folder": 1.73,
    "least_known": 1.37,
    "raises": -1.37,
    "guard": -1.65,
    "passes": -0.74,
    "refused": -1.24,
    "uses_parameter": -0.97,
    "reports_missing": -0.93,
    "asked_for": 1.95,
    "called": 1.13,
    "called_earlier": 1.43,
    "makes_nothing": 1.43,
    "answered": 2.51,
    "builds": -3.26,
    "built_without": 1.34,
    "lacks_attribute": 1.52,
    "named_in_message": 3.11,
    "word_in_message": 0.87,
    "neighbour_in_message": 0.27,
    "word_elsewhere": 3.70,
    "length": 1.66,
    "base_class": -0.64,
    "test_file": -1.21,
    "dispatches": -1.12,
    "checks": -1.91,
    "only_beside": -2.81,
    "only_of_class": -1.72,
    "in_other_folder": -2.16,
    "many_of_file": -1.71,
}

GIVEN: dict[str, float] = {"doubt": 1.0, "changed": 2.0, "deployed": 6.5, "traced": 5.0}
"""What fixes alone do not teach: how sure the frame is (a logarithm), what the failing deployment brought,
what traced requests point to where no stack trace does."""

WEIGHTS = {**FITTED, **GIVEN}
