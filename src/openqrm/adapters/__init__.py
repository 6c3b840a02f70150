"""The world as the core meets it: each module implements one protocol of openqrm.ports.

Here: database, SSH, HTTP, secrets, mail, clock, and the libraries that drive them. Not here: decisions; an adapter that
needs an "if" about appliances or plans has taken a rule from the domain.
"""
