"""Pages about rounds, meetings, agendas and invitations."""
