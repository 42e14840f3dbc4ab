"""The shapes of answers as the API describes them; values come from the ``to_json`` of each thing.

They are for the description alone: no answer is checked against them while it is made. Tests hold
every answer to them.
"""
