"""Anticholinergic cognitive burden of a list of drugs.

Source: Boustani M, Campbell N, Munger S, Maidment I, Fox C. Impact of anticholinergics on the aging brain: a review and
practical application. Aging Health 2008;4:311-320, doi:10.2217/1745509X.4.3.311, with the update of 2012 by the Aging
Brain Program of the Indiana University Center for Aging Research. A drug scores 1 (possible), 2 or 3 (definite effect);
a sum of 3 or more is called clinically relevant. Drugs newer than the scale have no score, which is not a score of 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

RELEVANT = 3
_BY_SCORE: Mapping[int, str] = {
    3: "amitriptyline amoxapine atropine benztropine brompheniramine carbinoxamine chlorpheniramine chlorpromazine"
    " clemastine clomipramine clozapine darifenacin desipramine dicyclomine dimenhydrinate diphenhydramine doxepin"
    " doxylamine fesoterodine flavoxate hydroxyzine hyoscyamine imipramine meclizine methocarbamol nortriptyline"
    " olanzapine orphenadrine oxybutynin paroxetine perphenazine promethazine propantheline quetiapine scopolamine"
    " solifenacin thioridazine tolterodine trifluoperazine trihexyphenidyl trimipramine trospium",
    2: "amantadine carbamazepine cyclobenzaprine cyproheptadine loxapine meperidine molindone oxcarbazepine pimozide",
    1: "alprazolam aripiprazole asenapine atenolol bupropion captopril cetirizine chlorthalidone cimetidine clidinium"
    " clorazepate codeine colchicine desloratadine diazepam digoxin dipyridamole disopyramide fentanyl fluvoxamine"
    " furosemide haloperidol hydralazine hydrocortisone iloperidone levocetirizine loperamide loratadine metoprolol"
    " morphine nifedipine paliperidone prednisone quinidine ranitidine risperidone theophylline trazodone triamterene"
    " venlafaxine warfarin",
}
SCORES: Mapping[str, int] = MappingProxyType(
    {name: score for score, names in _BY_SCORE.items() for name in names.split()}
)


def burden(ingredients: Iterable[str]) -> int:
    """Sum of the scores of the ingredients (US names in lower case), each counted once; others add nothing."""
    return sum(SCORES.get(name, 0) for name in set(ingredients))
