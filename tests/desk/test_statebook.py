from dialog_portal.desk import statebook
from meetings.models import meeting


def test_the_pictures_in_docs_are_drawn_from_the_tables_of_today() -> None:
    assert statebook.PAGE.read_text() == statebook.page()


def test_a_changed_table_changes_the_picture() -> None:
    """Control: the test above would see a step that was added."""
    more = {**meeting.NEXT, meeting.MeetingState.HELD: frozenset({meeting.MeetingState.PLANNED})}
    assert "held --> planned" in statebook.picture(more)
    assert "held --> planned" not in statebook.picture(meeting.NEXT)
