from dialog_portal.dashboard import states_page
from meetings.models import meeting


def test_the_pictures_in_docs_are_drawn_from_the_tables_of_today() -> None:
    assert states_page.STATES_FILE.read_text() == states_page.states_markdown()


def test_a_changed_table_changes_the_picture() -> None:
    """Control: the test above would see a step that was added."""
    more = {**meeting.MEETING_NEXT, meeting.MeetingState.HELD: frozenset({meeting.MeetingState.PLANNED})}
    assert "held --> planned" in states_page.state_diagram(more)
    assert "held --> planned" not in states_page.state_diagram(meeting.MEETING_NEXT)
