"""Addresses of rounds, meetings, agendas, invitations and replies."""

from meetings.urls import guest as guests
from meetings.urls import inviting, planning, wording

staff = [*planning.staff, *inviting.staff, *wording.staff]
guest = guests.guest
