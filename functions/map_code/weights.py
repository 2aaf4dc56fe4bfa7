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
    "catches_others": 1,
    # Where the value came from.
    "called": 1,
    "called_earlier": 1,
    "makes_nothing": 1,
    "answered": 1,
    "builds": 0,
    "built_without": 1,
    "lacks_attribute": 1,
    "wider": 1,
    # What the message says.
    "named_in_message": 1,
    "word_in_message": 1,
    "neighbour_in_message": 1,
    "word_elsewhere": 1,
    "fills_missing": 1,
    "spoken_of": -1,
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
    "near_crash": 1.86,
    "cause_0": 2.48,
    "cause_1": -1.17,
    "entry": 1.54,
    "next_folder": 1.68,
    "least_known": 1.45,
    "raises": -1.10,
    "guard": -1.29,
    "passes": -1.09,
    "refused": -1.16,
    "uses_parameter": -1.40,
    "reports_missing": -1.13,
    "asked_for": 1.98,
    "catches_others": 1.59,
    "called": 0.72,
    "called_earlier": 1.18,
    "makes_nothing": 1.22,
    "answered": 2.53,
    "builds": -3.00,
    "built_without": 1.19,
    "lacks_attribute": 1.38,
    "wider": 1.88,
    "named_in_message": 3.01,
    "word_in_message": 1.05,
    "neighbour_in_message": 0.17,
    "word_elsewhere": 3.34,
    "fills_missing": 2.11,
    "spoken_of": -1.07,
    "length": 1.52,
    "base_class": -0.80,
    "test_file": -0.99,
    "dispatches": -1.21,
    "checks": -1.65,
    "only_beside": -3.07,
    "only_of_class": -1.77,
    "in_other_folder": -0.90,
    "many_of_file": -1.01,
}

GIVEN: dict[str, float] = {"doubt": 1.0, "changed": 2.0, "deployed": 6.5, "traced": 5.0}
"""What fixes alone do not teach: how sure the frame is (a logarithm), what the failing deployment brought,
what traced requests point to where no stack trace does."""

WEIGHTS = {**FITTED, **GIVEN}
