"""Error lines that differ in a word or two, as one template: Drain's idea, on what one window holds.

Lines are alike when they have as many words and most are the same. Unlike Drain, which learns as lines come, this takes
them sorted, so that the same lines give the same templates in every incident.
"""

from collections.abc import Iterable, Sequence

from mendloop.contracts.evidence import ErrorLines

ALIKE = 0.7
"""Share of the words that must be the same."""
VARIANTS = 3
"""So many are values of one template; two may well be two messages."""
VALUE = "#"


def merged(errors: Iterable[ErrorLines]) -> list[ErrorLines]:
    """The most frequent first."""
    clusters: list[list[ErrorLines]] = []
    for one in sorted(errors, key=lambda each: (-each.count, each.template)):
        words = one.template.split()
        near = (cluster for cluster in clusters if _alike(words, cluster[0].template.split()))
        cluster = next(near, None)
        if cluster is None:
            clusters.append([one])
        else:
            cluster.append(one)
    found = [each for cluster in clusters for each in ([_one(cluster)] if len(cluster) >= VARIANTS else cluster)]
    return sorted(found, key=lambda each: (-each.count, each.first_seen, each.template))


def _alike(words: Sequence[str], others: Sequence[str]) -> bool:
    same = sum(word == other for word, other in zip(words, others, strict=False))
    return len(words) == len(others) and same >= ALIKE * len(words)


def _one(cluster: Sequence[ErrorLines]) -> ErrorLines:
    columns = zip(*(one.template.split() for one in cluster), strict=True)
    return ErrorLines(
        template=" ".join(words[0] if len(set(words)) == 1 else VALUE for words in columns),
        count=sum(one.count for one in cluster),
        first_seen=min(one.first_seen for one in cluster),
        last_seen=max(one.last_seen for one in cluster),
    )
