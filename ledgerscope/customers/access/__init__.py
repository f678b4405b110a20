"""Who may do what: permissions, the roles that have them, grants, and the tokens that say who asks.

Nothing is imported here: only tokens need the library that reads them.
"""
