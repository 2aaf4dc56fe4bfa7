"""The features of the service, each with a guard that a careless change can drop."""

from dataclasses import dataclass

from mendloop.cli.demo.production.models import Request


@dataclass(frozen=True)
class Feature:
    """One module with a test; texts are templates, lists hold the names a seed chooses from."""

    key: str
    exception: str
    modules: tuple[str, ...]
    functions: tuple[str, ...]
    guarded: str
    careless: str
    mended: str
    """Another guard, which is as good."""
    healthy: Request
    failing: Request
    listing: str
    third_old: str
    third_new: str


FEATURES = (
    Feature(
        key="discount",
        exception="KeyError",
        modules=("discounts", "campaigns", "promotions", "reductions"),
        functions=("discount_for", "campaign_discount", "reduction", "price_cut"),
        guarded='    rate = RATES.get(body.get("campaign"), DEFAULT_RATE)\n',
        careless='    rate = RATES[body["campaign"]]\n',
        mended='    rate = RATES.get(body.get("campaign") or "", DEFAULT_RATE)\n',
        healthy={"amount": 1000, "campaign": "${word1}"},
        failing={"amount": 2500},
        listing="RATES",
        third_old="    return amount < 100\n",
        third_new="    return amount < 200\n",
    ),
    Feature(
        key="coupons",
        exception="TypeError",
        modules=("coupons", "vouchers", "credits", "tokens"),
        functions=("coupon_value", "voucher_worth", "redeemable", "credit_total"),
        guarded='    coupons = body.get("coupons") or []\n',
        careless='    coupons = body.get("coupons", [])\n',
        # The line of the trace is the loop below, which any guard leaves standing: only the old text proves the repair.
        mended='    coupons = body.get("coupons") or []\n',
        healthy={"coupons": ["${word1}"]},
        failing={"coupons": None},
        listing="VALUES",
        third_old="    return 0 < len(coupon) <= LONGEST\n",
        third_new="    return 0 < len(coupon.strip()) <= LONGEST\n",
    ),
    Feature(
        key="average",
        exception="ZeroDivisionError",
        modules=("figures", "summary", "statistics_of_lines", "insight"),
        functions=("mean_price", "average_line", "typical_price", "line_average"),
        guarded="    if not prices:\n        return 0\n    return sum(prices) // len(prices)\n",
        careless="    total = sum(prices)\n    return total // len(prices)\n",
        mended="    total = sum(prices)\n    return total // max(len(prices), 1)\n",
        healthy={"lines": [{"price": 300}, {"price": 500}]},
        failing={"lines": []},
        listing="",
        third_old="    return grams > HEAVY\n",
        third_new="    return grams >= HEAVY\n",
    ),
    Feature(
        key="greeting",
        exception="AttributeError",
        modules=("greetings", "messages", "salutation", "letters"),
        functions=("opening_line", "greet", "salute", "address_line"),
        guarded='    name = (customer.get("name") or "${word1}").strip().title()\n',
        careless='    name = customer.get("name", "${word1}").strip().title()\n',
        mended='    name = str(customer.get("name") or "${word1}").strip().title()\n',
        healthy={"customer": {"name": "ada"}},
        failing={"customer": {"name": None}},
        listing="GREETINGS",
        third_old="    return text[:WIDTH]\n",
        third_new="    return text.strip()[:WIDTH]\n",
    ),
    Feature(
        key="initials",
        exception="IndexError",
        modules=("labels", "parcel_marks", "stickers", "tags"),
        functions=("label_letters", "initials_of", "parcel_mark", "short_name"),
        guarded='    if not words:\n        return "-"\n    return words[0][0] + words[-1][0]\n',
        careless="    first, last = words[0], words[-1]\n    return first[0] + last[0]\n",
        mended='    first, last = (words or ["-"])[0], (words or [""])[-1]\n    return first[:1] + last[:1]\n',
        healthy={"recipient": "Grace Hopper"},
        failing={"recipient": " "},
        listing="PREFIXES",
        third_old="    return str(number).zfill(DIGITS)\n",
        third_new='    return str(number).rjust(DIGITS, "0")\n',
    ),
    Feature(
        key="paging",
        exception="ValueError",
        modules=("paging", "listing", "windows", "ranges"),
        functions=("page_range", "window_of", "positions", "slice_for"),
        guarded='    asked = body.get("limit") or PAGE\n    size = int(asked)\n',
        careless='    size = int(body.get("limit", PAGE))\n',
        mended='    size = int(body.get("limit") or str(PAGE))\n',
        healthy={"limit": "5", "start": "10"},
        failing={"limit": ""},
        listing="SORTS",
        third_old="    return -(-total // PAGE)\n",
        third_new="    return (total + PAGE - 1) // PAGE\n",
    ),
)

NEIGHBOUR = Feature(
    key="stock",
    exception="TimeoutError",
    modules=("stock", "warehouse", "inventory", "shelves"),
    functions=("pieces_left", "in_stock", "available_pieces", "stock_of"),
    # Nothing is careless here: the two say the same in other words.
    guarded="    pieces = SHELVED.get(article)\n    if pieces is not None:\n        return pieces\n",
    careless="    if article in SHELVED:\n        return SHELVED[article]\n",
    mended="",
    healthy={"article": "${word1}"},
    failing={"article": "${word1}-${n2}"},
    listing="SHELVED",
    third_old="    return pieces < LOW\n",
    third_new="    return pieces <= LOW\n",
)
"""A feature that asks another service, whose address is in the environment variable WAREHOUSE_URL."""

CLIENTS = (
    {
        "client": "urllib.request",
        "ask": '    address = f"{warehouse}/pieces/{article}"\n'
        "    with urllib.request.urlopen(address, timeout=SECONDS) as answer:\n"
        '        return json.load(answer)["pieces"]',
    },
    {
        "client": "http.client",
        "ask": '    connection = http.client.HTTPConnection(warehouse.removeprefix("http://"), timeout=SECONDS)\n'
        '    connection.request("GET", f"/pieces/{article}")\n'
        '    return json.load(connection.getresponse())["pieces"]',
    },
)
