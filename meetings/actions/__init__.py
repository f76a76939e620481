"""What changes rounds, meetings, agendas, invitations and replies."""
