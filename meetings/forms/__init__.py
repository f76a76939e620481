"""What people type about rounds, meetings and agendas."""
