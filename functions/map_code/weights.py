"""What each clue is worth in the ranking: the one table."""

FITTED: dict[str, float] = {
    "near_crash": 1.2,
    "deepest": 1.0,
    "length": 0.6,
    "raises": -0.8,
    "checks": -0.2,
    "dispatches": -0.4,
    "makes_value": 0.2,
    "writes_built": 0.3,
    "builds": -0.4,
    "calls_outermost": -0.2,
    "test_file": -2.0,
    "on_trace": 1.0,
}

GIVEN: dict[str, float] = {"doubt": 1.0, "changed": 2.5, "deployed": 5.0}
"""What fixes alone do not teach: how sure the frame is (a logarithm), and what the failing deployment brought."""

WEIGHTS = {**FITTED, **GIVEN}
