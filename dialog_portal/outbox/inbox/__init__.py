"""What comes back: the mailbox is read by IMAP, bounces and replies are told apart."""
