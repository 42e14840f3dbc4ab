"""Queries by kind, from captions alone: which kinds a sentence names, and short queries of each.

A caption counts for every kind one of whose words it holds. A short query is one or two words, as
people type them; the images it should find are those of which two captions hold one of its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

KINDS = {
    "objects": (
        "dog dogs puppy puppies|bird birds|cat kitten|horse horses|ball balls|"
        "bicycle bicycles bike bikes|motorcycle motorcycles motorbike|car cars|bus|train|"
        "boat boats kayak canoe|skateboard|surfboard|frisbee|stick sticks|toy toys|guitar|"
        "hat cap|sunglasses|bench|bottle|flag flags|flower flowers|table|couch sofa|sled|rope|"
        "umbrella|balloon balloons|camera"
    ),
    "people": (
        "man men|woman women lady|boy boys|girl girls|child children kids|baby toddler|"
        "crowd|couple|family|player players team|skateboarder|snowboarder|surfer|skier|"
        "cyclist biker bicyclist|climber climbers|dancer dancers|cowboy"
    ),
    "actions": (
        "running runs run|jumping jumps leaping leaps|walking walks walk|sitting sits|"
        "climbing climbs|swimming swims|riding rides|playing plays|throwing throws|"
        "catching catch|eating eats|drinking drinks|dancing dances|smiling smiles|"
        "fighting wrestling|skiing|skating|fishing|sleeping sleeps|kissing kiss|"
        "sliding slides|digging digs|reading|singing sings"
    ),
    "scenes": (
        "beach shore|ocean sea|lake|river stream|pool|snow snowy|grass grassy lawn|field|"
        "street road|sidewalk|city|forest woods wooded|mountain mountains|desert|sand sandy|"
        "park|playground|stage onstage|restaurant|store|night dark|sunset dusk|"
        "kitchen|bedroom bed|stadium|cliff|bridge"
    ),
    "drawings": "painting paintings|drawing drawings|cartoon|mural|graffiti|statue sculpture",
    "text": "sign signs|says reads|words letters lettering|writing written|banner|number",
}
"""Per kind: queries set apart by `|`; of the words of each, the first is what is searched for."""


@dataclass(frozen=True)
class ShortQuery:
    """`text` is searched for; `answers` bool [images] says which images are right."""

    kind: str
    text: str
    answers: NDArray[np.bool_]


def groups(kind: str) -> list[list[str]]:
    """The queries of a kind, each as its words, the one that is searched for first."""
    return [group.split() for group in KINDS[kind].split("|")]


def words(sentence: str) -> set[str]:
    """The sentence's words in lower case."""
    return set(re.findall("[a-z]+", sentence.lower()))


def kinds_of(sentence: str) -> list[str]:
    """The kinds one of whose words the sentence holds."""
    own = words(sentence)
    return [kind for kind in KINDS if any(own & set(group) for group in groups(kind))]


def short_queries(captions: Sequence[Sequence[str]], *, least: int = 2) -> list[ShortQuery]:
    """The queries that at least two captions of each of `least` images speak of."""
    held = [[words(caption) for caption in own] for own in captions]
    queries = []
    for kind in KINDS:
        for group in groups(kind):
            named = [sum(bool(own & set(group)) for own in image) >= 2 for image in held]
            if sum(named) >= least:
                queries.append(ShortQuery(kind, group[0], np.array(named)))
    return queries
