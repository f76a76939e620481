"""Addresses of rounds, meetings, agendas, invitations, replies, mailings and attendance."""

from meetings.agenda import urls as agenda
from meetings.attendance import urls as attendance
from meetings.invitations import urls as invitations
from meetings.lists import urls as lists
from meetings.mailings import urls as mailings
from meetings.planning import urls as planning
from meetings.replies import urls as replies

staff = [
    *planning.staff,
    *agenda.staff,
    *invitations.staff,
    *lists.staff,
    *replies.staff,
    *mailings.staff,
    *attendance.staff,
]
# Fixed addresses come first: the others have a token in the same place
guest = [*invitations.guest, *replies.guest]
