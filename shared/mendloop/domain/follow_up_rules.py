"""What a service's catalog entry says about following up: the section `follow_up`."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class FollowUpRules(BaseModel):
    """What is looked for once a change is published, and what follows from how changes fared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quiet_hours: float = Field(
        default=72, gt=0, le=2160, description="Not seen for so long after the deployment of the merge: fixed"
    )
    margin_minutes: float = Field(
        default=10, ge=0, le=1440, description="What is seen so soon after a deployment may still be the old code"
    )
    watch_days: float = Field(default=30, gt=0, le=365, description="After so long nothing is waited for any more")
    least_acceptance: float = Field(
        default=0, ge=0, le=1, description="Share of accepted changes below which a drafter is not asked; 0: never"
    )
    least_decided: int = Field(default=5, ge=1, description="So many changes must be decided before that counts")

    @property
    def quiet(self) -> timedelta:
        """As a time."""
        return timedelta(hours=self.quiet_hours)

    @property
    def margin(self) -> timedelta:
        """As a time."""
        return timedelta(minutes=self.margin_minutes)

    @property
    def watch(self) -> timedelta:
        """As a time."""
        return timedelta(days=self.watch_days)
