"""The REST door: every endpoint and its OpenAPI entry, made from the declared intents.

Here: parse, authenticate, call a service, turn an error category into an HTTP status. Not here: permissions and
transactions (services), and no endpoint written by hand for an intent that could be declared.
"""
