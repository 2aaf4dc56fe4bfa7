"""One line per Lambda: its limits, and what it needs. A need is an environment variable and a grant (`needs.py`).

The function of room `map_code` is named `mendloop-map-code`, its log group `/aws/lambda/mendloop-map-code`, its
handler `functions.map_code.handler.handler`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """One Lambda. Timeout in seconds, memory in MB."""

    name: str
    needs: tuple[str, ...]
    timeout: int = 60
    memory: int = 512

    @property
    def function_name(self) -> str:
        """As seen in the console."""
        return f"mendloop-{self.name.replace('_', '-')}"

    @property
    def title(self) -> str:
        """`MapCode`, for construct ids."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def layers(self) -> tuple[str, ...]:
        """Which layers of `infra.bundling.Bundles` it gets."""
        wanted = {
            "layer": True,
            "code_layer": not {"code", "code_host", "tickets", "app_key"}.isdisjoint(self.needs),
            "ticket_layer": "tickets" in self.needs,
            "model_layer": "model" in self.needs,
            "sandbox_layer": "sandbox" in self.needs,
        }
        return tuple(name for name, needed in wanted.items() if needed)


KNOWN = ("incidents", "artifacts", "catalog")
PEOPLE = ("mail", "alert", "site_url")

ROOMS = (
    Room("receive_signal", ("queue",), timeout=30, memory=256),
    Room("intake", ("incidents", "raw", "catalog", "pause", "start")),
    Room("collect_evidence", (*KNOWN, "telemetry", "start"), timeout=300, memory=1024),
    Room("map_code", (*KNOWN, "revision", "code_host"), timeout=300, memory=1024),
    Room("choose_route", (*KNOWN, "pause")),
    Room("draft_patch", (*KNOWN, "pause", "ledger", "code_host", "model", "decisions_read"), timeout=900, memory=1024),
    Room("prepare_verification", (*KNOWN, "jobs", "code_host", "decisions_read", "runner"), timeout=600, memory=1024),
    Room("run_tests", ("sandbox",), timeout=900, memory=2048),
    Room("judge_verification", ("incidents", "artifacts", "jobs")),
    Room("request_approval", (*KNOWN, "mail", "site_url", "decisions", "link_keys", "audit")),
    Room("await_decision", ("decisions", "wake")),
    Room("settle_decision", ("decisions", "incidents", "audit")),
    Room("publish_pull_request", (*KNOWN, "decisions_read", "pause", "code_host", "site_url"), timeout=300),
    Room("mint_token", ("incidents", "catalog", "decisions_read", "pause", "app_key")),
    Room("file_ticket", (*KNOWN, "site_url", "tickets"), timeout=120),
    Room("announce_outcome", (*KNOWN, *PEOPLE, "decisions")),
    Room("leave_to_human", (*KNOWN, "alert", "site_url", "tickets"), timeout=120),
    Room(
        "review",
        (*KNOWN, "code", "decisions", "pause", "link_keys", "site_url", "sign_in", "wake", "audit"),
        timeout=30,
    ),
    Room(
        "follow_up",
        ("incidents", "catalog", "pause", "code_host", "revision", "tickets", "alert", "site_url"),
        timeout=300,
    ),
    Room("send_digest", ("incidents", "catalog", *PEOPLE), timeout=120),
    Room(
        "sweep",
        (
            *("incidents", "catalog", "decisions", "start", "wake", "alarms", "queue", "safety_net"),
            *("mail", "alert", "site_url", "link_keys", "audit"),
        ),
        timeout=300,
    ),
)

ALWAYS = tuple(room for room in ROOMS if room.name != "mint_token")
"""Rooms of every deployment; tokens are only made where there is an App (`github_app_secret`)."""
BY_NAME = {room.name: room for room in ROOMS}
STATE_MACHINE_NAME = "mendloop-remediation"
"""Fixed, so that functions inside the machine may name it without a circle in the template."""
