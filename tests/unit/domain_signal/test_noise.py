"""20,000 lines of ordinary log, errors and places among them, hold no stack trace."""

import random

import pytest

from mendloop.domain.stack_trace import extract
from tests.unit.domain_signal.test_stack_trace_python import events

SAYINGS = (
    "INFO request handled in {n} ms status=200 path=/orders/{n}",
    "ERROR payment declined: card expired order={n}",
    "ERROR java.lang.IllegalStateException: no price for {n}",
    "ERROR TypeError: x is not a function",
    "WARN KeyError: '{n}' was not in the cache, read again",
    "ERROR Shop.OrderException: order {n} is late",
    "ERROR retry {n} of 3 failed: ConnectionResetError",
    "INFO job finished at 10:00:{n}",
    "INFO meet at Cart.total (see cart.js)",
    "INFO [main] c.e.shop.Cart.total(Cart.java:{n}) - total computed",
    "DEBUG c.e.shop.Cart.total(Cart.java:{n}) took {n} ms",
    "INFO connected to db.example.com:5432 at 10.0.0.{n}:5432:1",
    "INFO slow query at com.example.shop.Cart.total(Cart.java:{n}) took 3 ms",
    "INFO see https://example.com/a/b.js:{n}:{n}",
    "INFO loaded /var/task/app/orders.py line {n}",
    'INFO File "/etc/app.conf", line {n}',
    "INFO panic button tested: no goroutine in sight",
    "INFO opened /app/config/routes.rb:{n} for reading",
    "ERROR PHP Warning:  Undefined variable $x in /app/src/a.php on line {n}",
    "ERROR PHP Fatal error:  Allowed memory size of {n} bytes exhausted in /app/src/a.php on line {n}",
    "WARN src/main.rs:{n}:5: unused variable",
    "ERROR Error: no such host",
    "INFO Caused by: nothing at all",
    "INFO ... 12 more",
    "   0: first item of a list",
    "\tfrom the warehouse {n}",
    "  at the counter {n}",
    "#0 of {n}(items): counted(once)",
    '{{"level":"ERROR","message":"order {n} failed","error":"timeout","status":{n}}}',
    '{{"level":"INFO","message":"x","stack":"blue","trace":"1-5759e988-bd862e3fe1be46a994272793"}}',
    "START RequestId: 6f1d9c6e-0000-4000-8000-{n:012d} Version: $LATEST",
    "END RequestId: 6f1d9c6e-0000-4000-8000-{n:012d}",
    "user{n}@example.com signed in",
    "git@github.com:org/repo.js:{n}",
    "Traceback of parcel {n} requested",
    "created by dana",
    "main.go:{n}",
    "at 10:00:{n}",
)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_trace_is_invented(seed: int) -> None:
    chance = random.Random(seed)
    lines = [chance.choice(SAYINGS).format(n=chance.randrange(1, 60)) for _ in range(20_000)]

    assert extract(events(*lines)) == []
    assert extract(events("\n".join(lines))) == []
