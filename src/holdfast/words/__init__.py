"""What buyers are told in mails and on tickets, in their own language."""
