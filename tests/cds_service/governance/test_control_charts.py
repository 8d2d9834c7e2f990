"""Control charts against published worked examples, and what Laney's charts must share with them."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.governance.control_charts import Point, laney_p, laney_u, xmr

# Montgomery, Introduction to Statistical Quality Control: costs of processing loans (XmR), orange juice cans (p chart).
LOANS = [310, 288, 297, 298, 307, 303, 294, 297, 308, 306, 294, 299, 297, 299, 314, 295, 293, 306, 301, 304]
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def test_xmr_of_the_published_loan_costs() -> None:
    chart = xmr([float(cost) for cost in LOANS])
    assert chart is not None and chart.centre == pytest.approx(300.5)
    assert chart.points[0].upper == pytest.approx(321.22, abs=0.01)
    assert chart.points[0].lower == pytest.approx(279.78, abs=0.01)
    assert not any(point.signals for point in chart.points)


def test_p_of_the_published_cans_has_its_centre_and_before_laneys_factor_its_limits() -> None:
    chart = laney_p(CANS, [50] * 30)
    assert chart is not None and chart.centre == pytest.approx(0.2313, abs=5e-5)
    three_sigma = (chart.points[0].upper - chart.centre) / chart.sigma_z
    assert three_sigma == pytest.approx(0.4102 - 0.2313, abs=1e-4)


@given(st.lists(st.integers(1, 49), min_size=8, max_size=40))
def test_with_equal_sizes_laneys_charts_are_xmr_charts_of_the_rates(counts: list[int]) -> None:
    plain = xmr([count / 50 for count in counts])
    shares, events = laney_p(counts, [50] * len(counts)), laney_u(counts, [50.0] * len(counts))
    assert plain is not None and shares is not None and events is not None
    assert shares.centre == pytest.approx(plain.centre) and events.centre == pytest.approx(plain.centre)
    assert min(plain.points[0].upper, 1.0) == pytest.approx(shares.points[0].upper)
    assert plain.points[0].upper == pytest.approx(events.points[0].upper)
    assert max(plain.points[0].lower, 0.0) == pytest.approx(shares.points[0].lower)


def test_variation_that_sampling_does_not_explain_widens_the_limits() -> None:
    chance, sizes = random.Random(7), [5000] * 40
    swinging = [int(n * (0.5 + 0.1 * chance.uniform(-1, 1))) for n in sizes]
    chart = laney_p(swinging, sizes)
    assert chart is not None and chart.sigma_z > 3


def test_limits_are_frozen_after_the_baseline_and_a_change_then_shows() -> None:
    chart = laney_p([30, 32, 28, 31, 29, 30, 31, 29, 30, 30, 60, 61, 59, 62, 60, 61, 60, 59], [100] * 18, baseline=10)
    assert chart is not None and chart.baseline == 10 and chart.centre == pytest.approx(0.30)
    assert "beyond the limits" in chart.points[10].signals
    assert not any("shift" in signal for signal in chart.points[16].signals)
    assert any("shift" in signal for signal in chart.points[17].signals)


def test_a_trend_and_two_of_three_are_named() -> None:
    rising = xmr([1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5], baseline=8)
    assert rising is not None and any("trend" in signal for signal in rising.points[-1].signals)
    far = xmr([10.0, 12.0, 8.0, 12.0, 8.0, 12.0, 8.0, 10.0, 17.0, 10.0, 17.0], baseline=8)
    assert far is not None and far.points[-1].upper > 17
    assert far.points[-1].signals == ("two of three beyond two sigma",)
    assert far.points[-2].signals == ()


def test_a_subgroup_without_size_has_no_value_and_too_few_make_no_limits() -> None:
    chart = laney_p([3] * 9 + [0], [10] * 9 + [0])
    assert chart is not None and chart.points[-1].value is None and chart.points[-1].signals == ()
    assert laney_p([1] * 7, [10] * 7) is None
    assert xmr([1.0] * 7) is None


@pytest.mark.parametrize(("counts", "sizes"), [([5], [4]), ([-1], [4]), ([1, 1], [4])])
def test_counts_that_do_not_fit_are_refused(counts: list[int], sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="count"):
        laney_p(counts, sizes)


# Attendances at major emergency departments in England seen within four hours, and all, in twenty weeks: the worked
# example of Mohammed, Panesar, Laney and Wilson, BMJ Qual Saf 2013;22:362-368.
SEEN = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320]
SEEN += [267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989]
ATTENDED = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529]
ATTENDED += [279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772]
# Infections acquired in the hospitals of Denmark's Capital Region, and days at risk, January 2015 to December 2016: the
# data `hospital_infections` of qicharts2, summed by month (days here to a tenth).
INFECTIONS = [575, 521, 585, 528, 507, 519, 457, 505, 494, 512, 543, 506]
INFECTIONS += [509, 521, 549, 531, 509, 528, 419, 512, 495, 513, 454, 490]
DAYS = [310466.8, 282346.8, 309089.7, 287977.3, 297743.4, 286988.3, 261120.3, 268720.8, 284437.9, 290449.5, 288104.5]
DAYS += [279961.4, 289804.0, 275950.6, 290824.5, 285495.8, 282515.2, 273927.9, 253085.6, 262410.7, 275529.3, 282405.1]
DAYS += [259530.8, 256235.5]

# What qicharts2 (R, by Anhoej) makes of these data, as test fixtures of PowerBI-SPC (Australian Department of Health)
# list it: index of a point, its lower and its upper limit.
P_PRIME = {0: (0.940129644, 0.965669779), 3: (0.940473007, 0.965326415), 16: (0.939787662, 0.966011761)}
P_PRIME_FROZEN = {0: (0.938664691, 0.963454596), 12: (0.938347656, 0.963771632), 19: (0.938514586, 0.963604701)}
U_PRIME = {0: (1.57638178, 2.07076856), 18: (1.54978949, 2.09736084), 23: (1.55147748, 2.09567285)}


def test_p_prime_of_the_published_emergency_attendances() -> None:
    """Plain p limits would call nearly every week a signal; with Laney's factor of about ten none lies beyond them."""
    chart = laney_p(SEEN, ATTENDED)
    assert chart is not None and chart.centre == pytest.approx(0.952899711, abs=1e-9)
    limits_agree(chart.points, P_PRIME, 1e-8)
    assert not any("beyond the limits" in point.signals for point in chart.points)
    plain = 3 * math.sqrt(chart.centre * (1 - chart.centre) / ATTENDED[0])
    assert plain == pytest.approx(0.952899711 - 0.951699565, abs=1e-8) and chart.sigma_z > 10


def test_p_prime_frozen_after_ten_of_the_published_weeks() -> None:
    chart = laney_p(SEEN, ATTENDED, baseline=10)
    assert chart is not None and chart.centre == pytest.approx(0.951059644, abs=1e-9)
    limits_agree(chart.points, P_PRIME_FROZEN, 1e-8)


def test_u_prime_of_the_published_hospital_infections() -> None:
    chart = laney_u(INFECTIONS, [days / 1000 for days in DAYS])
    assert chart is not None and chart.centre == pytest.approx(1.82357517, abs=1e-6)
    limits_agree(chart.points, U_PRIME, 1e-6)


def test_xmr_of_the_published_shares() -> None:
    shares = [seen / attended for seen, attended in zip(SEEN, ATTENDED, strict=True)]
    chart = xmr(shares)
    assert chart is not None and chart.centre == pytest.approx(0.952969911, abs=1e-9)
    limits_agree(chart.points, {0: (0.940125354, 0.965814467)}, 5e-7)


def limits_agree(points: Sequence[Point], expected: Mapping[int, tuple[float, float]], within: float) -> None:
    for at, (lower, upper) in expected.items():
        assert (points[at].lower, points[at].upper) == pytest.approx((lower, upper), abs=within), at
