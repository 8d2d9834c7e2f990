"""Words whose exchange turns a sentence round. Each axis has two poles; words of one pole count as one word."""

from __future__ import annotations

from collections.abc import Mapping

_AXES: Mapping[str, tuple[str, str]] = {
    "level": (
        "raise raises raised raising increase increases increased increasing higher high greater more rise rises "
        "rising elevate elevates elevated "
        "elevation strengthen strengthens strengthened enhance enhances enhanced prolong "
        "prolongs prolonged slow slows slowed gain",
        "lower lowers lowered lowering reduce reduces reduced reducing decrease decreases decreased decreasing low "
        "less fewer fall falls fell "
        "falling drop drops dropped diminish diminishes diminished weaken weakens weakened blunt "
        "blunts blunted shorten shortens shortened loss speed speeds",
    ),
    "bound": (
        "above over exceeds exceed exceeding beyond upward > \u2265 minimum maximal",
        "below under beneath within downward < \u2264",
    ),
    "extreme": ("maximum most max highest longest", "least min lowest shortest"),
    "time": ("before earlier prior", "after later following afterwards"),
    "use": (
        "start starts started starting begin begins begun beginning continue continues continued use uses used choose "
        "prefer give gives given add adds added resume",
        "stop stops stopped stopping avoid avoids avoided withhold hold discontinue discontinues discontinued refuse "
        "withdraw withdrawn omit",
    ),
    "advice": (
        "indicated recommend recommends recommended allowed allow allows may can",
        "contraindicated contraindicates contraindicate forbidden discouraged",
    ),
    "safety": ("safe safer safely tolerated", "unsafe harmful dangerous harm"),
    "often": ("common frequent often usually always", "rare rarely uncommon seldom never"),
    "strength": ("strong strongly severe severely serious major", "weak weakly mild mildly minor"),
    "length": ("long longer", "short shorter"),
    "speech": ("with", "without"),
    "certainty": ("known likely", "unknown unlikely"),
    "presence": ("active present", "inactive absent"),
    "effect": ("induce induces inducer inducers induced", "inhibit inhibits inhibitor inhibitors inhibited"),
}
# Of these two alone neither pole says anything that matters: they are small words of every sentence.
_QUIET = frozenset({"may", "can", "with", "high", "within", "long"})

POLES: Mapping[str, tuple[str, int]] = {
    word: (axis, pole) for axis, poles in _AXES.items() for pole, words in enumerate(poles) for word in words.split()
}
QUIET = _QUIET
NEGATIONS = frozenset(
    """not no never without none neither nor cannot unless except don't doesn't didn't isn't aren't wasn't weren't won't
    shouldn't can't mustn't""".split()  # noqa: SIM905 - a list of words reads as words
)
