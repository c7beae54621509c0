"""The bench: what a sale costs, measured beside the obvious design on the same machine.

`holdfast bench` runs it from a source checkout. Nothing here is part of the installed program.
"""
