"""Watches: saved searches that report the moments they find in new videos.

``store.py`` keeps them and ``found.py`` what they found, ``judge.py`` asks, ``outbox.py`` delivers
by ``webhook.py``, and ``watches.py`` is the face of it all.
"""
