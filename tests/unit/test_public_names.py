"""What `footage` exports is what it says it exports."""

from __future__ import annotations

import types

import footage
from footage import public as exported


def test_all_is_every_public_name() -> None:
    public = {
        name
        for name, value in vars(exported).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert sorted(public) == footage.__all__
    assert set(footage.__all__) <= set(dir(footage))
    assert not hasattr(footage, "nothing_of_ours")


def test_everything_public_is_documented() -> None:
    assert [name for name in footage.__all__ if not getattr(footage, name).__doc__] == []
