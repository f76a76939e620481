"""Answers to invitations: the ledger, seats and the waiting list, substitutes, coordinators, needs."""
