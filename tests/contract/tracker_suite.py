"""What every tracker must do; run against the fake and each adapter."""

from mendloop.ports import TicketTracker
from tests.fakes.house import make_ticket

STANDING = "## Kept up to date by mendloop\n\n- Seen in 1 incident.\n"


class TrackerSuite:
    """Subclasses give a fixture `tracker`."""

    def test_an_unknown_key_is_none(self, tracker: TicketTracker) -> None:
        assert tracker.find("nobody.1") is None

    def test_a_filed_ticket_has_number_and_address_and_is_found(self, tracker: TicketTracker) -> None:
        filed = tracker.file(make_ticket())
        assert filed.number
        assert "://" in filed.url
        assert tracker.find(filed.key) == filed
        assert tracker.find(filed.key, filed.number) == filed

    def test_a_number_of_somebody_elses_ticket_is_not_ours(self, tracker: TicketTracker) -> None:
        filed = tracker.file(make_ticket())
        assert tracker.find("nobody.1", filed.number) is None

    def test_filing_again_gives_the_first_ticket(self, tracker: TicketTracker) -> None:
        first = tracker.file(make_ticket())
        second = tracker.file(make_ticket(title="another title", incident_id="inc-aaaaaaaaaaaaaaaa"))
        assert second == first

    def test_keys_do_not_meet(self, tracker: TicketTracker) -> None:
        one, other = tracker.file(make_ticket(key="a/b.1")), tracker.file(make_ticket(key="a.1"))
        assert one.number != other.number
        assert tracker.find("a/b.1") == one

    def test_comments_leave_the_ticket_as_it_is(self, tracker: TicketTracker) -> None:
        filed = tracker.file(make_ticket())
        tracker.comment(filed, "Seen again.")
        tracker.comment(filed, "Seen again.")
        assert tracker.find(filed.key) == filed

    def test_a_ticket_is_closed_with_a_word_and_closed_again_without_another(self, tracker: TicketTracker) -> None:
        filed = tracker.file(make_ticket())
        tracker.close(filed, "Fixed.")
        tracker.close(filed, "Fixed.")
        tracker.note(filed, "Merged.")
        found = tracker.find(filed.key)
        assert found and found.number == filed.number

    def test_the_standing_section_is_replaced_as_often_as_it_is_told(self, tracker: TicketTracker) -> None:
        filed = tracker.file(make_ticket(body=f"Why\n\n{STANDING}"))
        for _ in range(2):
            tracker.update(filed, STANDING.replace("1 incident", "2 incidents"))
        found = tracker.find(filed.key)
        assert found and found.number == filed.number

    def test_an_address_is_tied_once(self, tracker: TicketTracker) -> None:
        filed = tracker.file(make_ticket())
        for _ in range(2):
            tracker.link(filed, "https://github.com/acme/shop/pull/7", "Pull request 7")
        found = tracker.find(filed.key)
        assert found and found.number == filed.number

    def test_it_says_where_tickets_go_and_writes_nothing(self, tracker: TicketTracker) -> None:
        assert tracker.examine()
        assert not tracker.is_public()
        assert tracker.find(make_ticket().key) is None
