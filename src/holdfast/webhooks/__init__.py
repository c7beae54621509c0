"""Organisers' programs that are told what happens: registered, called, signed, replayed."""
