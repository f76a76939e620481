"""Answers to invitations: seats and the waiting list, substitutes, coordinators, food and access needs."""
